"""The battery of guards over one file: the same tests, thresholds and words as in the pipeline."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from expectations.signals.battery import Composite, compose, of_values
from expectations.signals.bunching import bunching
from expectations.signals.lattice import resolution_of
from expectations.signals.reconciliation import against_target
from expectations.signals.series import (
    Series,
    Signal,
    Terms,
    judged,
    not_applicable,
    not_enough,
    numbered,
)
from sightline.errors import NothingCheckedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from orchestration.series_file import SeriesFile

    Floats = NDArray[np.float64]

REPORTED = "reported_matches_recomputed"
BUNCH, SIT = "values_do_not_bunch_at_the_target", "values_do_not_sit_on_the_target"
MOST_VALUES = 2_000_000
FEWEST_PAIRS = 30
OTHER_UNIT = 10  # a target so many times beyond all values is most likely in another unit


@dataclass(frozen=True, slots=True)
class Guarded:
    """What the battery says of one file.

    target_judged: whether any guard could look at the target; without_order: why its periods gave
    no order in time.
    """

    series: Series
    terms: Terms
    signals: Mapping[str, Signal]
    composite: Composite
    lines: list[int]
    target_judged: bool
    without_order: str | None = None


def guard_file(found: SeriesFile, terms: Terms) -> Guarded:
    """Run every guard that values alone, and a report beside them, can be put to.

    Raises NothingCheckedError where no row can be used, UsageError for a target that must be in
    another unit than the values and for a baseline that ends before or after all of them.
    """
    series, terms, lines = _series(found, terms)
    _hold_against(found, series, terms.target)
    if terms.independent and terms.kind == "count" and (series.values % 1).any():
        found.notes.append("the values are no whole counts: they have no floor of chance")
        terms = replace(terms, independent=False)
    signals = of_values(series, terms)
    if "reported" in found.numbers:
        signals[REPORTED] = _reconciled(found, terms)
    if beyond := _beyond(series.values, terms.target):
        signals[SIT] = not_applicable(len(series.values), beyond)
    # Who has an approval limit may be asked about that alone.
    about = [
        signals[SIT],
        signals[BUNCH] if terms.approval_limit is None else bunching(series, terms),
    ]
    if REPORTED in signals and _beyond_both(found, terms.target) is None:
        about.append(signals[REPORTED])
    target_judged = any(one.p_value is not None for one in about)
    if beyond and not target_judged:
        found.notes.append(f"{beyond}: nothing can be seen about it")
    composite = compose(signals)
    return Guarded(series, terms, signals, composite, lines, target_judged, found.without_order)


def natural_bounds(
    declared: Sequence[float], kind: str | None, found: SeriesFile
) -> tuple[float | None, float | None]:
    """The declared bounds, or those that values of this kind have by nature, if they keep to them.

    Raises UsageError for more than two, and for one that a value passes.
    """
    if len(declared) > 2:
        raise UsageError("values have at most two natural bounds")
    values = found.numbers.get("value") or [0.0]
    least, most = min(values), max(values)
    if len(declared) == 2:
        low, high = min(declared), max(declared)
        if least < low or most > high:
            raise UsageError(f"values go from {least:g} to {most:g}, past a natural bound")
        return low, high
    by_nature = 0.0 if kind is not None and least >= 0 else None
    whole = None
    if kind in ("rate", "score") and most <= 100:
        whole = 1.0 if kind == "rate" and most <= 1 else 100.0
    if not declared:
        return by_nature, whole
    if least < declared[0] < most:
        raise UsageError(f"values go from {least:g} to {most:g}, past a natural bound")
    return (declared[0], whole) if declared[0] <= least else (by_nature, declared[0])


def _hold_against(found: SeriesFile, series: Series, target: float) -> None:
    """Refuse a target that is far from all values: one of them is in another unit, or misread."""
    sizes = np.abs(series.values)
    low, high = f"{series.values.min():g}", f"{series.values.max():g}"
    beyond = abs(target) > OTHER_UNIT * sizes.max() > 0
    if beyond or 0 < abs(target) < sizes.min() / OTHER_UNIT:
        guesses = [marks.guess for marks in found.marks.values() if marks.guess]
        misread = f"; or they are misread: {'; '.join(guesses)}" if guesses else ""
        raise UsageError(
            f"the target is read as {target:g} and the values go from {low} to {high}, more than "
            f"{OTHER_UNIT} times apart: write it in their unit, 0.95 for shares and 3:59:59 for "
            f"times{misread}"
        )


def _beyond(values: Floats, target: float) -> str | None:
    """What to say of a target that no value is on, with none on its other side."""
    least, most = values.min(), values.max()
    if least <= target <= most:
        return None
    return f"the target {target:g} is beyond all values, which go from {least:g} to {most:g}"


def _beyond_both(found: SeriesFile, target: float) -> str | None:
    """The same of a report and the record together."""
    both = np.array([*found.numbers["reported"], *found.numbers["recomputed"]])
    return _beyond(both, target)


def _series(found: SeriesFile, terms: Terms) -> tuple[Series, Terms, list[int]]:
    numbers, lines = found.numbers, found.lines
    days, daily = None, False
    if found.periods is not None:
        days = np.array([day.toordinal() for day in found.periods], dtype=np.int64)
        if terms.baseline_until is not None and not days[0] <= terms.baseline_until < days[-1]:
            raise UsageError(
                f"--baseline-until leaves nothing to compare: the periods go from "
                f"{found.periods[0]} to {found.periods[-1]}"
            )
        days, until, daily = numbered(days, terms.baseline_until)
        terms = replace(terms, baseline_until=until)
    if not daily:
        terms = replace(terms, period_end=None)
    if "numerator" in numbers:
        top, below = (
            np.array(numbers[role], dtype=np.int64) for role in ("numerator", "denominator")
        )
        return (
            Series.of(100 * top / below, days=days, numerators=top, denominators=below),
            replace(terms, kind="rate", bounds=(0.0, 100.0)),
            lines,
        )
    role = "value" if "value" in numbers else "reported"
    values = np.array(numbers[role], dtype=np.float64)
    if "count" in numbers:
        counts = np.rint(numbers["count"]).astype(np.int64)
        if not counts.any():
            raise NothingCheckedError("no row counts a value: every count is 0 or less")
        if counts.sum() > MOST_VALUES:
            found.notes.append(f"counts were thinned to {MOST_VALUES:,} values in all")
            counts = np.rint(counts * (MOST_VALUES / counts.sum())).astype(np.int64)
        lines = [line for line, count in zip(lines, counts, strict=True) for _ in range(count)]
        return Series.of(np.repeat(values, counts)), replace(terms, period_end=None), lines
    return Series.of(values, days=days), terms, lines


def _reconciled(found: SeriesFile, terms: Terms) -> Signal:
    """The test behind `reported_matches_recomputed`."""
    reported = np.array(found.numbers["reported"])
    recomputed = np.array(found.numbers["recomputed"])
    if len(reported) < FEWEST_PAIRS:
        return not_enough(len(reported), FEWEST_PAIRS, "pairs")
    step = terms.resolution or resolution_of(reported) or 0.0
    found_apart = against_target(
        reported, recomputed, terms.target, step=step, higher_is_better=terms.higher_is_better
    )
    if found_apart.is_rounding:
        observed, expected = found_apart.rounding_in_words()
        rows = np.flatnonzero(found_apart.towards)
    else:
        rows = np.flatnonzero(found_apart.lifted)
        if beyond := _beyond_both(found, terms.target):
            return not_applicable(len(reported), beyond)
        observed = (
            f"{len(rows)} of {int(found_apart.differing.sum())} differing figures meet the "
            "target where the recomputed ones do not"
        )
        expected = "about as many the other way round, if differences fell at random"
    return judged(
        found_apart.p_value, n=len(reported), observed=observed, expected=expected, rows=rows
    )
