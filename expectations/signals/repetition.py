"""Does a stretch of values come again exactly, and does a value stand still too often?

How likely two values are equal by chance is taken from pairs that are alike in time: neighbours,
and the same day of other weeks. A stretch counts as repeated over gaps on either side. Ties of
neighbours are held against the differences next to nothing: a difference of zero should be about as
frequent as one of one step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betainc

from expectations.signals.density import fit
from expectations.signals.lattice import lattice_of
from expectations.signals.series import Signal, judged, not_applicable, not_enough

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from expectations.signals.series import Series, Terms

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

MINIMUM = 30
# Above this chance of equality the series has too few distinct values to tell anything.
HIGHEST_CHANCE = 0.15
SEED_LENGTH = 3
MOST_LAGS = 40
ALIKE_LAGS = (2, 3, 7, 14, 21)
NEAR_ZERO = 3
PEAK = 1.25
CURVED_FROM = 60


def repetition(series: Series, terms: Terms) -> Signal:
    """The less likely of the longest repeated block and the number of carried values."""
    n = len(series.values)
    if series.days is None:
        return not_applicable(n, "without an order in time nothing can come again")
    if n < MINIMUM:
        return not_enough(n, MINIMUM)
    codes, usual = _codes(series)
    chance = _chance(codes, usual)
    if chance > HIGHEST_CHANCE:
        return not_applicable(n, f"two of its values are equal in {chance:.0%} of cases anyway")
    block = _repeated_block(codes, usual, series.days, chance)
    ties = _carried(series, terms, codes, usual)
    best = min(block, ties, key=lambda one: one.p_value or 1.0)
    return judged(
        2 * (best.p_value or 1.0),
        n=n,
        observed=best.observed,
        expected=best.expected,
        rows=best.rows,
    )


def _codes(series: Series) -> tuple[Integers, NDArray[np.bool_]]:
    """Equal numbers for equal values, and which are too usual (a bound, a zero) to tell much."""
    values = series.values
    if series.numerators is not None and series.denominators is not None:
        values = values + 1e-9 * series.denominators
    distinct, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    extreme = (distinct == distinct[0]) | (distinct == distinct[-1]) | (distinct == 0)
    usual = extreme & (counts > max(3, 0.02 * len(values)))
    return codes.astype(np.int64), usual[codes]


def _chance(codes: Integers, usual: NDArray[np.bool_]) -> float:
    """Chance that two values alike in time are equal, a little more than was seen."""
    equal = pairs = 0
    for lag in ALIKE_LAGS:
        if lag < len(codes):
            telling = ~usual[lag:]
            equal += int(((codes[lag:] == codes[:-lag]) & telling).sum())
            pairs += int(telling.sum())
    return (equal + 1) / (pairs + 1)


def _repeated_block(
    codes: Integers, usual: NDArray[np.bool_], days: Integers, chance: float
) -> Signal:
    n = len(codes)
    span = int(days[-1] - days[0]) + 1
    if span > 20 * n:
        days, span = np.arange(n), n
    line = np.full(span, -1, dtype=np.int64)
    line[days - days[0]] = np.where(usual, -1, codes)
    longest = (0, 0, 0)
    for lag in _promising_lags(codes, usual, days):
        length, end = _longest_run(line, lag)
        longest = max(longest, (length, end, lag))
    length, end, lag = longest
    # Two places of n choose two, times the chance of so many equal in a row after the first.
    expected = n * n / 2 * chance**length if length else 1.0
    first = max(0, end - 2 * length)
    rows = np.flatnonzero((days - days[0] >= first) & (days - days[0] <= end))
    return judged(
        -np.expm1(-expected),
        n=n,
        observed=f"{length} values in a row come again {lag} days later",
        expected=f"{expected:.2g} such repetitions by chance, "
        f"as two of its values are equal in {chance:.1%} of cases",
        rows=rows,
        figures={"lag": lag, "length": length},
    )


def _promising_lags(codes: Integers, usual: NDArray[np.bool_], days: Integers) -> list[int]:
    """Distances at which three values in a row come again, those that recur most first."""
    place = np.cumsum(np.arange(len(codes)) >= 0) - 1
    for width in (SEED_LENGTH, 2):
        starts = place[: len(codes) - width + 1]
        keys = np.zeros(len(starts), dtype=np.int64)
        telling = np.ones(len(starts), dtype=bool)
        still = np.ones(len(starts), dtype=bool)
        for offset in range(width):
            keys = keys * (int(codes.max()) + 2) + codes[starts + offset]
            telling &= ~usual[starts + offset]
            still &= codes[starts + offset] == codes[starts]
        starts, keys = starts[telling & ~still], keys[telling & ~still]
        order = np.argsort(keys, kind="stable")
        keys, at = keys[order], days[starts[order]]
        # Each occurrence against the next three of its kind.
        lags = np.concatenate([(at[k:] - at[:-k])[keys[k:] == keys[:-k]] for k in (1, 2, 3)])
        lags = lags[lags > 1]
        if len(lags):
            distinct, counts = np.unique(lags, return_counts=True)
            return [int(lag) for lag in distinct[np.argsort(-counts, kind="stable")][:MOST_LAGS]]
    return []


def _longest_run(line: Integers, lag: int) -> tuple[int, int]:
    """Most equal values in a row at this distance, gaps passed over, and the day it ends."""
    early, late = line[:-lag], line[lag:]
    known = (early >= 0) & (late >= 0)
    equal = (early == late)[known]
    where = np.flatnonzero(known)
    if not equal.any():
        return 0, 0
    ends = np.flatnonzero(np.diff(np.concatenate([[0], equal.astype(np.int8), [0]])) == -1)
    begins = np.flatnonzero(np.diff(np.concatenate([[0], equal.astype(np.int8), [0]])) == 1)
    lengths = np.minimum(ends - begins, lag)
    best = int(np.argmax(lengths))
    return int(lengths[best]), int(where[ends[best] - 1]) + lag


def _carried(series: Series, terms: Terms, codes: Integers, usual: NDArray[np.bool_]) -> Signal:
    values, n = series.values, len(series.values)
    telling = ~usual[1:]
    tied = (codes[1:] == codes[:-1]) & telling
    differences = np.abs(np.diff(values))[telling]
    spread = float(np.quantile(differences, 0.6827)) if len(differences) else 0.0
    step = _step(series, terms, spread)
    places = differences / step
    # Where values are typed in fives, only differences of whole fives are as likely as of nothing.
    on_step = np.abs(places - np.rint(places)) < 1e-6 * np.maximum(1, places)
    sizes = np.rint(places)[on_step | (step < spread / 100)].astype(np.int64)
    ties = int(tied.sum())
    expected, doubt = _ties_expected(sizes, spread / step)
    p_value = 1.0
    if ties:
        shape = expected**2 / doubt
        p_value = float(betainc(ties, shape, expected / (expected + shape)))
    return judged(
        p_value,
        n=n,
        observed=f"{ties} values equal the one before",
        expected=f"about {expected:.1f} by the differences next to nothing",
        rows=1 + np.flatnonzero(tied),
    )


def _ties_expected(sizes: Integers, spread: float) -> tuple[float, float]:
    """How many differences of nothing the others lead to expect, and the variance of that.

    sizes: differences in steps; spread: their usual size. One of nothing is one place, one of k
    steps two: down and up.
    """
    reach = int(np.clip(2.2 * spread, 4, 40))
    counts = np.bincount(sizes[sizes <= reach], minlength=reach + 1).astype(float)
    if counts[1:].sum() >= CURVED_FROM and spread < reach:
        halves = np.concatenate([counts[:1], counts[1:] / 2])
        places = np.arange(reach + 1.0) / reach
        design = np.column_stack([np.ones(reach + 1), places, places**2])
        curve = fit(halves, design, places > 0)
        at_zero = np.zeros(reach + 1)
        at_zero[0] = 1.0
        # Halved counts scatter half as much as the regression takes them to.
        doubt = max(curve.variance_of(at_zero), 1e-6) * curve.dispersion
        return float(curve.expected[0]), doubt
    near = float(counts[1 : max(NEAR_ZERO, reach // 4) + 1].sum()) + 1
    share = PEAK / (2 * max(NEAR_ZERO, reach // 4))
    return share * near, share**2 * near


def _step(series: Series, terms: Terms, spread: float) -> float:
    """The step on which differences are counted: of the heaps, of the values, or a fine one."""
    finest = max(spread / 200, 1e-12)
    if series.denominators is not None:
        return finest
    lattice = lattice_of(series.values, resolution=terms.resolution, apart_from=None, wary=True)
    if lattice is None:
        return finest
    step = lattice.step * (lattice.heaps[-1] if lattice.heaps else 1)
    return max(step, finest)
