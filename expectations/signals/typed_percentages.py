"""Do more numerators give whole percentages than those beside them?

Who types a percentage leaves a numerator that is the nearest to it. How many of these chance makes
is told by the numerators a little farther from the nearest whole percentage: by a smooth curve of
that distance, followed down to none. How far it may bend is known beforehand: the counts of events
scatter rates by the binomial error at least, and rates that scatter over a whole point lie at all
distances alike. So rates that vary little about a whole percentage are no reason to ask.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betainc

from expectations.signals.density import fit
from expectations.signals.series import LARGEST_P, Signal, judged, not_applicable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]

# Bins of the distance from a whole percentage, up to half of one.
BINS = 10
# Numerators that chance puts beside a whole percentage: of fewer nothing can be told.
FEWEST_BESIDE = 10
# The curve is made of waves a whole percentage long, half and a third as long. As a logarithm they
# are no higher than those of a normal distribution of the binomial error that is wrapped about the
# whole percentages (Jacobi's product for its theta function); the level may be any.
ORDERS = np.array([1, 2, 3])
FREE = 100.0


def typed_percentages(numerators: Integers, denominators: Integers) -> Signal:
    """As many numerators nearest to a whole percentage, when those beside them tell the chance.

    Larger denominators leave fewer to chance: their half of the rates is looked at by itself, too.
    """
    nearest = np.rint(100 * numerators / denominators)
    index = np.flatnonzero((nearest > 0) & (nearest < 100) & (denominators > 100))
    if (1 - 100 / denominators[index]).sum() < FEWEST_BESIDE:
        reason = "the denominators are too small to tell a whole percentage from others"
        return not_applicable(len(numerators), reason)
    larger = index[denominators[index] >= np.median(denominators[index])]
    looks = [_look(numerators[of], denominators[of], of) for of in (index, larger)]
    rarer = min(looks, key=lambda one: one.p_value or 1.0)
    return replace(rarer, p_value=min(len(looks) * (rarer.p_value or 1.0), LARGEST_P))


def _look(top: Integers, denominators: Integers, index: Integers) -> Signal:
    below = denominators.astype(float)
    point = 100 / below
    away = np.abs(top - np.rint(np.rint(point * top) * below / 100))
    edges = np.linspace(0, 0.5, BINS + 1)
    # The share of all numerators that lie no farther from a whole percentage, at last all of them.
    held = np.minimum(point * (1 + 2 * np.floor(edges[:, None] / point + 1e-9)), 1.0)
    held[-1] = 1.0
    exposure = np.diff(held.sum(axis=1), prepend=0.0)
    place = np.clip(np.searchsorted(edges, away * point - 1e-9), 1, BINS) * (away > 0)
    counts = np.bincount(place, minlength=BINS + 1).astype(float)
    middles = np.concatenate([[0.0], (edges[1:] + edges[:-1]) / 2])
    design = np.column_stack([np.ones(BINS + 1), np.cos(2 * np.pi * np.outer(middles, ORDERS))])
    error = top * (below - top) / below * point**2
    smoothed = np.exp(-2 * np.pi**2 * error[:, None]) ** ORDERS
    most = (2 * smoothed / ORDERS / (1 - smoothed**2)).mean(axis=0)
    doubts = np.maximum(np.array([FREE, *most]), 1e-6)
    seen = (exposure > 1e-9) & (np.arange(BINS + 1) > 0)
    curve = fit(counts, design, seen, exposure=np.maximum(exposure, 1e-9), ridge=doubts**-2.0)
    hits, expected = int(counts[0]), float(curve.expected[0])
    at_whole = (np.arange(BINS + 1) == 0).astype(float)
    shape = max(expected**2 / (curve.variance_of(at_whole) * curve.dispersion), 1.0)
    return judged(
        float(betainc(hits, shape, expected / (expected + shape))) if hits else 1.0,
        n=len(index),
        observed=f"{hits} of {len(index)} rates are as near to a whole percentage as can be",
        expected=f"about {expected:.1f} by how many are a little farther from one",
        rows=index[away == 0],
        score=(hits - expected) / np.sqrt(max(expected, 1.0)),
    )
