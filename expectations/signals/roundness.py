"""Are the values rounder than they used to be, or than their denominators allow?

Against the own past: the share of values on multiples of five and ten steps, after a day and before
it (hypergeometric). For rates: how many numerators are the nearest to a whole percentage, against
numerators jittered about themselves over the same denominators. Absolute tests of last digits are
not made: honest people round too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln, ndtr

from expectations.signals.lattice import resolution_of
from expectations.signals.quantiles import deviation
from expectations.signals.series import Signal, judged, not_applicable, not_enough

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from expectations.signals.series import Series, Terms

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

MINIMUM = 40
ROUNDER = (5, 10)
LEAST_INFORMATION = 2.0
EXACT_UP_TO = 400
PERCENTS_EACH_WAY = 6


def roundness(series: Series, terms: Terms) -> Signal:
    """Typed percentages for rates with denominators, the own past for every other series."""
    n = len(series.values)
    if n < MINIMUM:
        return not_enough(n, MINIMUM)
    if series.denominators is not None and series.numerators is not None:
        return _typed(series.numerators, series.denominators)
    if series.days is None:
        return not_applicable(n, "without an order in time there is no past to compare with")
    return _against_past(series, terms)


def split_at(series: Series, terms: Terms) -> int:
    """Index of the first value that is compared with the past: given, or the middle."""
    assert series.days is not None  # noqa: S101 - told by the caller
    if terms.baseline_until is None:
        return len(series.days) // 2
    return int(np.searchsorted(series.days, terms.baseline_until, side="right"))


def hypergeometric_tail(drawn_hits: int, hits: int, drawn: int, total: int) -> float:
    """Chance of at least so many hits among those drawn, when the hits fall at random."""
    most = min(hits, drawn)
    if drawn_hits <= max(0, drawn - (total - hits)):
        return 1.0
    counts = np.arange(drawn_hits, most + 1, dtype=float)

    def choose(a: float | Floats, b: float | Floats) -> Floats:
        return np.asarray(gammaln(a + 1.0) - gammaln(b + 1.0) - gammaln(a - b + 1.0))

    logs = choose(hits, counts) + choose(total - hits, drawn - counts) - choose(total, drawn)
    return float(np.exp(logs).sum())


def _against_past(series: Series, terms: Terms) -> Signal:
    values, n = series.values, len(series.values)
    step = terms.resolution or resolution_of(values)
    split = split_at(series, terms)
    if step is None:
        return not_applicable(n, "the values are on no common step")
    steps = np.rint(values / step).astype(np.int64)
    # What a natural bound holds is as round as the bound, and moves with the level.
    free = ~np.isin(values, [bound for bound in terms.bounds if bound is not None])
    fewest, tested = n, []
    for multiple in ROUNDER:
        # What would be rounded to nothing is not what such rounding leaves.
        telling = free & (2 * np.abs(steps) >= multiple)
        halves = [steps[:split][telling[:split]], steps[split:][telling[split:]]]
        fewest = min(len(half) for half in halves)
        if fewest >= MINIMUM // 2 and min(map(_stride, halves)) >= multiple:
            tested.append((multiple, telling & (steps % multiple == 0), halves))
    if not tested and fewest < MINIMUM // 2:
        return not_enough(fewest, MINIMUM // 2, "values on one side of the baseline")
    if not tested:
        return not_applicable(n, f"the values spread over too few steps of {step:g}")
    best = (np.inf, "", "", np.zeros(0, dtype=np.int64))
    for multiple, round_ones, halves in tested:
        early, late = map(len, halves)
        after, before = int(round_ones[split:].sum()), int(round_ones[:split].sum())
        p_value = len(tested) * hypergeometric_tail(after, after + before, late, early + late)
        if p_value <= best[0]:
            observed = f"{after} of {late} values are multiples of {multiple * step:g}"
            expected = f"{before} of {early} were in the baseline before"
            best = (p_value, observed, expected, split + np.flatnonzero(round_ones[split:]))
    return judged(best[0], n=n, observed=best[1], expected=best[2], rows=best[3])


def _stride(steps: Integers) -> float:
    """How far a value is from the one before, or from the rest where that is less.

    What moves from one round number to the next, or stays about one, would pass for rounding.
    """
    return min(deviation(steps), deviation(np.diff(steps)))


def _typed(numerators: Integers, denominators: Integers) -> Signal:
    inner = (numerators > 0) & (numerators < denominators) & (denominators > 100)
    index = np.flatnonzero(inner)
    top, below = numerators[index].astype(float), denominators[index].astype(float)
    nearest = np.rint(100 * top / below)
    hits = np.abs(np.rint(nearest * below / 100) - top) < 0.5
    chance = _chance(top, below, nearest)
    information = float((chance * (1 - chance)).sum())
    if information < LEAST_INFORMATION:
        reason = "the denominators are too small to tell a whole percentage from others"
        return not_applicable(len(numerators), reason)
    seen, expected = int(hits.sum()), float(chance.sum())
    return judged(
        _poisson_binomial_tail(seen, chance),
        n=len(index),
        observed=f"{seen} of {len(index)} rates are as near to a whole percentage as can be",
        expected=f"about {expected:.1f} when the numerators fall freely",
        rows=index[hits],
        score=(seen - expected) / np.sqrt(information),
    )


def _chance(top: Floats, below: Floats, nearest: Floats) -> Floats:
    """Chance that a jittered numerator over the same denominator is nearest to a whole percentage.

    The jitter is that of the numerator as a count, and at least as wide as one percentage point.
    """
    rate = top / below
    jitter = np.maximum(np.sqrt(below * rate * (1 - rate)), 0.6 * below / 100)
    percents = nearest[:, None] + np.arange(-PERCENTS_EACH_WAY, PERCENTS_EACH_WAY + 1)
    places = np.rint(percents * below[:, None] / 100)
    valid = (places > 0) & (places < below[:, None])
    density = np.where(valid, np.exp(-0.5 * ((places - top[:, None]) / jitter[:, None]) ** 2), 0.0)
    low = np.maximum(places[:, 0] - below / 200, 0.5)
    high = np.minimum(places[:, -1] + below / 200, below - 0.5)
    mass = ndtr((high - top) / jitter) - ndtr((low - top) / jitter)
    chance = density.sum(axis=1) / (np.sqrt(2 * np.pi) * jitter * mass)
    return np.asarray(np.clip(chance, 0.0, 1.0), dtype=np.float64)


def _poisson_binomial_tail(seen: int, chance: Floats) -> float:
    """Chance of at least so many hits; exact for short series, with skewness for long ones."""
    if len(chance) <= EXACT_UP_TO:
        distribution = np.ones(1)
        for one in chance:
            grown = np.append(distribution * (1 - one), 0.0)
            grown[1:] += distribution * one
            distribution = grown
        return float(distribution[seen:].sum())
    variance = float((chance * (1 - chance)).sum())
    skew = float((chance * (1 - chance) * (1 - 2 * chance)).sum()) / variance**1.5
    z = (seen - 0.5 - float(chance.sum())) / np.sqrt(variance)
    corrected = z - skew * (z * z - 1) / 6
    return float(ndtr(-max(corrected, 0.6 * z)))
