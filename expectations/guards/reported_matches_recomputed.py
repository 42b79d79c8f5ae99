"""Do reported figures differ from the system of record where the difference helps?

Reason to flag: people report a figure by hand (a log, a slide) that the system of record also
yields. Honest slips fall on good and bad periods alike. When they lift periods over the target or
floor that the system of record sees below it, more often than slips falling at random would, the
report and the record tell different stories and its keeper should be asked which is right.

How to remedy: show both figures of the listed cells to whoever keeps the report, correct the report
or write down the definition it follows, and let the report read its figures from the warehouse.

Method: the recomputed value is first rounded to the resolution of the report, and a difference
counts when it exceeds one step of that resolution. The statistic is the number of periods lifted
over target or floor, more where they end just inside it, minus the number pushed under; it is
compared with the same differences falling on the periods in random order. Beside it, figures that
only rounding tells from the record: do they go to the better side (sign test)? Neither can tell
polishing from bad events booked after the report was written, which is why that is the first
innocent explanation (`signals/reconciliation.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from expectations.guard import Examination, Guard, Kind, Outcome, Row, Suspicion

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from expectations.permutation import Integers
    from expectations.row_expectation import RowExpectation
    from expectations.signals.reconciliation import Reconciled

GUARD = Guard(
    kind=Kind.STATISTICAL,
    evidence="""
        select
            reported.kpi_id,
            reported.scope,
            reported.period_start,
            reported.reported_value,
            reported.file,
            reported.cell,
            recomputed.value
        from intermediate.int_reported_value as reported
        left join intermediate.int_kpi_value as recomputed
            on
                reported.kpi_id = recomputed.kpi_id
                and reported.scope = recomputed.scope
                and reported.period_start = recomputed.period_start
    """,
    part=("file", "scope"),
    every_number=False,
    minimum=30,
    false_alarm_rate=0.01,
    rate_holds="when slips fall on periods regardless of how good these were. It does not hold "
    "where bad events are booked after the report was written: such differences fall on bad "
    "periods by their nature, and with a fifth of 78 weeks booked late it asked about 14 to 41 % "
    "of honest reports.",
    innocent_explanations=(
        "Events were booked in the system of record after the report was written.",
        "The report follows another definition, for example it leaves planned stops out.",
        "The report covers other hours or another week than the system of record.",
        "The report always rounds up, or cuts off decimals.",
        "Figures were copied into the wrong row or typed by mistake.",
    ),
    invisible=(
        "differences that help without reaching the target or the floor",
        "a report that is higher by the same amount in every period",
        "edits inside the system of record itself",
    ),
    share=0.09,
)

# One figure typed with more digits than the others must not set the resolution of the whole report.
SHARE_THAT_SHOWS_RESOLUTION = Decimal("0.9")
FEWEST_DISTINCT_FIGURES = 5


@dataclass(frozen=True, slots=True)
class Pair:
    """One period as reported and as recomputed, with the promise in force."""

    period_start: date
    reported: Decimal
    recomputed: Decimal
    target: Decimal
    floor: Decimal | None
    file: str
    cell: str


@cache
def expectation() -> type[RowExpectation]:
    """Its class; the parameter `resolution` (in the KPI's unit) replaces the measured one."""
    from expectations.row_expectation import RowExpectation

    class ExpectReportedToMatchRecomputed(RowExpectation):
        """Expect differences between reported and recomputed values not to favour the target."""

        resolution: Decimal | None = None

        def examine(self, rows: list[Row]) -> Examination:
            return examine(rows, resolution=self.resolution)

    return ExpectReportedToMatchRecomputed


def examine(rows: Sequence[Row], *, resolution: Decimal | None = None) -> Examination:
    """Judge one report of one scope. Raises ValueError for two figures of one period."""
    periods = [row["period_start"] for row in rows]
    if len(set(periods)) < len(periods):
        raise ValueError("the report holds two figures for one period")
    scope = rows[0]["scope"]
    covered = frozenset((scope, period) for period in periods)
    if all(row["target"] is None for row in rows):
        detail = "no target was in force in any reported period, so no difference can favour it"
        outcome = Outcome.NOT_APPLICABLE
        return Examination(outcome=outcome, n=0, detail=detail, covered=covered)
    comparable = sorted(filter(_is_comparable, rows), key=lambda row: row["period_start"])
    figures = [_decimal(row["reported_value"]) for row in comparable]
    tolerance = resolution or measured_resolution(figures)
    if len(comparable) < GUARD.minimum or tolerance is None:
        detail = (
            f"{len(comparable)} comparable periods, {GUARD.minimum} are needed"
            if len(comparable) < GUARD.minimum
            else "too few distinct figures to measure the report's resolution: declare `resolution`"
        )
        outcome = Outcome.NOT_ENOUGH_DATA
        return Examination(outcome=outcome, n=len(comparable), detail=detail, covered=covered)

    pairs = [_pair(row) for row in comparable]
    found = _reconciled(
        pairs, tolerance=tolerance, higher_is_better=rows[0]["direction"] != "lower_is_better"
    )
    differing, lifted = int(found.differing.sum()), int(found.lifted.sum())
    detail = (
        f"{differing} of {len(pairs)} reported figures differ by more than {tolerance}, "
        f"{lifted} of them reach target or floor where the record does not"
    )
    if found.is_rounding:
        detail = f"{detail}; {found.rounding_in_words()[0]}"
    return Examination(
        outcome=Outcome.JUDGED,
        n=len(pairs),
        detail=f"{detail}, p = {found.p_value:.5f}",
        covered=covered,
        p_value=found.p_value,
        unexpected_count=int(found.towards.sum()) if found.is_rounding else differing,
        suspicions=_suspicions(rows[0], pairs, found, tolerance=tolerance),
    )


def _reconciled(pairs: Sequence[Pair], *, tolerance: Decimal, higher_is_better: bool) -> Reconciled:
    import numpy as np

    from expectations.signals.reconciliation import UNITS, reconcile

    def units(values: Sequence[Decimal | None]) -> Integers:
        whole = [0 if one is None else int((one * UNITS).to_integral_value()) for one in values]
        return np.array(whole, dtype=np.int64)

    limits: list[list[Decimal | None]] = [
        [pair.target for pair in pairs],
        [pair.floor for pair in pairs],
    ]
    return reconcile(
        units([pair.reported for pair in pairs]),
        units([pair.recomputed for pair in pairs]),
        np.array([units(row) for row in limits]),
        step=int(units([tolerance])[0]),
        higher_is_better=higher_is_better,
        exists=np.array([[limit is not None for limit in row] for row in limits]),
    )


def measured_resolution(figures: Sequence[Decimal]) -> Decimal | None:
    """The coarsest step (1, 2, 2.5 or 5 times a power of ten) that nearly all figures are on.

    None with fewer than five distinct figures: 98.5, 98.0 and 97.5 may be rounded to 0.5 or to 0.1,
    and taking half points for tenths made 4.5 % of honest reports of 30 weeks look polished.
    """
    distinct = set(figures)
    if len(distinct) < FEWEST_DISTINCT_FIGURES:
        return None
    needed = SHARE_THAT_SHOWS_RESOLUTION * len(distinct)
    for exponent in range(max(figure.adjusted() for figure in distinct), -10, -1):
        for mantissa in (Decimal(5), Decimal("2.5"), Decimal(2), Decimal(1)):
            step = mantissa.scaleb(exponent)
            if sum(figure % step == 0 for figure in distinct) >= needed:
                return step
    return Decimal(1).scaleb(-9)


def _is_comparable(row: Row) -> bool:
    """Are figure, record and promise all there and finite?"""
    values = [row["reported_value"], row["value"], row["target"]]
    return all(value is not None and _decimal(value).is_finite() for value in values)


def _pair(row: Row) -> Pair:
    floor = row["floor"]
    return Pair(
        period_start=row["period_start"],
        reported=_decimal(row["reported_value"]),
        recomputed=_decimal(row["value"]),
        target=_decimal(row["target"]),
        floor=None if floor is None else _decimal(floor),
        file=row["file"],
        cell=row["cell"],
    )


def _decimal(value: Decimal | float | str) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _suspicions(
    first: Row, pairs: Sequence[Pair], found: Reconciled, *, tolerance: Decimal
) -> tuple[Suspicion, ...]:
    chosen = found.towards if found.is_rounding else found.lifted
    asked = [pair for pair, is_asked in zip(pairs, chosen, strict=True) if is_asked]
    if not asked or not (found.is_rounding or found.crossing.observed > 0):
        return ()
    if found.is_rounding:
        observed, expected = found.rounding_in_words()
        what = "are rounded to the better side though the other is nearer"
        way_out = "By what rule are they rounded?"
    else:
        what = "reach the target or floor where the system of record does not"
        observed = f"{len(asked)} of {len(pairs)} reported figures {what}"
        expected = (
            "about as many the other way, and few just inside, if the same differences "
            "fell on periods at random"
        )
        way_out = "What were they based on?"
    scope, file = first["scope"], first["file"]
    start, end = asked[0].period_start, asked[-1].period_start
    return (
        Suspicion(
            scope=scope,
            period_start=None,
            periods=frozenset(pair.period_start for pair in asked),
            place=f"{file} {start}..{end}",
            observed=observed,
            expected=expected,
            question=f"In {file}, {len(asked)} figures of {first['kpi_name']} ({scope}) between "
            f"{start} and {end} {what}. {way_out}",
            evidence={
                "tolerance": tolerance,
                "draws": found.crossing.draws,
                "seed": str(found.crossing.seed),
                "rows": [
                    {
                        "period_start": pair.period_start,
                        "reported": pair.reported,
                        "recomputed": pair.recomputed,
                        "target": pair.target,
                        "floor": pair.floor,
                        "file": pair.file,
                        "cell": pair.cell,
                    }
                    for pair in asked
                ],
            },
        ),
    )
