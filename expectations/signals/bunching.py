"""Is there an excess of values just inside a limit, and a hole just outside it?

Counts in bins that end at the limit are compared with a smooth curve through the other bins of the
neighbourhood (a Poisson regression of local polynomials and of the heaps that the values show
elsewhere). The statistic is the excess inside plus what is missing outside, at several widths; its
null distribution is drawn from the curve. Placebo limits in the same neighbourhood say how much the
counts stray from any smooth curve, and a limit as round as theirs must stand out among them. Values
exactly on a round limit are no sign of an edge and in no bin; `point_mass.py` asks about those.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from expectations.permutation import seed_of
from expectations.signals.bins import (
    FEW,
    FEWEST_FOR_MORE,
    FEWEST_NEARBY,
    Bins,
    bins_about,
    ends_of,
    rescaled,
    richer,
)
from expectations.signals.bunching_of_many import bunching_of_many
from expectations.signals.cliff import cliff
from expectations.signals.density import Curve, deviance, fit
from expectations.signals.excess_in_words import in_words, rows_between
from expectations.signals.series import (
    LARGEST_P,
    Placebo,
    Signal,
    among_its_like,
    judged,
    not_applicable,
    not_enough,
)
from expectations.signals.standing import each_stand_once

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from expectations.signals.series import Series, Terms

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

MINIMUM = 60
# Ends of the usual scales, when the values end there too.
BOUNDS = (0.0, 1.0, 100.0)
FEWEST_FAILING = 5
# Bins inside and outside, at each width: a hole is wider than the excess it fills.
WIDTHS = ((1, 4), (2, 7))
MANY = 3000
# Values that a placebo must lead to expect.
FEWEST_EXPECTED = 2.0
# Twice the logarithm of how much likelier a scale that fits clearly better makes few values.
CLEARLY = 3.0
DRAWS, MORE_DRAWS = 1_000, 20_000
LARGE_COUNT = 4000.0
# Honest densities are no polynomials: how much wider than chance alone the score scatters.
MISFIT = 1.12
# Where fewer miss the target, fewer still lie farther out.
IN_A_TAIL = 0.1
# Placebos that scatter more than chance by so many standard errors widen it further.
STRAY = 2.0


@each_stand_once
def bunching(series: Series, terms: Terms) -> Signal:
    """Do the values bunch just inside `terms.target`?"""
    values, n = series.values, len(series.values)
    if n < MINIMUM:
        return not_enough(n, MINIMUM)
    limit, sign = terms.target, 1.0 if terms.higher_is_better else -1.0
    if limit in terms.bounds or (limit in BOUNDS and limit in (values.min(), values.max())):
        return not_applicable(n, f"{limit:g} is a natural bound of the values")
    inside = sign * (values - limit) >= -1e-9 * max(1.0, abs(limit))
    failed = values[~inside]
    if not inside.any():
        return not_applicable(n, "no value reaches the target")
    if len(failed) >= FEWEST_FAILING and failed.min() == failed.max():
        return not_applicable(n, f"all that fail are equal, as at a bound: {failed[0]:g}")
    if n > MANY:
        return bunching_of_many(series, terms)
    bins = bins_about(series, terms, sign)
    if bins is None or bins.counts.sum() < FEWEST_NEARBY:
        return not_applicable(n, "too few values, or steps of them, lie about the target")
    if bins.zero >= len(bins.counts):
        return not_applicable(n, "what reaches the target lies on a bound or far beyond it")
    failing = bins.counts[: max(bins.zero, 0)].sum()
    if failing < FEWEST_FAILING:
        return cliff(bins, n, len(failed), _room(values, terms, sign) / bins.width)
    if bins.zero < 2:
        return not_applicable(n, "what misses the target lies too near to it for a curve there")
    return _contrast(bins, values, limit, sign)


def _room(values: Floats, terms: Terms, sign: float) -> float:
    """How far outside the target values could lie."""
    room = [sign * (terms.target - end) for end, side in ends_of(values, terms) if side == sign]
    return min(room, default=np.inf)


def at_target_and_limit(series: Series, terms: Terms) -> Signal:
    """The target and, where one is declared, the approval limit that amounts may stay below."""
    at_target = bunching(series, terms)
    if terms.approval_limit is None:
        return at_target
    limited = replace(terms, target=terms.approval_limit, higher_is_better=False)
    at_limit = bunching(series, limited)
    if at_limit.p_value is None or at_target.p_value is None:
        return at_limit if at_target.p_value is None else at_target
    rarer = min(at_target, at_limit, key=lambda one: one.p_value or 1.0)
    return replace(rarer, p_value=min(2 * (rarer.p_value or 1.0), LARGEST_P))


def _contrast(bins: Bins, values: Floats, limit: float, sign: float) -> Signal:
    looks = [_look(bins, inner, outer) for inner, outer in _widths(bins)]
    best = max(looks, key=_score)
    # What a more pliant curve, or one on another scale, follows as well is the shape of the
    # values, not an edge.
    others = [_look(more, best.inner, best.outer) for more in richer(bins)]
    others += _on_other_scales(bins, best)
    least = min([best, *others], key=_score)
    missed = float((sign * (values - limit) < 0).mean())
    if not least.score or (missed < IN_A_TAIL and _rises_outwards(bins, least)):
        return judged(
            LARGEST_P,
            n=len(values),
            observed="no excess just inside the target that a hole just outside would match",
            expected="none",
        )
    placebos, stray, alike = _placebos(bins, best, looks, limit, sign)
    score = least.score / (stray * MISFIT * np.sqrt(bins.dwelling))
    p_value = _p_value(bins, score, looks)
    if alike is not None:
        p_value = max(p_value, among_its_like(score, alike))
    edge, end = limit + sign * best.inner * bins.width, limit - sign * best.outer * bins.width
    near = bins.zero + np.arange(best.inner)
    far = bins.zero - 1 - np.arange(best.outer)
    seen = tuple(float(bins.counts[side].sum()) for side in (near, far))
    foreseen = tuple(float(least.curve.expected[side].sum()) for side in (near, far))
    observed, expected = in_words(
        values, (limit, edge, end), seen, foreseen, left_out=bins.left_out
    )
    return judged(
        p_value,
        n=len(values),
        observed=observed,
        expected=expected,
        rows=rows_between(values, limit, edge, left_out=bins.left_out),
        score=score,
        placebos=placebos,
        figures={"from": min(limit, edge), "to": max(limit, edge), "strays_by": stray},
    )


def _rises_outwards(bins: Bins, look: _Look) -> bool:
    """Does the curve expect more of a bin outside than of one inside, as in a tail it may not?"""
    inside = look.curve.expected[bins.zero : bins.zero + look.inner].mean()
    outside = look.curve.expected[bins.zero - look.outer : bins.zero].mean()
    return bool(outside > inside)


def _on_other_scales(bins: Bins, best: _Look) -> list[_Look]:
    """Few values tell a scale from an excess only where it fits them clearly better."""
    looks = [_look(other, best.inner, best.outer) for other in rescaled(bins)]
    if bins.counts.sum() >= FEWEST_FOR_MORE:
        return looks
    most = deviance(bins.counts, best.curve.expected) - CLEARLY
    return [look for look in looks if deviance(bins.counts, look.curve.expected) <= most]


def _widths(bins: Bins) -> list[tuple[int, int]]:
    last = len(bins.counts) - 1
    fitting = [(i, o) for i, o in WIDTHS if o <= bins.zero and bins.zero + i < last]
    return fitting or [(1, max(1, min(bins.zero, 4)))]


@dataclass(frozen=True, slots=True)
class _Look:
    """The excess inside and the hole outside at one width, against one curve.

    influence: what one more value in each bin adds to the score; score: 0 unless
    there are both: a dent on one side alone is a kink of the curve.
    """

    inner: int
    outer: int
    curve: Curve
    influence: Floats
    score: float


def _look(bins: Bins, inner: int, outer: int) -> _Look:
    weights = np.zeros(len(bins.counts))
    weights[bins.zero : bins.zero + inner] = 1.0
    weights[bins.zero - outer : bins.zero] = -1.0
    # Few values have to tell the curve as well; many would let a true excess bend it.
    seen = np.ones(len(weights), dtype=bool) if bins.counts.sum() < FEW else weights == 0
    curve = fit(bins.counts, bins.design, seen, exposure=bins.exposure)
    gradient = (weights * curve.expected) @ bins.design
    influence = weights - np.where(seen, bins.design @ (curve.covariance @ gradient), 0.0)
    if seen.all():
        # The excess itself is in the scatter that few values show: only chance is allowed for.
        curve = replace(curve, dispersion=1.0)
    influence = influence / np.sqrt(float(influence**2 @ curve.expected) * curve.dispersion)
    beyond = bins.counts - curve.expected
    is_dent = beyond[weights > 0].sum() <= 0 or beyond[weights < 0].sum() >= 0
    return _Look(inner, outer, curve, influence, float(influence @ beyond) * (not is_dent))


def _score(look: _Look) -> float:
    return look.score


def _p_value(bins: Bins, score: float, looks: list[_Look]) -> float:
    """How often the curve alone gives a largest score as large; drawn where counts are small."""
    bound = min(1.0, len(looks) * float(ndtr(-score)))
    if score < 1.0:
        return bound
    every = np.ones(len(bins.counts), dtype=bool)
    null = fit(bins.counts, bins.design, every, exposure=bins.exposure)
    if min(float((look.influence != 0) @ null.expected) for look in looks) > LARGE_COUNT:
        return bound
    effect = np.array([look.influence * np.sqrt(look.curve.dispersion) for look in looks]).T
    generator = np.random.default_rng(seed_of(bins.counts.astype(np.int64)))
    reached = drawn = 0
    for draws in (DRAWS, MORE_DRAWS):
        samples = generator.poisson(null.expected, (draws, len(bins.counts)))
        largest = ((samples - null.expected) @ effect).max(axis=1)
        reached += int((largest >= score).sum())
        drawn += draws
        if reached >= 15:
            break
    return (reached + 1) / (drawn + 1)


def _placebos(
    bins: Bins, best: _Look, looks: list[_Look], limit: float, sign: float
) -> tuple[list[Placebo], float, Floats | None]:
    """Scores at other limits, how much wider than chance they scatter, and the equally round.

    Each is a look of its own, at a curve that does not see what the limit did to its neighbours.
    """
    inner, outer, places = best.inner, best.outer, np.arange(len(bins.counts))
    begin = bins.zero - max(look.outer for look in looks)
    end = bins.zero + max(look.inner for look in looks)
    elsewhere = (places < begin) | (places >= end)
    at = np.arange(outer, len(places) - inner)
    at = at[(at + inner <= begin) | (at - outer >= end)]
    if not len(at) or elsewhere.sum() <= bins.design.shape[1]:
        return [], 1.0, None
    curve = fit(bins.counts, bins.design, elsewhere, exposure=bins.exposure)
    away = places - at[:, None]
    weights = ((away >= 0) & (away < inner)) * 1.0 - ((away < 0) & (away >= -outer))
    drawn = ((weights * curve.expected) @ bins.design) @ curve.covariance @ bins.design.T
    influence = weights - drawn * elsewhere
    variance = influence**2 @ curve.expected * best.curve.dispersion
    usable = np.abs(weights) @ curve.expected > FEWEST_EXPECTED
    if not usable.any():
        return [], 1.0, None
    scores = (influence @ (bins.counts - curve.expected))[usable] / np.sqrt(variance[usable])
    at = at[usable]
    # Neighbouring placebos share bins: that many of them are worth one.
    independent = max(1.0, len(at) / (inner + outer))
    spread = float(np.sqrt(np.mean(scores**2)))
    stray = spread if spread > 1 + STRAY / np.sqrt(2 * independent) else 1.0
    scores = scores / stray
    placebos = [
        Placebo(at=limit + sign * (place - bins.zero) * bins.width, score=score / MISFIT)
        for place, score in zip(at.tolist(), scores.tolist(), strict=True)
    ]
    same = bins.roundness[at] == bins.roundness[bins.zero]
    if bins.roundness[bins.zero] == 0 or same.sum() < 2:
        return placebos, stray, None
    placebos = [placebo for placebo, is_same in zip(placebos, same, strict=True) if is_same]
    return placebos, stray, scores[same]
