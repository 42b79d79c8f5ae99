"""Where hardly any value misses a target: do values pile up at it and break off there?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from expectations.permutation import seed_of
from expectations.signals.bins import FEWEST_NEARBY
from expectations.signals.density import Curve, fit, polynomials
from expectations.signals.excess_in_words import about
from expectations.signals.series import LARGEST_P, Signal, judged, not_applicable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from expectations.signals.bins import Bins

    Floats = NDArray[np.float64]

# Bins inside the limit that a pile-up fills, bins that tell the curve, and those outside.
NEAREST, TELLING, OUTSIDE = 2, 12, 4
FEWEST_TELLING, FEWEST_FOR_TWO = 8, 100
DRAWS = 20_000


def cliff(bins: Bins, n: int, failing: int, room: float) -> Signal:
    """Do more lie just inside than curves from further inside lead to, and fewer outside?

    Both, or neither counts: a series that rises has an edge where it began, and a target is often
    set there; but nothing piles up at it. What one of the curves follows is the shape of the
    values. How far a curve errs further inside, it may err at the limit; and it cannot expect more
    outside than lie in as many bins beyond the pile. room: bins outside that values could fill.
    """
    inside = bins.counts[max(bins.zero, 0) :]
    outside = int(min(OUTSIDE, room))
    if _too_few(inside[:TELLING]):
        return not_applicable(n, f"only {failing} values fail, too few to compare both sides")
    if outside < 1:
        return not_applicable(n, "values could hardly miss the target: it lies where they end")
    nearest = float(inside[:NEAREST].sum())
    seen = float(bins.counts[max(0, bins.zero - outside) : max(bins.zero, 0)].sum())
    most = float(inside[NEAREST : NEAREST + outside].sum())
    generator = np.random.default_rng(seed_of(bins.counts.astype(np.int64)))
    found = []
    for scale, order in _shapes(float(inside[:TELLING].sum())):
        curve, near, missing = _continued(inside[:TELLING], scale, order, outside)
        strays = _strays(inside, scale, order, outside)
        excess = generator.poisson(_foreseen(curve, near, strays, generator))
        gap = generator.poisson(_foreseen(curve, missing, strays, generator).clip(max=most))
        p_value = max(_share(excess >= nearest), _share(gap <= seen))
        gone = min(float(missing @ curve.expected), most)
        found.append((p_value, float(near @ curve.expected), gone))
    p_value, by_curve, gone = max(found)
    if nearest <= by_curve:
        nothing = "nothing piles up just inside the target"
        return judged(LARGEST_P, n=n, observed=nothing, expected="the same")
    return judged(
        p_value,
        n=n,
        observed=f"{nearest:.0f} values just inside the target and {seen:.0f} just outside",
        expected=f"{about(by_curve)} and {about(gone)}, judging by the values further inside",
    )


def _too_few(inside: Floats) -> bool:
    """Bins to tell a curve, or values in them: a third at least beside the nearest bins."""
    beside = float(inside[NEAREST:].sum())
    nearby = float(inside.sum())
    return len(inside) < FEWEST_TELLING or nearby < FEWEST_NEARBY or beside < nearby / 3


def _shapes(nearby: float) -> list[tuple[bool, int]]:
    """On a logarithmic scale or not, and of which order."""
    return [(False, 1), (False, 2), (True, 1)] if nearby >= FEWEST_FOR_TWO else [(False, 1)]


def _continued(
    inside: Floats, logarithmic: bool, order: int, outside: int
) -> tuple[Curve, Floats, Floats]:
    """The curve through all but the nearest bins, and weights of those and of the bins outside."""
    places = np.arange(-outside, len(inside), dtype=float)
    scale = np.log(np.maximum(places, 0.0) + 1) if logarithmic else places
    counts = np.concatenate([np.zeros(outside), inside])
    curve = fit(counts, polynomials(scale, order), places >= NEAREST)
    near = ((places >= 0) & (places < NEAREST)).astype(np.float64)
    return curve, near, (places < 0).astype(np.float64)


def _strays(inside: Floats, logarithmic: bool, order: int, outside: int) -> float:
    """How far (a logarithm) such curves err at the places further inside, beyond chance."""
    errors = []
    for at in range(NEAREST, len(inside) - FEWEST_TELLING, NEAREST):
        part = inside[at : at + TELLING]
        if _too_few(part):
            break
        curve, near, _ = _continued(part, logarithmic, order, outside)
        expected, found = float(near @ curve.expected), float(part[:NEAREST].sum())
        chance = curve.variance_of(near) * curve.dispersion / expected**2 + 1 / max(expected, 1.0)
        errors.append(np.log((found + 0.5) / (expected + 0.5)) ** 2 - chance)
    return float(np.sqrt(max(np.mean(errors), 0.0))) if errors else 0.0


def _foreseen(
    curve: Curve, weights: Floats, strays: float, generator: np.random.Generator
) -> Floats:
    """Draws of what the curve expects in the weighted bins, as uncertain as its fit leaves it."""
    expected = float(weights @ curve.expected)
    error = np.sqrt(curve.variance_of(weights) * curve.dispersion) / max(expected, 1e-9)
    error = min(float(np.hypot(error, strays)), 3.0)
    draws: Floats = expected * np.exp(error * generator.standard_normal(DRAWS))
    return draws.clip(max=1e9)


def _share(hits: NDArray[np.bool_]) -> float:
    return (1 + int(hits.sum())) / (len(hits) + 1)
