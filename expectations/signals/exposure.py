"""How much of a bin could be filled: by what denominators allow, and by where the level was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from expectations.signals.quantiles import deviation, part_of_span, quantiles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from expectations.signals.series import Series

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

LEAST = 1e-9
# Values before and after one that tell its level, and those on a weekday that tell how much it
# differs, and how far its values lie apart.
AROUND, FEWEST_ON_A_WEEKDAY, FEWEST_TO_SPREAD = 7, 8, 25
# From so many values on the skewness is told as well, and as many times more values around.
LONG = 500
# An outlier says little about the level: farther away than so many deviations counts as that.
FARTHEST = 3.0
# Levels nearer to each other than this part of a deviation are one.
FINENESS = 0.1
# Skewness up to which Cornish and Fisher's approximation is one.
MILD = 0.75
# Neighbours are alike that are so by this many standard errors; sorted, where fewer steps lead
# back.
CLEAR, SORTED = 3.0, 0.1
# Nothing lies so many deviations from its level.
END = 4.0
# Neighbours share a bin so much more often than others where values dwell.
DWELLS = 0.1
# A level may raise or lower the expected count of a bin by so much (a logarithm).
MOST = 3.0


def places_held(series: Series, limit: float, sign: float, width: float, edges: Integers) -> Floats:
    """The ratios that each bin holds, as a share of those that its width holds on average.

    edges: in widths inside the limit, one more than there are bins. An end of the scale where no
    value lies is no place.
    """
    if series.denominators is None:
        return np.ones(len(edges) - 1)
    denominators, counts = np.unique(series.denominators, return_counts=True)
    first = np.full(len(denominators), 0 if 0 in series.values else 1)
    last = denominators - (0 if 100 in series.values else 1)
    if sign < 0:
        first, last = -last, -first
    at = (sign * limit + width * (edges - 1e-6)) / 100
    below = np.ceil(np.outer(denominators, at))
    below = np.clip(below, first[:, None], last[:, None] + 1)
    held = np.diff(below, axis=1) / (denominators[:, None] * width / 100)
    return np.asarray(counts @ held / counts.sum(), dtype=np.float64)


def level_leads(series: Series, edges: Floats, design: Floats) -> Floats:
    """How the level of each time and weekday spreads the values over the bins between the edges.

    Only what the columns of the design cannot follow: 1 everywhere where the level stays.
    """
    if not in_order(series):
        return np.ones(len(edges) - 1)
    parts = _levels(series.values, series.days)
    skew = 0.0
    if len(series.values) >= LONG:
        skew = _skewness(np.concatenate([(values - level) / s for values, level, s in parts]))
    below = np.zeros(len(edges))
    for _, level, spread in parts:
        levels, counts = np.unique(np.rint(level / (spread * FINENESS)), return_counts=True)
        away = np.clip(edges[:, None] / spread - levels * FINENESS, -END, END)
        below += ndtr(away - skew * (away**2 - 1) / 6) @ counts
    held = np.maximum(np.abs(np.diff(below)), LEAST * len(series.values))
    weights, logs = np.sqrt(held), np.log(held)
    fitted = np.linalg.lstsq(design * weights[:, None], logs * weights, rcond=None)[0]
    return np.asarray(np.exp(np.clip(logs - design @ fitted, -MOST, MOST)), dtype=np.float64)


def in_order(series: Series) -> bool:
    """Do values follow one another in time, or as if they did?"""
    return series.days is not None or _remembers(series.values)


def dwelling(bins: Integers) -> float:
    """How much more counts in bins scatter where values stay in theirs: a factor of the variance.

    The sum over near distances of how much more often two values share a bin than those as far
    apart as a level is told from; 1 where neighbours hardly do.
    """
    if len(bins) <= 4 * AROUND:
        return 1.0
    together = [float((bins[lag:] == bins[:-lag]).mean()) for lag in range(1, 4 * AROUND + 1)]
    far = float(np.mean(together[2 * AROUND :]))
    more = (np.array(together[: 2 * AROUND]) - far) / max(1 - far, LEAST)
    return 1 + 2 * float(np.maximum(more, 0).sum()) if more[0] > DWELLS else 1.0


def _remembers(values: Floats) -> bool:
    """Are neighbours in an order that nobody declared alike, as they are where a level moves?

    By their ranks; sorted values are alike too, but have no order of their own.
    """
    if len(values) <= 2 * AROUND:
        return False
    away = np.argsort(np.argsort(values, kind="stable"), kind="stable") - (len(values) - 1) / 2
    alike = float(away[1:] @ away[:-1] / (away @ away))
    steps = np.diff(values)
    up, down = (steps > 0).sum(), (steps < 0).sum()
    is_sorted = min(up, down) <= SORTED * (up + down)
    return bool(alike > CLEAR / np.sqrt(len(values)) and not is_sorted)


def _levels(values: Floats, days: Integers | None) -> list[tuple[Floats, Floats, float]]:
    """Values, what those around each lead to expect of it, and how far they lie from that.

    Each weekday by itself, where there are enough of it.
    """
    low, middle, high = quantiles(values, 0.1587, 0.5, 0.8413)
    reach = FARTHEST * max((high - low) / 2, 1e-12)
    tame = np.clip(values, middle - reach, middle + reach)
    width = AROUND * max(1, len(values) // LONG)
    kernel = np.ones(2 * width + 1)
    kernel[width] = 0.0
    around = np.convolve(tame, kernel, "same") / np.convolve(np.ones(len(tame)), kernel, "same")
    least = part_of_span(values, 200)
    # Without dates there is one weekday only.
    weekdays = np.zeros(len(values), dtype=np.int64) if days is None else days % 7
    of_each = np.bincount(weekdays, minlength=7)
    if of_each.min() >= FEWEST_ON_A_WEEKDAY:
        around += (np.bincount(weekdays, tame - around, minlength=7) / of_each)[weekdays]
    parts = [np.arange(len(values))]
    if of_each.min() >= FEWEST_TO_SPREAD:
        parts = [np.flatnonzero(weekdays == weekday) for weekday in range(7)]
    return [
        (values[on], around[on], float(max(deviation(values[on] - around[on]), least)))
        for on in parts
    ]


def _skewness(away: Floats) -> float:
    """Of a distribution with these quantiles, by Cornish and Fisher; of mild ones only."""
    low, middle, high = quantiles(away, 0.025, 0.5, 0.975)
    lopsided = (low + high - 2 * middle) / max(high - low, 1e-12)
    return float(np.clip(lopsided / (1.96 / 6), -MILD, MILD))
