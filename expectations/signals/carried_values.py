"""How many values equal the one before, against what makes others equal and near.

Ties of neighbours are held against ties of values far apart, which steps, round numbers and small
denominators make equal as well, and against how much nearer neighbours are than those. Neighbours
are nearest in calm spells and on days of the week that are like the day before: where ties seem too
many, calm days are looked at by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betainc

from expectations.signals.density import fit
from expectations.signals.quantiles import quantiles
from expectations.signals.series import LARGEST_P, SUSPECT, Signal, judged

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]

# Nothing is carried over so many values; so many pairs that are farther apart are enough.
FAR, FEWEST_FAR_LAGS, FAR_PAIRS = 8, 8, 30_000
# Levels that are told apart, each of so many values at least, and parts of each.
MOST_LEVELS, MOST_CALM, FEWEST_AT_LEVEL, WEEK = 8, 4, 60, 7
# Differences up to so many usual ones, in so many bins.
REACH, BINS = 1.5, 16


def carried_values(values: Floats, codes: Integers, usual: Booleans, days: Integers) -> Signal:
    """Do more values equal the one before than are near to it?"""
    n, tied = len(values), (codes[1:] == codes[:-1]) & ~usual[1:]
    ties = int(tied.sum())
    if not ties:
        return judged(LARGEST_P, n=n, observed="no value equals the one before", expected="any")
    level = _levels(values)
    looked = _Parts(values, codes, usual, level, level).chance_of(ties)
    if looked[0] < SUSPECT and n >= 2 * FEWEST_AT_LEVEL * MOST_LEVELS:
        part = level + (int(level.max()) + 1) * _restlessness(values, days, level)
        looked = max(looked, _Parts(values, codes, usual, level, part).chance_of(ties))
    p_value, expected = looked
    return judged(
        p_value,
        n=n,
        observed=f"{ties} values equal the one before",
        expected=f"about {expected:.1f} by how near to it the others are",
        rows=1 + np.flatnonzero(tied),
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    """Values, equal codes for equal ones, which are too usual to tell, and which of them are alike.

    level: those far apart are compared within it; part: a level, or one of the parts of it, whose
    values differ alike: of the first parts of all levels first, then of the second ones.
    """

    values: Floats
    codes: Integers
    usual: Booleans
    level: Integers
    part: Integers

    def chance_of(self, ties: int) -> tuple[float, float]:
        """Chance of so many ties, and how many are expected."""
        n, width, levels = len(self.values), self._widths(), int(self.level.max()) + 1
        far_lags = min(n - FAR, max(FEWEST_FAR_LAGS, FAR_PAIRS // n))
        lags = np.linspace(FAR, n - 1, far_lags).astype(np.int64).tolist()
        near, far = self._pairs([1], width), self._pairs(lags, width)
        of_parts = [
            _ties_expected(near[of : of + levels], far[of : of + levels], levels / len(far))
            for of in range(0, len(far), levels)
        ]
        expected, doubt = np.sum(of_parts, axis=0).tolist()
        # A wider doubt would put nearly all of the distribution on none, and make any two rare.
        shape = max(expected**2 / doubt, 1.0)
        return float(betainc(ties, shape, expected / (expected + shape))), expected

    def _widths(self) -> Floats:
        """The width of a bin of differences in each part."""
        differences, found = np.abs(np.diff(self.values)), []
        for one in range(int(self.part.max()) + 1):
            here = differences[~self.usual[1:] & (self.part[1:] == one)]
            found.append(quantiles(here, 0.6827)[0] if len(here) else 0.0)
        return np.maximum(np.array(found) * REACH / BINS, 1e-12)

    def _pairs(self, lags: Iterable[int], width: Floats) -> Floats:
        """How far apart two values of a level are at these distances in time, part by part.

        Pairs that are equal, then by absolute difference, and last those farther apart.
        """
        bins, counts = BINS + 2, np.zeros(len(width) * (BINS + 2))
        for lag in lags:
            telling = ~self.usual[lag:]
            if lag >= FAR:
                telling = telling & (self.level[lag:] == self.level[:-lag])
            apart = np.abs(self.values[lag:] - self.values[:-lag])[telling]
            here = self.part[lag:][telling]
            place = np.clip(np.ceil(apart / width[here] - 1e-6), 1, BINS + 1)
            place[(self.codes[lag:] == self.codes[:-lag])[telling]] = 0
            counts += np.bincount(here * bins + place.astype(np.int64), minlength=len(counts))
        return counts.reshape(len(width), bins)


def _levels(values: Floats) -> Integers:
    """Which of a few levels, equally frequent, the series has about each value."""
    levels = max(1, min(MOST_LEVELS, len(values) // FEWEST_AT_LEVEL))
    return _parted(_around(values), levels)


def _restlessness(values: Floats, days: Integers, level: Integers) -> Integers:
    """Into which of a few equally frequent parts of its level a value falls, the calm ones first.

    By how far a value usually is from the one before, about this day and on this day of the week:
    where it is calm more of them are equal, and so on those days that are like the day before. Of
    values that differ: what was carried forward must not make its surroundings calm.
    """
    apart = np.abs(np.diff(values, prepend=values[0]))
    differs, found = (apart > 0).astype(float), np.zeros(len(values), dtype=np.int64)
    if not differs.any():
        return found
    apart = np.minimum(apart, quantiles(apart[apart > 0], 0.9)[0])
    about = (_around(apart) + apart.sum() / differs.sum()) / (_around(differs) + 1)
    weekday = days % WEEK
    of_day = np.bincount(weekday, apart / about, WEEK) + 1
    restless = about * (of_day / (np.bincount(weekday, differs, WEEK) + 1))[weekday]
    parts = min(MOST_CALM, len(values) // (FEWEST_AT_LEVEL * MOST_LEVELS))
    for one in np.unique(level):
        found[level == one] = _parted(restless[level == one], parts)
    return found


def _around(values: Floats) -> Floats:
    """The sum over a week on either side of each."""
    return np.convolve(np.pad(values, WEEK, mode="edge"), np.ones(2 * WEEK + 1), "valid")


def _parted(values: Floats, parts: int) -> Integers:
    """Into which of so many equally frequent parts each falls."""
    n = len(values)
    edges = np.sort(values)[np.arange(1, parts) * n // parts]
    return np.searchsorted(edges, values, side="right")


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
