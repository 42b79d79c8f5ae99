"""The same question for thousands of values: is the limit special among all other places?

With many values no curve fits: scales have gaps, people round, processes have kinks, and a test
against chance alone would ask about every honest distribution. So the whole test is made again at
placebo limits all over the values, each with its own local curve. How far those stray beyond
chance, in proportion to the values they rest on, is allowed for at the limit. Values heaped on
round numbers are left out where enough others remain; else only limits as round are placebos.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from math import lcm
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtr

from expectations.signals.bins import stays_out
from expectations.signals.density import fit, polynomials
from expectations.signals.excess_in_words import in_words, rows_between
from expectations.signals.exposure import places_held
from expectations.signals.lattice import HEAPS, Lattice, decimals_of, lattice_of
from expectations.signals.quantiles import quantiles, spread_of
from expectations.signals.series import LARGEST_P, Placebo, Signal, judged, not_applicable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from expectations.signals.series import Series, Terms

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

# Bins inside and outside, and those on each side through which the local curve runs.
WIDTHS = ((1, 1), (1, 3), (2, 4), (4, 8))
REACH, SPILL = 6, 2
FINENESS = 24  # bins a standard deviation, as far as the values' own step allows
MOST_BINS = 4000
FEWEST_SEEN, FEWEST_NEARBY = 7, 40.0
MOST_PLACEBOS, FEWEST_PLACEBOS = 40, 5
UNHEAPED = 0.3
# A bin that holds a smaller share of the ratios than this tells nothing.
FEWEST_PLACES = 0.1
# A local curve may be wrong by so much of the values it predicts, even where placebos do not show.
LEAST_MISFIT = 0.02


@dataclass(frozen=True, slots=True)
class _Line:
    """Counts along the signed distance from the limit; `zero` is the first bin inside.

    places: how many values each bin could hold, as a share of the most; roundness: of its first.
    """

    counts: Floats
    places: Floats
    roundness: Integers
    zero: int
    width: float


@dataclass(frozen=True, slots=True)
class _Seen:
    """One look at one place: the statistic against chance, and the values it rests on."""

    score: float
    mass: float
    inside: tuple[float, float]
    outside: tuple[float, float]


def bunching_of_many(series: Series, terms: Terms) -> Signal:
    """Do the values bunch just inside `terms.target`, more than about other places?"""
    values, n = series.values, len(series.values)
    sign = 1.0 if terms.higher_is_better else -1.0
    line = _line(series, terms, sign)
    compared = False
    best: tuple[float, float, tuple[int, int], _Seen, list[tuple[int, _Seen]]] | None = None
    for width in WIDTHS:
        here = _look(line, line.zero, width)
        if here is None:
            continue
        placebos = _placebos(line, width)
        if len(placebos) < FEWEST_PLACEBOS:
            continue
        compared = True
        misfit = max(_misfit([seen for _, seen in placebos]), LEAST_MISFIT**2)
        if here.inside[0] <= here.inside[1] or here.outside[0] >= here.outside[1]:
            continue  # a dent on one side alone is a kink of the curve
        adjusted = here.score / np.sqrt(1 + misfit * here.mass)
        p_value = float(stdtr(max(4.0, len(placebos) / 2), -adjusted))
        if best is None or p_value < best[0]:
            best = (p_value, adjusted, width, here, placebos)
    if best is None and compared:
        return judged(
            LARGEST_P,
            n=n,
            observed="no excess just inside the target that a hole just outside would match",
            expected="none",
        )
    if best is None:
        return not_applicable(n, "too few other places to compare the target with")
    p_value, adjusted, (inner, outer), here, placebos = best
    misfit = max(_misfit([seen for _, seen in placebos]), LEAST_MISFIT**2)
    limit = terms.target
    edge, end = limit + sign * inner * line.width, limit - sign * outer * line.width
    seen, foreseen = zip(here.inside, here.outside, strict=True)
    observed, expected = in_words(
        values, (limit, edge, end), seen, foreseen, left_out=stays_out(values, limit)
    )
    return judged(
        len(WIDTHS) * p_value,
        n=n,
        observed=observed,
        expected=expected,
        rows=rows_between(values, limit, edge, left_out=stays_out(values, limit)),
        score=adjusted,
        placebos=[
            Placebo(
                at=float(limit + sign * (place - line.zero) * line.width),
                score=float(seen.score / np.sqrt(1 + misfit * seen.mass)),
            )
            for place, seen in placebos
        ],
        figures={"misfit": float(np.sqrt(misfit))},
    )


def _line(series: Series, terms: Terms, sign: float) -> _Line:
    values, limit = series.values, terms.target
    left_out = stays_out(values, limit)
    if left_out:
        series = series.take(np.flatnonzero(values))
        values = series.values
    lattice = None
    if series.denominators is None:
        lattice = lattice_of(values, resolution=terms.resolution, apart_from=limit)
    width = spread_of(values, 200) / FINENESS
    if series.denominators is None and (lattice is None or lattice.step * HEAPS[-1] < width):
        lattice = decimals_of(values, width, apart_from=limit)
    step = lattice.step if lattice is not None else series.step_of_ratios
    if step:
        width = step * max(1, round(width / step))
    if lattice is not None:
        values, limit = lattice.settled(values), float(lattice.settled(np.array(limit)))
    if left_out:
        limit += sign * step
    index = np.floor(sign * (values - limit) / width + 1e-6).astype(np.int64)
    lowest, highest = quantiles(index, 0.0005, 0.9995)
    first, last = max(int(lowest), -MOST_BINS), min(int(highest), MOST_BINS)
    if first >= last:
        first, last = -1, 1
    bins = np.arange(first, last + 1)
    kept = (index >= first) & (index <= last)
    places = places_held(series, limit, sign, width, np.arange(first, last + 2))
    if left_out and first < 0 <= last:
        places[-first - 1] *= 1 - step / width
    places[places < FEWEST_PLACES] = 0.0
    roundness = np.zeros(len(bins), dtype=np.int64)
    if lattice is not None and lattice.heaps:
        held, roundness = _round_places(lattice, bins, limit, width, sign)
        heaped = lattice.roundness(lattice.steps) > 0
        if (~heaped).mean() >= UNHEAPED:
            kept &= ~heaped
            places, roundness = held, np.zeros(len(bins), dtype=np.int64)
    counts = np.bincount(index[kept] - first, minlength=len(bins)).astype(float)
    return _Line(counts, places, roundness, -first, width)


def _round_places(
    lattice: Lattice, bins: Integers, limit: float, width: float, sign: float
) -> tuple[Floats, Integers]:
    """The share of each bin's places that is not round, and which roundness a bin holds.

    Counted by divisions: of a fine step a bin holds millions of places.
    """
    m = max(1, round(width / lattice.step))
    start = sign * bins * m + limit / lattice.step
    first = np.ceil(start - 1e-6) if sign > 0 else np.floor(start + 1e-6) - (m - 1)
    before, last = first.astype(np.int64) - 1, first.astype(np.int64) + m - 1
    roundness = np.zeros(len(bins), dtype=np.int64)
    for bit, heap in enumerate(lattice.heaps):
        roundness += (last // heap > before // heap).astype(np.int64) << bit
    coarsest = [h for h in lattice.heaps if not any(h % o == 0 for o in lattice.heaps if o < h)]
    round_ones = np.zeros(len(bins))
    # Places on any heap: inclusion and exclusion of their common multiples.
    for size in range(1, len(coarsest) + 1):
        for several in combinations(coarsest, size):
            common = lcm(*several)
            round_ones += (-1) ** (size + 1) * (last // common - before // common)
    return 1 - round_ones / m, roundness


def _look(line: _Line, at: int, width: tuple[int, int]) -> _Seen | None:
    """The contrast at one place; None where its neighbourhood is too small to tell."""
    inner, outer = width
    reach = REACH * max(inner, outer) + 4
    begin, end = max(0, at - outer - reach), min(len(line.counts), at + inner + reach)
    if at - outer < begin or at + inner > end:
        return None
    counts, places = line.counts[begin:end], line.places[begin:end]
    here = at - begin
    weights = np.zeros(len(counts))
    weights[here : here + inner] = 1.0
    weights[here - outer : here] = -1.0
    usable = places > 0
    weights[~usable] = 0.0
    # What spills over the width looked at would bend the curve.
    seen = usable.copy()
    seen[max(0, here - outer - SPILL) : here + inner + SPILL // 2] = False
    if not (weights > 0).any() or not (weights < 0).any() or seen.sum() < FEWEST_SEEN:
        return None
    if min(seen[:here].sum(), seen[here:].sum()) < 2 or counts[seen].sum() < FEWEST_NEARBY:
        return None
    order = 3 if seen.sum() >= 14 else 2
    design = polynomials(np.arange(len(counts), dtype=float), order)
    curve = fit(counts, design, seen, exposure=np.maximum(places, 1e-9))
    own = float(np.abs(weights) @ curve.expected)
    variance = own + curve.variance_of(weights)
    if not np.isfinite(variance) or own < 5 or variance > own**2:
        return None
    inside, outside = weights > 0, weights < 0
    return _Seen(
        score=float(weights @ (counts - curve.expected) / np.sqrt(variance)),
        mass=own,
        inside=(float(counts[inside].sum()), float(curve.expected[inside].sum())),
        outside=(float(counts[outside].sum()), float(curve.expected[outside].sum())),
    )


def _placebos(line: _Line, width: tuple[int, int]) -> list[tuple[int, _Seen]]:
    """Looks at other places, clear of the limit and of one another, the nearest first.

    Their curves do not see the neighbourhood of the limit: what happened there is the question.
    """
    inner, outer = width
    masked = line.places.copy()
    masked[max(0, line.zero - outer - SPILL) : line.zero + inner + SPILL // 2] = 0.0
    elsewhere = replace(line, places=masked)
    widest = max(o for _, o in WIDTHS) + REACH // 2
    spacing = max(1, (inner + outer) // 2)
    places = np.arange(outer, len(line.counts) - inner)
    clear = (places + inner <= line.zero - widest) | (places - outer >= line.zero + widest // 2)
    # On a short scale the places next to the hole are all there is.
    if clear.sum() < 4 * FEWEST_PLACEBOS:
        clear = (places + inner <= line.zero - outer) | (places - outer >= line.zero + inner)
    if line.roundness[line.zero]:
        clear &= line.roundness[places] == line.roundness[line.zero]
    places = places[clear]
    places = places[np.argsort(np.abs(places - line.zero), kind="stable")]
    found: list[tuple[int, _Seen]] = []
    taken: list[int] = []
    for place in places:
        if any(abs(int(place) - other) < spacing for other in taken):
            continue
        taken.append(int(place))
        seen = _look(elsewhere, int(place), width)
        if seen is not None:
            found.append((int(place), seen))
        if len(found) == MOST_PLACEBOS:
            break
    return found


def _misfit(placebos: list[_Seen]) -> float:
    """Variance beyond chance for each value that a look rests on."""
    beyond = sum(seen.score**2 - 1 for seen in placebos)
    return max(0.0, beyond / sum(seen.mass for seen in placebos))
