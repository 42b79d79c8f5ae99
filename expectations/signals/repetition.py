"""Does a stretch of values come again exactly, and does a value stand still too often?

How likely two values are equal by chance is taken from pairs that are alike in time: neighbours
but one, and the same day of other weeks. A stretch counts as repeated over gaps on either side.
Ties of neighbours are held against ties of values far apart, which steps, round numbers and small
denominators make equal as well, and against how much nearer neighbours are than those.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betainc

from expectations.signals.density import fit
from expectations.signals.quantiles import quantiles
from expectations.signals.series import Signal, judged, not_applicable, not_enough

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from expectations.signals.series import Series, Terms

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

MINIMUM = 30
# Above this chance of equality there are too few distinct values to tell anything, in the series or
# about a block.
HIGHEST_CHANCE = 0.15
SEED_LENGTH = 3
MOST_LAGS = 40
ALIKE_LAGS = (2, 3, 7, 14, 21)
# A day without a value; what is too usual to tell is written below it.
UNKNOWN, USUAL = -1, -2
# What stands within so many days of a value says how likely it is, as far as there is enough.
NEAR, SURE = 28, 14
# Nothing is carried over so many values; so many pairs that are farther apart are enough.
FAR, FEWEST_FAR_LAGS, FAR_PAIRS = 8, 8, 30_000
# Levels that are told apart, each of so many values at least.
MOST_LEVELS, FEWEST_AT_LEVEL, WEEK = 8, 60, 7
# Differences up to so many usual ones, in so many bins.
REACH, BINS = 1.5, 16


def repetition(series: Series, terms: Terms) -> Signal:
    """The less likely of the longest repeated block and the number of carried values."""
    del terms
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
    ties = _carried(series.values, codes, usual)
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
    line = np.full(span, UNKNOWN, dtype=np.int64)
    line[days - days[0]] = np.where(usual, USUAL - codes, codes)
    longest = (0, 0, 0)
    for lag in _promising_lags(codes, usual, days):
        length, end = _longest_run(line, lag)
        longest = max(longest, (length, end, lag))
    length, end, lag = longest
    # Two places of n choose two, times the chance of so many equal in a row after the first.
    by_chance = _equal_by_chance(line, length, end, lag, chance)
    telling = length and by_chance <= HIGHEST_CHANCE**length
    expected = n * n / 2 * by_chance if telling else n * n / 2.0
    first = max(0, end - 2 * length)
    rows = np.flatnonzero((days - days[0] >= first) & (days - days[0] <= end))
    return judged(
        -np.expm1(-expected),
        n=n,
        observed=f"{length} values in a row come again {lag} days later"
        if length
        else "no values in a row come again",
        expected=f"{expected:.2g} such repetitions by chance, "
        f"as two of its values are equal in {by_chance ** (1 / max(length, 1)):.1%} of cases",
        rows=rows,
        figures={"lag": lag, "length": length},
    )


def _equal_by_chance(line: Integers, length: int, end: int, lag: int, chance: float) -> float:
    """Chance that the values of a block are those of another: by what stands about either of them.

    Where nearly all values are zeros and ones, those are likely however rare they are elsewhere.
    """
    places = end - np.arange(10 * length + 1)
    places = places[(places >= lag) & (places < len(line))]
    equal = (line[places] >= 0) & (line[places] == line[places - lag])
    places = places[equal][:length]
    likely = np.zeros(len(places))
    for block in (places, places - lag):
        near = block[:, None] + np.arange(-NEAR, NEAR + 1)
        near = near[:, (near >= 0).all(axis=0) & (near < len(line)).all(axis=0)]
        outside = ~np.isin(near, np.concatenate([places, places - lag])) & (line[near] != UNKNOWN)
        same = (outside & (line[near] == line[block][:, None])).sum(axis=1)
        likely = np.maximum(likely, (same + SURE * chance) / (outside.sum(axis=1) + SURE))
    return max(float(np.prod(likely)), chance**length)


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
    # A zero over a zero tells nothing; a zero over another value is a difference.
    known = (early != UNKNOWN) & (late != UNKNOWN) & ((early >= 0) | (late >= 0))
    equal = (early == late)[known]
    where = np.flatnonzero(known)
    if not equal.any():
        return 0, 0
    turns = np.flatnonzero(np.diff(np.concatenate([[False], equal, [False]])))
    begins, ends = turns[::2], turns[1::2]
    lengths = np.minimum(ends - begins, lag)
    best = int(np.argmax(lengths))
    return int(lengths[best]), int(where[ends[best] - 1]) + lag


def _carried(values: Floats, codes: Integers, usual: NDArray[np.bool_]) -> Signal:
    n = len(values)
    level = _levels(values)
    width = _widths(values, usual, level)
    far_lags = min(n - FAR, max(FEWEST_FAR_LAGS, FAR_PAIRS // n))
    lags = np.linspace(FAR, n - 1, far_lags).astype(np.int64).tolist()
    near = _pairs(values, codes, usual, [1], level, width)
    far = _pairs(values, codes, usual, lags, level, width)
    ties = int(near[:, 0].sum())
    expected, doubt = _ties_expected(near, far)
    p_value = 1.0
    if ties:
        # A wider doubt would put nearly all of the distribution on none, and make any two rare.
        shape = max(expected**2 / doubt, 1.0)
        p_value = float(betainc(ties, shape, expected / (expected + shape)))
    return judged(
        p_value,
        n=n,
        observed=f"{ties} values equal the one before",
        expected=f"about {expected:.1f} by how near to it the others are",
        rows=1 + np.flatnonzero((codes[1:] == codes[:-1]) & ~usual[1:]),
    )


def _levels(values: Floats) -> Integers:
    """Which of a few levels, equally frequent, the series has about each value.

    Where it is low its values differ by less, and more of them are equal.
    """
    n = len(values)
    around = np.convolve(np.pad(values, WEEK, mode="edge"), np.ones(2 * WEEK + 1), "valid")
    levels = max(1, min(MOST_LEVELS, n // FEWEST_AT_LEVEL))
    edges = np.sort(around)[np.arange(1, levels) * n // levels]
    return np.searchsorted(edges, around, side="right")


def _widths(values: Floats, usual: NDArray[np.bool_], level: Integers) -> Floats:
    """The width of a bin of differences at each level."""
    differences, found = np.abs(np.diff(values)), []
    for one in range(int(level.max()) + 1):
        here = differences[~usual[1:] & (level[1:] == one)]
        found.append(quantiles(here, 0.6827)[0] if len(here) else 0.0)
    return np.maximum(np.array(found) * REACH / BINS, 1e-12)


def _pairs(
    values: Floats,
    codes: Integers,
    usual: NDArray[np.bool_],
    lags: Iterable[int],
    level: Integers,
    width: Floats,
) -> Floats:
    """How far apart two values of a level are at these distances in time, level by level.

    Pairs that are equal, then by absolute difference, and last those farther apart.
    """
    bins, counts = BINS + 2, np.zeros(len(width) * (BINS + 2))
    for lag in lags:
        telling = ~usual[lag:]
        if lag >= FAR:
            telling = telling & (level[lag:] == level[:-lag])
        apart = np.abs(values[lag:] - values[:-lag])[telling]
        here = level[lag:][telling]
        place = np.clip(np.ceil(apart / width[here] - 1e-6), 1, BINS + 1)
        place[(codes[lag:] == codes[:-lag])[telling]] = 0
        counts += np.bincount(here * bins + place.astype(np.int64), minlength=len(counts))
    return counts.reshape(len(width), bins)


def _ties_expected(near: Floats, far: Floats) -> tuple[float, float]:
    """How many equal pairs the unequal ones lead to expect, and the variance of that.

    Whatever makes two values equal by chance - steps, heaps, small denominators - makes those far
    apart equal as well. What is nearer in time is nearer in value: by how much more of it lies
    in each bin of difference, a smooth even curve, followed down to no difference at all.
    """
    pairs, total = near.sum(axis=1), np.maximum(far.sum(axis=1), 1)
    exposure = (pairs / total) @ far
    exposure = exposure[:-1]
    exposure[0] += float((pairs / total).max())
    counts, apart = near.sum(axis=0)[:-1], far.sum(axis=0)[:-1]
    places = np.arange(BINS + 1.0) / BINS
    seen = (apart > 0) & (places > 0)
    if not seen.any():
        return float(near.sum()), float(near.sum()) ** 2
    design = np.column_stack([np.ones(BINS + 1), places**2])
    curve = fit(counts, design, seen, exposure=np.maximum(exposure, 1e-9))
    expected = float(curve.expected[0])
    at_zero = (np.arange(BINS + 1) == 0).astype(float)
    doubt = curve.variance_of(at_zero) * curve.dispersion + expected**2 / (apart[0] + 1)
    return expected, doubt
