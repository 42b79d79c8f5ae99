"""From rows of evidence to a test of the values, and from what it says to an examination."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from types import new_class
from typing import TYPE_CHECKING, Any, get_type_hints

from expectations.guard import Examination, Outcome, Row, Suspicion

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from expectations.row_expectation import RowExpectation
    from expectations.signals.series import Series, Signal, Terms

VALUES = """
    select
        kpi_id,
        scope,
        period_start,
        value,
        numerator,
        denominator
    from intermediate.int_kpi_value
"""
"""Evidence of the guards that look at the values alone."""

HONEST_SERIES = (
    "for series with autocorrelation, a weekly cycle, a trend, shifts of level, outliers and gaps, "
    "as `python -m benchmarks.guards` measures it."
)

SMALLEST_DENOMINATOR = 2
PLACEBOS_KEPT = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What a KPI's definition says to the guards of its values, as their parameters."""

    kind: str | None = None
    resolution: Decimal | None = None
    lowest: Decimal | None = None
    highest: Decimal | None = None
    independent: bool = False
    approval_limit: Decimal | None = None
    baseline_until: date | None = None


def value_expectation(
    name: str,
    expects: str,
    test: Callable[[Series, Terms], Signal],
    parameters: Sequence[str],
    *,
    of_target: bool,
) -> type[RowExpectation]:
    """The expectation of a guard that looks at the values alone; imports Great Expectations.

    name and expects: of the class and its docstring; parameters: the fields of `Declared` that a
    KPI's definition may set for this guard; of_target: whether it asks how values lie about the
    target, so that values without one tell it nothing.
    """
    from expectations.row_expectation import RowExpectation

    types = get_type_hints(Declared)

    def examine(self: RowExpectation, rows: list[Row]) -> Examination:
        said = {parameter: getattr(self, parameter) for parameter in parameters}
        return examine_values(rows, Declared(**said), test, of_target=of_target)

    def body(namespace: dict[str, Any]) -> None:
        namespace |= {"__doc__": expects, "__module__": __name__, "examine": examine}
        namespace["__annotations__"] = {parameter: types[parameter] for parameter in parameters}
        namespace |= {parameter: getattr(Declared(), parameter) for parameter in parameters}

    return new_class(name, (RowExpectation,), exec_body=body)


def examine_values(
    rows: Sequence[Row],
    declared: Declared,
    test: Callable[[Series, Terms], Signal],
    *,
    of_target: bool,
) -> Examination:
    """One scope's values under the promises in force, seen by one test.

    Raises ValueError for two values of one period.
    """
    periods = [row["period_start"] for row in rows]
    if len(set(periods)) < len(periods):
        raise ValueError("there are two values for one period")
    needed = ("value", "target") if of_target else ("value",)
    usable = sorted(
        (row for row in rows if all(_is_known(row[name]) for name in needed)),
        key=lambda row: row["period_start"],
    )
    covered = frozenset((row["scope"], row["period_start"]) for row in usable)
    if not usable:
        detail = f"no period has {' and '.join(f'a {name}' for name in needed)}"
        return Examination(outcome=Outcome.NOT_APPLICABLE, n=0, detail=detail)
    return examination(test(*_series(usable, declared, of_target)), usable, covered)


def examination(
    signal: Signal,
    rows: Sequence[Row],
    covered: frozenset[tuple[str, date]],
    *,
    shown: Sequence[str] = ("value",),
) -> Examination:
    """What a signal says of these rows; `signal.rows` are indices into them.

    shown: the columns that a question shows of each row it speaks of.
    """
    outcome = signal.outcome
    if outcome is not Outcome.JUDGED:
        return Examination(outcome=outcome, n=signal.n, detail=signal.detail, covered=covered)
    concerned = [rows[index] for index in signal.rows]
    return Examination(
        outcome=outcome,
        n=signal.n,
        detail=signal.detail,
        covered=covered,
        p_value=signal.p_value,
        unexpected_count=len({row["period_start"] for row in concerned}),
        suspicions=(_suspicion(signal, concerned, shown),) if concerned else (),
    )


def _series(rows: Sequence[Row], declared: Declared, of_target: bool) -> tuple[Series, Terms]:
    import numpy as np

    from expectations.signals.series import Series, Terms, numbered

    latest = rows[-1]["target"] if of_target else None
    targets_moved = of_target and any(row["target"] != latest for row in rows)
    # Each period's target is laid on the latest one, so that all values are held to one number.
    values = np.array(
        [
            float(row["value"] - row["target"] + latest if of_target else row["value"])
            for row in rows
        ]
    )
    bounds: tuple[float | None, float | None] = (None, None)
    if not targets_moved:
        bounds = (_number(declared.lowest), _number(declared.highest))
    starts = np.array([row["period_start"].toordinal() for row in rows], dtype=np.int64)
    baseline = declared.baseline_until
    days, until, daily = numbered(starts, None if baseline is None else baseline.toordinal())
    terms = Terms(
        target=float("nan") if latest is None else float(latest),
        higher_is_better=rows[0]["direction"] != "lower_is_better",
        kind=declared.kind,
        resolution=_number(declared.resolution),
        bounds=bounds,
        independent=declared.independent,
        approval_limit=_number(declared.approval_limit),
        baseline_until=until,
        period_end="month" if daily else None,
    )
    series = Series.of(values, days=days)
    if declared.kind == "rate" and not targets_moved:
        return _as_percentages(rows, series, terms)
    return series, terms


def _as_percentages(rows: Sequence[Row], series: Series, terms: Terms) -> tuple[Series, Terms]:
    """With whole numerators and denominators where the rows carry them, in percent."""
    import numpy as np

    numerators = [row["numerator"] for row in rows]
    denominators = [row["denominator"] for row in rows]
    parts = [*numerators, *denominators]
    if any(part is None or part % 1 for part in parts) or min(denominators) < SMALLEST_DENOMINATOR:
        return series, terms
    is_percent = all(part % 100 == 0 for part in numerators)
    if not is_percent and max(series.values) > 1:
        return series, terms
    factor = 1 if is_percent else 100
    good = [int(part) // 100 if is_percent else int(part) for part in numerators]
    scaled = replace(
        series,
        values=series.values * factor,
        numerators=np.array(good, dtype=np.int64),
        denominators=np.array([int(part) for part in denominators], dtype=np.int64),
    )
    return scaled, replace(terms, target=terms.target * factor, bounds=(0.0, 100.0))


def _suspicion(signal: Signal, concerned: Sequence[Row], shown: Sequence[str]) -> Suspicion:
    first = concerned[0]
    scope, periods = first["scope"], sorted({row["period_start"] for row in concerned})
    place = f"{scope} {periods[0]}..{periods[-1]}"
    best = sorted(signal.placebos, key=lambda placebo: -placebo.score)[:PLACEBOS_KEPT]
    evidence: Mapping[str, Any] = {
        "score": None if signal.score is None else f"{signal.score:.3f}",
        "placebo_targets": [{"at": f"{one.at:g}", "score": f"{one.score:.2f}"} for one in best],
        "figures": {key: str(value) for key, value in signal.figures.items()},
        "rows": [
            {"period_start": row["period_start"]} | {column: row[column] for column in shown}
            for row in concerned
        ],
    }
    return Suspicion(
        scope=scope,
        period_start=None,
        periods=frozenset(periods),
        place=place,
        observed=signal.observed,
        expected=signal.expected,
        question=f"{first['kpi_name']} ({scope}): {signal.observed}, where one would expect "
        f"{signal.expected}. How did these figures come about?",
        evidence=evidence,
    )


def _is_known(number: Decimal | None) -> bool:
    return number is not None and Decimal(number).is_finite()


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
