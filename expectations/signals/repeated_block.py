"""The longest stretch of a line of codes that comes again, and how likely that is by chance.

A stretch counts as repeated over gaps on either side. How likely two codes are equal is taken from
what stands about the block, and never less than it is in the whole line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from expectations.signals.series import LARGEST_P, Signal, judged

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]

MOST_LAGS = 40
# Above this chance of equality there are too few distinct values to tell anything.
HIGHEST_CHANCE = 0.15
# A day without a value; what is too usual to tell is written below it.
UNKNOWN, USUAL = -1, -2
# What stands within so many days of a value says how likely it is, as far as there is enough.
NEAR, SURE = 28, 14


def repeated_block(
    codes: Integers,
    usual: Booleans,
    days: Integers,
    chance: float,
    *,
    of: str = "values",
    seeds: tuple[int, ...] = (3, 2),
) -> Signal:
    """Is the longest stretch that comes again longer than chance makes it?

    chance: that two codes alike in time are equal; of: what the codes stand for, in words; seeds:
    stretches of so many are looked for first, of the next length where there are none.
    """
    n = len(codes)
    span = int(days[-1] - days[0]) + 1
    if span > 20 * n:
        days, span = np.arange(n), n
    line = np.full(span, UNKNOWN, dtype=np.int64)
    line[days - days[0]] = np.where(usual, USUAL - codes, codes)
    longest = (0, 0, 0)
    for lag in _promising_lags(codes, usual, days, seeds):
        length, end = _longest_run(line, lag)
        longest = max(longest, (length, end, lag))
    length, end, lag = longest
    if not length:
        return judged(LARGEST_P, n=n, observed=f"no {of} in a row come again", expected="any")
    # Two places of n choose two, times the chance of so many equal in a row after the first.
    by_chance = _equal_by_chance(line, length, end, lag, chance)
    telling = by_chance <= HIGHEST_CHANCE**length
    expected = n * n / 2 * by_chance if telling else n * n / 2.0
    first = max(0, end - 2 * length)
    rows = np.flatnonzero((days - days[0] >= first) & (days - days[0] <= end))
    return judged(
        -np.expm1(-expected),
        n=n,
        observed=f"{length} {of} in a row come again {lag} days later",
        expected=f"{expected:.2g} such repetitions by chance, "
        f"as two {of} are equal in {by_chance ** (1 / length):.1%} of cases",
        rows=rows,
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


def _promising_lags(
    codes: Integers, usual: Booleans, days: Integers, seeds: tuple[int, ...]
) -> list[int]:
    """Distances at which so many values in a row come again, those that recur most first."""
    place = np.cumsum(np.arange(len(codes)) >= 0) - 1
    for width in seeds:
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
