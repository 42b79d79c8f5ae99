"""How many values equal the one before, against what makes others equal and near.

Ties of neighbours are held against ties of values far apart, which steps, round numbers and small
denominators make equal as well, and against how much nearer neighbours are than those.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betainc

from expectations.signals.density import fit
from expectations.signals.quantiles import quantiles
from expectations.signals.series import LARGEST_P, Signal, judged

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]

# Nothing is carried over so many values; so many pairs that are farther apart are enough.
FAR, FEWEST_FAR_LAGS, FAR_PAIRS = 8, 8, 30_000
# Levels that are told apart, each of so many values at least.
MOST_LEVELS, MOST_CALM, FEWEST_AT_LEVEL, WEEK = 8, 4, 60, 7
# Differences up to so many usual ones, in so many bins.
REACH, BINS = 1.5, 16


def carried_values(
    values: Floats, codes: Integers, usual: Booleans, days: Integers
) -> Signal:
    """Do more values equal the one before than are near to it?"""
    n, tied = len(values), (codes[1:] == codes[:-1]) & ~usual[1:]
    ties = int(tied.sum())
    if not ties:
        return judged(LARGEST_P, n=n, observed="no value equals the one before", expected="any")
    level = _levels(values)
    part = _calm_parts(values, days, level)
    width = _widths(values, usual, part)
    far_lags = min(n - FAR, max(FEWEST_FAR_LAGS, FAR_PAIRS // n))
    lags = np.linspace(FAR, n - 1, far_lags).astype(np.int64).tolist()
    near = _pairs(values, codes, usual, [1], level, part, width)
    far = _pairs(values, codes, usual, lags, level, part, width)
    calm = len(width) // (1 + int(level.max()))
    by_calm = [_ties_expected(near[one::calm], far[one::calm], 1 / calm) for one in range(calm)]
    expected, doubt = (sum(figures) for figures in zip(*by_calm, strict=True))
    # A wider doubt would put nearly all of the distribution on none, and make any two rare.
    shape = max(expected**2 / doubt, 1.0)
    return judged(
        float(betainc(ties, shape, expected / (expected + shape))),
        n=n,
        observed=f"{ties} values equal the one before",
        expected=f"about {expected:.1f} by how near to it the others are",
        rows=1 + np.flatnonzero(tied),
    )


def _levels(values: Floats) -> Integers:
    """Which of a few levels, equally frequent, the series has about each value."""
    levels = max(1, min(MOST_LEVELS, len(values) // FEWEST_AT_LEVEL))
    return _parted(_around(values), levels)


def _calm_parts(values: Floats, days: Integers, level: Integers) -> Integers:
    """Which values are of a level and as restless as others, as far as there are enough of them.

    Where a series is low or calm its values differ by less, and more of them are equal; and so they
    are on those days of the week that are like the day before.
    """
    n = len(values)
    parts = max(1, min(MOST_CALM, n // (FEWEST_AT_LEVEL * MOST_LEVELS)))
    calm = np.zeros(n, dtype=np.int64)
    if parts == 1:
        return level
    restless = _restlessness(values, days)
    for one in np.unique(level):
        calm[level == one] = _parted(restless[level == one], parts)
    return level * parts + calm


def _restlessness(values: Floats, days: Integers) -> Floats:
    """How far a value usually is from the one before, about this day and on this day of the week.

    Of values that differ: what was carried forward must not make its surroundings calm.
    """
    apart = np.abs(np.diff(values, prepend=values[0]))
    differs = (apart > 0).astype(float)
    most = quantiles(apart[apart > 0], 0.9)[0]
    apart = np.minimum(apart, most)
    usual = apart.sum() / differs.sum()
    about = (_around(apart) + usual) / (_around(differs) + 1)
    weekday = days % WEEK
    of_day = np.bincount(weekday, apart / about, WEEK) + 1
    return about * (of_day / (np.bincount(weekday, differs, WEEK) + 1))[weekday]


def _around(values: Floats) -> Floats:
    """The sum over a week on either side of each."""
    return np.convolve(np.pad(values, WEEK, mode="edge"), np.ones(2 * WEEK + 1), "valid")


def _parted(values: Floats, parts: int) -> Integers:
    """Into which of so many equally frequent parts each falls."""
    n = len(values)
    edges = np.sort(values)[np.arange(1, parts) * n // parts]
    return np.searchsorted(edges, values, side="right")


def _widths(values: Floats, usual: Booleans, level: Integers) -> Floats:
    """The width of a bin of differences at each level."""
    differences, found = np.abs(np.diff(values)), []
    for one in range(int(level.max()) + 1):
        here = differences[~usual[1:] & (level[1:] == one)]
        found.append(quantiles(here, 0.6827)[0] if len(here) else 0.0)
    return np.maximum(np.array(found) * REACH / BINS, 1e-12)


def _pairs(
    values: Floats,
    codes: Integers,
    usual: Booleans,
    lags: Iterable[int],
    level: Integers,
    part: Integers,
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
        here = part[lag:][telling]
        place = np.clip(np.ceil(apart / width[here] - 1e-6), 1, BINS + 1)
        place[(codes[lag:] == codes[:-lag])[telling]] = 0
        counts += np.bincount(here * bins + place.astype(np.int64), minlength=len(counts))
    return counts.reshape(len(width), bins)


def _ties_expected(near: Floats, far: Floats, unseen: float) -> tuple[float, float]:
    """How many equal pairs the unequal ones lead to expect, and the variance of that.

    Whatever makes two values equal by chance - steps, heaps, small denominators - makes those far
    apart equal as well. What is nearer in time is nearer in value: by how much more of it lies
    in each bin of difference, a smooth even curve, followed down to no difference at all.
    """
    far = _with_hidden_steps(near, far)
    pairs, total = near.sum(axis=1), np.maximum(far.sum(axis=1), 1)
    exposure = (pairs / total) @ far
    exposure = exposure[:-1]
    exposure[0] += unseen * float((pairs / total).max())
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


def _with_hidden_steps(near: Floats, far: Floats) -> Floats:
    """At least as many far ties as steps make that leave most bins of differences empty.

    Where a level was never returned to, as under a trend, none has been seen. Of differences of
    either sign as many lie on each step, and half as many on none.
    """
    inside, steps = near[:, 1:-1].sum(axis=1), (near[:, 1:-1] > 0).sum(axis=1)
    hidden = (inside >= BINS) & (steps <= BINS // 2)
    ties = far[:, 1:-1].sum(axis=1) / (2 * np.maximum(steps, 1))
    raised = far.copy()
    raised[hidden, 0] = np.maximum(far[hidden, 0], ties[hidden])
    return raised
