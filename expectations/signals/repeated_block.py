"""The longest stretch of a line of codes that comes again, and how likely that is by chance.

A stretch counts as repeated over gaps on either side. How likely two codes are equal is taken from
what stands about the block, and never less than it is in the whole line. Where equal codes follow
one another more often than that - interpolated values, curves of the day, pulses of a meter - it is
taken from how long all other stretches are that come again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from expectations.signals.series import LARGEST_P, SUSPECT, Signal, judged

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
# So many other stretches that come again, and of so many kinds, say how they go on.
FEWEST_STRETCHES = 20


def repeated_block(
    codes: Integers,
    usual: Booleans,
    days: Integers,
    chance: float,
    *,
    of: str = "values",
    unit: str = "days",
    seeds: tuple[int, ...] = (3, 2),
) -> Signal:
    """Is the longest stretch that comes again longer than chance makes it?

    chance: that two codes alike in time are equal; of: what the codes stand for, and unit: the
    periods they are of, in words; seeds: stretches of so many are looked for first, of the next
    length where there are none.
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
    places = _places_of(line, length, end, lag)
    # Two places of n choose two, times the chance of so many equal in a row after the first.
    by_chance = _equal_by_chance(line, places, lag, chance)
    telling = by_chance <= HIGHEST_CHANCE**length
    expected = n * n / 2 * by_chance if telling else n * n / 2.0
    known = f"as two {of} are equal in {by_chance ** (1 / length):.1%} of cases"
    if expected < SUSPECT:
        block = np.isin(days - days[0], np.concatenate([places, places - lag]))
        as_others = _as_others_go_on(codes[~usual & ~block], length)
        if as_others > expected:
            expected, known = as_others, "by how others that come again go on"
    rows = np.flatnonzero(np.isin(days - days[0], np.concatenate([places, places - lag])))
    stands = len(np.unique(line[places])) == 1
    again = f"{length} {of} in a row come again {lag} {unit} later"
    still = f"{length} {of} in a row are one and the same, as they were {lag} {unit} earlier"
    return judged(
        -np.expm1(-expected),
        n=n,
        observed=still if stands else again,
        expected=f"{expected:.2g} such repetitions by chance, {known}",
        rows=rows,
    )


def _places_of(line: Integers, length: int, end: int, lag: int) -> Integers:
    """Where the values of a block stand that ends there, the last one first."""
    places = end - np.arange(10 * length + 1)
    places = places[(places >= lag) & (places < len(line))]
    equal = (line[places] >= 0) & (line[places] == line[places - lag])
    stands: Integers = places[equal][:length]
    return stands


def _as_others_go_on(codes: Integers, length: int) -> float:
    """How many stretches of this length come again, by how the shorter ones go on.

    Of pairs of equal stretches those are counted that cannot be made longer at their beginning. A
    stretch that was copied often is one kind: it does not say how others go on.
    """
    repeated, kinds, stretches = [], [], codes
    for width in range(1, length + 2):
        counts = np.unique(stretches, return_counts=True)[1]
        repeated.append(int((counts * (counts - 1) // 2).sum()))
        kinds.append(int((counts > 1).sum()))
        if width > len(codes) - 1 or (width > 2 and kinds[-1] < FEWEST_STRETCHES):
            break
        longer = stretches[:-1] * (int(codes.max()) + 1) + codes[width:]
        stretches = np.unique(longer, return_inverse=True)[1]
    runs = -np.diff(repeated)
    enough = np.flatnonzero((runs >= FEWEST_STRETCHES) & (np.array(kinds[:-1]) >= FEWEST_STRETCHES))
    if len(runs) < 2 or 0 not in enough:
        return 0.0
    width = int(enough[-1])
    by_chance = runs[0] * repeated[0] / (len(codes) ** 2 / 2)
    if runs[1] - by_chance < len(codes) / length:
        # Copies of this length have room for all that begin by two equal codes: they may go on
        # because they were copied, and only those of one code tell how often one goes on.
        width = 1
    goes_on = min(1.0, (runs[width] + np.sqrt(runs[width])) / runs[width - 1])
    return float(runs[width] * goes_on ** (length - width - 1))


def _equal_by_chance(line: Integers, places: Integers, lag: int, chance: float) -> float:
    """Chance that the values of a block are those of another: by what stands about either of them.

    Where nearly all values are zeros and ones, those are likely however rare they are elsewhere.
    """
    likely = np.zeros(len(places))
    for block in (places, places - lag):
        near = block[:, None] + np.arange(-NEAR, NEAR + 1)
        near = near[:, (near >= 0).all(axis=0) & (near < len(line)).all(axis=0)]
        outside = ~np.isin(near, np.concatenate([places, places - lag])) & (line[near] != UNKNOWN)
        same = (outside & (line[near] == line[block][:, None])).sum(axis=1)
        likely = np.maximum(likely, (same + SURE * chance) / (outside.sum(axis=1) + SURE))
    return max(float(np.prod(likely)), chance ** len(places))


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
