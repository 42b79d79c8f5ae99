"""Manipulations, each at a strength, laid over an honest KPI; every one returns a new KPI.

A near miss fails its target by at most one standard deviation. A number that is lifted comes to
lie inside the target by a tenth of one on average (exponential): who wants to pass need not shine.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.guards.simulator import Kpi, fails, scale
from expectations.signals.lattice import resolution_of
from expectations.signals.period_end import months_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Generator = np.random.Generator

NEAR = 1.0
LANDING = 0.1
PERIOD_END_DAYS = 3


def bunch(kpi: Kpi, share: float, generator: Generator) -> Kpi:
    """That share of the near misses lifted over the target."""
    chosen = _share_of(_near_misses(kpi), share, generator)
    return _with_values(kpi, chosen, _landed(kpi, len(chosen), generator), _passing(kpi))


def clamp(kpi: Kpi, share: float, generator: Generator) -> Kpi:
    """That share of the failing periods set to the target itself."""
    chosen = _share_of(np.flatnonzero(_fails(kpi)), share, generator)
    return _with_values(kpi, chosen, np.full(len(chosen), kpi.terms.target), _passing(kpi))


def typed_percentages(kpi: Kpi, share: float, generator: Generator) -> Kpi:
    """That share of the periods typed as a whole percentage, the numerator made to match."""
    chosen = _share_of(np.arange(len(kpi.series.values)), share, generator)
    return _with_values(kpi, chosen, np.rint(kpi.series.values[chosen]), np.rint)


def smooth(kpi: Kpi, strength: float, generator: Generator) -> Kpi:
    """From about the middle on, that part of each deviation from the fortnight around it gone."""
    values = kpi.series.values
    first = round(len(values) * generator.uniform(0.4, 0.6))
    around = np.convolve(np.pad(values, 7, mode="edge"), np.ones(15) / 15, mode="valid")
    chosen = np.arange(first, len(values))
    smoothed = values[chosen] - strength * (values[chosen] - around[chosen])
    return _with_values(kpi, chosen, _rounded(smoothed, values), np.rint)


def copy_block(kpi: Kpi, length: float, generator: Generator) -> Kpi:
    """So many days in a row hold what an earlier stretch held, day for day."""
    days, width = _days(kpi), int(length)
    span = int(days[-1] - days[0]) + 1 - 2 * width
    source = int(generator.integers(0, span))
    target = int(generator.integers(source + width, span + width + 1))
    place = {int(day): index for index, day in enumerate(days - days[0])}
    pairs = [
        (place[source + k], place[target + k])
        for k in range(width)
        if source + k in place and target + k in place
    ]
    taken, given = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return _with_rows(kpi, given, taken)


def carry_forward(kpi: Kpi, share: float, generator: Generator) -> Kpi:
    """That share of the periods hold the last value before them, in runs of two to five."""
    n = len(kpi.series.values)
    source = np.arange(n)
    carried = 0
    while carried < share * n:
        length = int(generator.integers(2, 6))
        first = int(generator.integers(1, max(2, n - length)))
        source[first : first + length] = source[first - 1]
        carried = int((source != np.arange(n)).sum())
    given = np.flatnonzero(source != np.arange(n))
    return _with_rows(kpi, given, source[given])


def pull_forward(kpi: Kpi, share: float, generator: Generator) -> Kpi:
    """That share of the first days of each month booked into the last days of the month before."""
    del generator
    series = kpi.series
    values = series.values.copy()
    months = months_of(_days(kpi))
    starts = np.flatnonzero(months[1:] > months[:-1]) + 1
    for start in starts.tolist():
        moved = 0.0
        for index in range(start, min(start + PERIOD_END_DAYS, len(values))):
            taken = np.rint(share * values[index])
            values[index] -= taken
            moved += taken
        before = slice(max(0, start - PERIOD_END_DAYS), start)
        values[before] += np.rint(moved / PERIOD_END_DAYS)
    return replace(kpi, series=replace(series, values=values))


def restate(kpi: Kpi, share: float, generator: Generator) -> Kpi:
    """That share of the near misses, as first published, edited over the target afterwards."""
    chosen = _share_of(_near_misses(kpi), share, generator)
    restated = kpi.side.restated.copy()
    restated[chosen] = _landed(kpi, len(chosen), generator)
    return replace(kpi, side=replace(kpi.side, restated=restated))


def polish_report(kpi: Kpi, share: float, generator: Generator) -> Kpi:
    """That share of the near misses reported over the target; the record stays as it is."""
    chosen = _share_of(_near_misses(kpi), share, generator)
    reported = kpi.side.reported.copy()
    step = kpi.side.step
    landed = np.rint(_landed(kpi, len(chosen), generator) / step) * step
    sign = 1 if kpi.terms.higher_is_better else -1
    reported[chosen] = np.where(sign * (landed - kpi.terms.target) < 0, kpi.terms.target, landed)
    return replace(kpi, side=replace(kpi.side, reported=reported))


def leave_out(kpi: Kpi, share: float, generator: Generator) -> Kpi:
    """That share of the failing rows removed or overridden."""
    chosen = _share_of(np.flatnonzero(kpi.side.row_failed), share, generator)
    left_out = kpi.side.row_left_out.copy()
    left_out[chosen] = True
    return replace(kpi, side=replace(kpi.side, row_left_out=left_out))


@dataclass(frozen=True)
class Bar:
    """One line of the bars: what is done, how strongly, over how many periods, seen how often.

    guards: those whose question it is.
    """

    name: str
    inject: Callable[[Kpi, float, Generator], Kpi]
    strength: float
    periods: int
    least: float
    guards: tuple[str, ...]
    families: tuple[str, ...] | None = None


BUNCH = "values_do_not_bunch_at_the_target"
SIT = "values_do_not_sit_on_the_target"
ROUNDER = "values_not_rounder_than_baseline"
VARIATION = "variation_not_below_chance"
REPEAT = "blocks_do_not_repeat"
BORROW = "period_end_does_not_borrow"
RESTATED = "restatements_do_not_favour_the_target"
REMOVED = "removed_rows_do_not_favour_the_target"
REPORTED = "reported_matches_recomputed"
RATES = ("rate, higher is better", "rate, lower is better")

CLAMP = Bar("clamp 25 %", clamp, 0.25, 90, 0.92, (SIT,))
BARS = (
    Bar("bunch 50 %", bunch, 0.5, 365, 0.95, (BUNCH,)),
    Bar("bunch 50 %", bunch, 0.5, 90, 0.78, (BUNCH,)),
    Bar("bunch 25 %", bunch, 0.25, 365, 0.62, (BUNCH,)),
    CLAMP,
    Bar("copied block of 7", copy_block, 7, 90, 0.80, (REPEAT,)),
    Bar("carried forward 15 %", carry_forward, 0.15, 90, 0.93, (REPEAT,)),
    Bar("smoothing, half strength", smooth, 0.5, 365, 0.82, (VARIATION,)),
    Bar("restatement 25 %", restate, 0.25, 90, 0.60, (RESTATED,)),
    Bar("reconciliation 25 %", polish_report, 0.25, 90, 0.82, (REPORTED,)),
    Bar("overrides 50 %", leave_out, 0.5, 90, 0.97, (REMOVED,)),
    Bar("removed rows 5 %", leave_out, 0.05, 2000, 0.88, (REMOVED,)),
    Bar("period end, 10 % forward", pull_forward, 0.10, 365, 0.94, (BORROW,), ("count",)),
    Bar("typed percentages 25 %", typed_percentages, 0.25, 90, 0.94, (ROUNDER,), RATES),
)


def _days(kpi: Kpi) -> Integers:
    if kpi.series.days is None:
        raise ValueError("a simulated KPI has days")
    return kpi.series.days


def _fails(kpi: Kpi) -> NDArray[np.bool_]:
    return fails(kpi.series.values, kpi.terms)


def _near_misses(kpi: Kpi) -> Integers:
    values = kpi.series.values
    near = np.abs(values - kpi.terms.target) <= NEAR * scale(values)
    return np.flatnonzero(_fails(kpi) & near)


def _share_of(candidates: Integers, share: float, generator: Generator) -> Integers:
    count = max(1, round(share * len(candidates))) if len(candidates) else 0
    return np.sort(generator.choice(candidates, count, replace=False))


def _landed(kpi: Kpi, count: int, generator: Generator) -> Floats:
    inside = generator.exponential(LANDING * scale(kpi.series.values), count)
    landed = kpi.terms.target + (inside if kpi.terms.higher_is_better else -inside)
    rounded = _rounded(landed, kpi.series.values)
    sign = 1 if kpi.terms.higher_is_better else -1
    return np.where(sign * (rounded - kpi.terms.target) < 0, kpi.terms.target, rounded)


def _rounded(wanted: Floats, values: Floats) -> Floats:
    step = resolution_of(values)
    return wanted if step is None else np.rint(wanted / step) * step


def _passing(kpi: Kpi) -> Callable[[Floats], Floats]:
    """How to round a numerator so that its rate is on the good side."""
    return np.ceil if kpi.terms.higher_is_better else np.floor


def _with_values(
    kpi: Kpi, chosen: Integers, wanted: Floats, rounding: Callable[[Floats], Floats]
) -> Kpi:
    """These periods hold these values; a rate holds the nearest that its denominator allows."""
    series = kpi.series
    values = series.values.copy()
    values[chosen] = wanted
    if series.numerators is None or series.denominators is None:
        return replace(kpi, series=replace(series, values=values))
    numerators = series.numerators.copy()
    exact = wanted * series.denominators[chosen] / 100
    numerators[chosen] = rounding(np.round(exact, 6)).astype(np.int64)
    values[chosen] = 100 * numerators[chosen] / series.denominators[chosen]
    return replace(kpi, series=replace(series, values=values, numerators=numerators))


def _with_rows(kpi: Kpi, given: Integers, taken: Integers) -> Kpi:
    source = np.arange(len(kpi.series.values))
    source[given] = taken
    days = kpi.series.days
    return replace(kpi, series=replace(kpi.series.take(source), days=days))
