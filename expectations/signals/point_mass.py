"""Do more values lie exactly on the target than a smooth curve through its neighbourhood expects?

Where values are few, all of them near by tell the curve, as round as the target or not: what each
kind of roundness gathers is part of it. Where they are many, places as round as the target do. The
count on the target is held against a negative binomial distribution about the curve, as wide as
chance, the fit and what no smooth curve knows make it. For a rate a value counts as on a target
when its numerator is the first that reaches it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import bdtrc, betainc

from expectations.signals.bunching import BOUNDS
from expectations.signals.density import fit, polynomials
from expectations.signals.few_answers import gathers_means
from expectations.signals.lattice import (
    FEWEST_DISTINCT,
    Lattice,
    decimals_of,
    lattice_of,
    no_finer,
    usual_heaps,
)
from expectations.signals.quantiles import deviation, quantiles
from expectations.signals.series import (
    Placebo,
    Signal,
    among_its_like,
    judged,
    not_applicable,
    not_enough,
)
from expectations.signals.standing import each_stand_once
from expectations.signals.sticky_places import among_sticky

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from expectations.signals.series import Series, Terms

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]

MINIMUM = 30
FEWEST_ON_TARGET = 2  # one is where targets are read off
FEWEST_ALIKE, MOST_ALIKE = 3, 12  # places as round as the target: at least in all, most a side
WITHIN = 2.5  # standard deviations about the target
BINS_PER_SCALE = 6
FINEST_PER_SCALE = 1000  # steps; finer ones are taken together
MOST_PLACES, FARTHEST = 4000, 1e9  # steps a side: looked at, and told apart at all
ORDER, LOW_ORDER = 3, 2
# Values from which on they afford the higher order, and from which on places as round are enough.
FEW, MANY = 60, 600
FEWEST_TELLING = 5
BEHIND = 3  # so near to a bound no curve reaches the target from that side
BESIDE = 2  # places on either side of the target that hold as much where nothing gathers on it
# Ratios a standard deviation: where there are fewer, the target's own is the mode or next to it.
FEWEST_STEPS = 2.5
FEWEST_WHOLE_STEPS = 1.25  # of values on a step, unless they are many
# An honest density is no polynomial: so much more may lie on the target than it says, on average
# and by chance (standard deviation).
MARGIN, MISFIT = 1.05, 0.1
# So much of what they hold, as a coefficient of variation, is no smooth curve with chance about it.
STICKY = 1.0
# A wider doubt about the mean would put nearly all of the distribution on none at all, and any two
# values would be rare.
LEAST_SHAPE = 1.0
# What roundness gathers, as a logarithm: anything where it is seen, little where it is not.
SEEN, UNSEEN, FREE = 2.0, 0.3, 100.0


@dataclass(frozen=True, slots=True)
class _Cells:
    """Where values could lie: the target first, then `alike` placebos, then the neighbourhood.

    exposure: how much of a cell could be filled, a bin of the neighbourhood being 1; heaps: one
    column for each kind of roundness, 1 where a cell has it; gathered: how much each may gather;
    held: by each place near by that is as round as the target; beside: by the next places, round or
    not.
    """

    places: Floats
    hits: Floats
    exposure: Floats
    heaps: Floats
    gathered: tuple[float, ...]
    alike: int
    held: Floats
    beside: Integers


@each_stand_once
def point_mass(series: Series, terms: Terms) -> Signal:
    """Do the values sit exactly on `terms.target`?"""
    values, n = series.values, len(series.values)
    if n < MINIMUM:
        return not_enough(n, MINIMUM)
    ends = (values.min(), values.max())
    if terms.target in terms.bounds or (terms.target in BOUNDS and terms.target in ends):
        return not_applicable(n, f"{terms.target:g} is a natural bound of the values")
    if terms.target == 0 and ends[0] < 0 < ends[1]:
        return not_applicable(n, "0 is where changes and balances lie when nothing happens")
    if terms.kind == "score" and gathers_means(values, terms.target):
        return not_applicable(n, f"means of few answers gather at {terms.target:g} anyway")
    if series.denominators is not None and series.numerators is not None:
        if deviation(values) < FEWEST_STEPS * series.step_of_ratios:
            return not_applicable(n, "its denominators leave too few places about the target")
        cells, on_target = _cells_of_rates(series, terms)
    else:
        different = np.unique(values)
        if len(different) < FEWEST_DISTINCT and terms.target not in different:
            return not_applicable(n, f"it takes {len(different)} values, none of them the target")
        lattice = lattice_of(
            values, resolution=terms.resolution, apart_from=terms.target, wary=True
        )
        low, high = quantiles(values, 0.05, 0.95)
        scale = deviation(values)
        finest = max(scale / FINEST_PER_SCALE, (high - low) / 1e5, 1e-12)
        if lattice is None:
            lattice = decimals_of(values, finest, apart_from=terms.target)
        least = WITHIN * scale / MOST_PLACES
        lattice = no_finer(lattice, values, least, apart_from=terms.target)
        if lattice.step < finest and not lattice.heaps:
            apart = lattice.steps * lattice.step - terms.target
            away = np.clip(apart / finest, -FARTHEST, FARTHEST)
            lattice, target = Lattice(finest, np.rint(away).astype(np.int64), ()), 0
        else:
            target = round(terms.target / lattice.step)
            off = abs(target * lattice.step - terms.target)
            if off > max(lattice.slack, 1e-6 * max(lattice.step, abs(terms.target) * 1e-6)):
                reason = f"{terms.target:g} is not on the step {lattice.step:g} of the values"
                return not_applicable(n, reason)
        others = values[values != terms.target]
        if 0 < len(others) and n < MANY and _is_cramped(others, terms.target, lattice.step):
            return not_applicable(n, "its steps leave too few places about the target")
        if any(abs(end - terms.target) <= BEHIND * lattice.step for end in _gathering(terms)):
            return not_applicable(n, "too few places lie between it and a natural bound")
        slack = max(lattice.slack, 1e-9 * max(1.0, abs(terms.target)))
        on_target = np.abs(values - terms.target) <= slack
        cells = _cells_of_lattice(lattice, target, on_target, terms, scale=scale)
    others = cells.places[1 : cells.alike + 1]
    if len(others) < FEWEST_ALIKE or not others.min() < cells.places[0] < others.max():
        return not_applicable(n, "too few other places near by are as round as the target")
    return _compare(cells, on_target, terms)


def _is_cramped(others: Floats, target: float, step: float) -> bool:
    """Are values that lie elsewhere too near to one another, or to the target where they end?"""
    room = min(target - float(others.min()), float(others.max()) - target)
    return deviation(others) < FEWEST_WHOLE_STEPS * step or 0 <= room < 1.5 * step


def _gathering(terms: Terms) -> list[float]:
    """Bounds that gather what would lie beyond; that nothing happened is a count like any other."""
    return [end for end in terms.bounds if end is not None and terms.kind != "count"]


def _alike_tell(values: int, hits: Floats | Integers) -> bool:
    """Are the hits of places as round as the target enough, or has every place near by to tell?

    With many values how heaps add up is no guess; places that hold nothing say nothing of them.
    """
    return values >= MANY and bool((hits > 0).sum() >= FEWEST_TELLING)


def _cells_of_lattice(
    lattice: Lattice, target: int, on_target: Booleans, terms: Terms, *, scale: float
) -> _Cells:
    """Every place near by, and bins of places that are alike in all but where they are.

    Where places are taken together, each holds what is next to it; the target holds its own alone.
    """
    scale = scale / lattice.step
    reach = int(np.clip(WITHIN * scale, 6, MOST_PLACES))
    lowest = max(int(lattice.steps.min()), target - reach)
    highest = min(int(lattice.steps.max()), target + reach)
    around = np.arange(min(lowest, target - 2), max(highest, target + 2) + 1)
    bounds = [round((end - terms.target) / lattice.step) for end in _gathering(terms)]
    around = around[~np.isin(around - target, bounds) | (around == target)]
    away = around - target
    inside = np.isin(lattice.steps, around)
    hits = np.bincount(np.searchsorted(around, lattice.steps[inside]), minlength=len(around))
    hits[around == target] = on_target.sum()

    heaps = sorted({*lattice.heaps, *usual_heaps(lattice.step, (around[-1] - around[0]) // 2)})
    columns = np.array([around % heap == 0 for heap in heaps], dtype=float)
    columns = columns.reshape(len(heaps), len(around)).T
    at = int(np.searchsorted(around, target))
    alike = np.flatnonzero(lattice.roundness(around) == lattice.roundness(target))
    held = hits[alike[alike != at]].astype(float)
    alike = np.concatenate([alike[alike < at][-MOST_ALIKE:], alike[alike > at][:MOST_ALIKE]])

    width = max(1, int(scale / BINS_PER_SCALE))
    kinds = columns.astype(np.int64) @ (1 << np.arange(len(heaps)))
    other = (away != 0) & (not _alike_tell(len(on_target), hits[alike]))
    key = ((away // width) << len(heaps)) + kinds
    _, first, bins = np.unique(key[other], return_index=True, return_inverse=True)
    size = np.bincount(bins).astype(float)
    chosen = np.concatenate([[at], alike])
    return _Cells(
        places=terms.target
        + lattice.step * np.concatenate([away[chosen], np.bincount(bins, away[other]) / size]),
        hits=np.concatenate([hits[chosen], np.bincount(bins, hits[other])]).astype(float),
        exposure=np.concatenate([np.ones(len(chosen)), size]) / width,
        heaps=np.vstack([columns[chosen], columns[other][first]]),
        gathered=tuple(SEEN if heap in lattice.heaps else UNSEEN for heap in heaps),
        alike=len(alike),
        held=held,
        beside=hits[(np.abs(away) <= BESIDE) & (away != 0)],
    )


def _cells_of_rates(series: Series, terms: Terms) -> tuple[_Cells, Booleans]:
    """Placebo targets about the target, numerators that just reach each, and bins of all rates."""
    assert series.denominators is not None and series.numerators is not None  # noqa: S101, PT018 - told by the caller
    values, denominators, numerators = series.values, series.denominators, series.numerators
    scale, step = deviation(values), float(np.mean(100 / denominators))
    apart = max(scale / 12, 1.01 * 100 / float(np.median(denominators)))
    offsets = np.arange(-MOST_ALIKE, MOST_ALIKE + 1)
    offsets = np.concatenate([[0], offsets[offsets != 0]])
    placebos = terms.target + apart * offsets
    placebos = placebos[(offsets == 0) | (placebos >= values.min()) & (placebos <= values.max())]
    exact = placebos[:, None] * denominators[None, :] / 100
    first = np.ceil(exact - 1e-6) if terms.higher_is_better else np.floor(exact + 1e-6)
    reached = first == numerators[None, :]

    sign, width = (1 if terms.higher_is_better else -1), max(scale / BINS_PER_SCALE, step)
    bins = np.floor(sign * (values - terms.target) / width + 1e-9).astype(np.int64)
    reach = int(np.ceil(WITHIN * scale / width))
    lowest = min(max(int(bins.min()), -reach), -1)
    highest = max(min(int(bins.max()), reach), 1)
    inside = bins[~reached[0] & (bins >= lowest) & (bins <= highest)]
    counts = np.bincount(inside - lowest, minlength=highest - lowest + 1)
    filled = np.ones(len(counts))
    filled[-lowest] = 1 - step / width  # what just reaches the target is not in its bin
    known = filled > 1e-3
    middles = terms.target + sign * width * (np.arange(lowest, highest + 1) + 0.5)
    cells = _Cells(
        places=np.concatenate([placebos, middles[known]]),
        hits=np.concatenate([reached.sum(axis=1), counts[known]]).astype(float),
        exposure=np.concatenate([np.full(len(placebos), step / width), filled[known]]),
        heaps=np.zeros((len(placebos) + int(known.sum()), 0)),
        gathered=(),
        alike=len(placebos) - 1,
        held=np.zeros(0),
        beside=np.zeros(0, dtype=np.int64),
    )
    return cells, reached[0]


def _compare(cells: _Cells, on_target: Booleans, terms: Terms) -> Signal:
    n, rows = len(on_target), np.arange(len(cells.places))
    of_alike = _alike_tell(n, cells.hits[1 : cells.alike + 1])
    told = (rows > 0) & (rows <= cells.alike) if of_alike else rows > cells.alike
    order = ORDER if FEW <= n < MANY else LOW_ORDER
    design = np.hstack([polynomials(cells.places, order), cells.heaps])
    doubts = np.array([FREE] * (order + 1) + list(cells.gathered))
    curve = fit(cells.hits, design, told, exposure=cells.exposure, ridge=doubts**-2.0)
    expected = MARGIN * curve.expected[: cells.alike + 1]
    count, own = float(cells.hits[0]), max(float(expected[0]), 1e-9)
    at_target = (rows == 0).astype(float)
    spread = curve.dispersion
    near_by = cells.hits[told]
    is_blind = near_by.sum() < FEWEST_TELLING and 2 * count < n
    if is_blind or (spread - 1) > STICKY**2 * float(near_by.mean()):
        return among_sticky(cells.held, on_target, terms.target)
    fit_errs = spread * curve.variance_of(at_target) / max(float(curve.expected[0]), 1e-9) ** 2
    shape = max(1 / (fit_errs + MISFIT**2), LEAST_SHAPE)
    p_value = 1.0
    if count > own and count >= FEWEST_ON_TARGET:
        p_value = float(betainc(count / spread, shape, own / (own + spread * shape)))
    scores = (cells.hits[: cells.alike + 1] - expected) / np.sqrt(
        np.maximum(expected, 0.5) * spread
    )
    p_value = max(p_value, among_its_like(scores[0], scores[1:]))
    if of_alike and len(cells.beside):
        # Where the next places hold as many, no roundness makes the target one of its like.
        gathered, places = round(count), len(cells.beside) + 1
        among = gathered + int(cells.beside.sum())
        p_value = max(p_value, float(bdtrc(gathered - 1, among, 1 / places)))
    beaten = int((scores[1:] >= scores[0]).sum())
    if beaten > 1:  # the target is not special among its like
        p_value = max(p_value, beaten / (cells.alike + 1))
    return judged(
        p_value,
        n=n,
        rows=np.flatnonzero(on_target),
        observed=f"{count:.0f} values exactly on {terms.target:g}",
        expected=f"about {own:.1f} by a smooth curve through the neighbourhood",
        score=float(scores[0]),
        placebos=[
            Placebo(at=float(place), score=float(score))
            for place, score in zip(cells.places[1:], scores[1:], strict=False)
        ],
    )
