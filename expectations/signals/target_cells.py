"""Where values could lie about a target, and how many do: what a curve to the target is told by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from expectations.signals.lattice import (
    FEWEST_DISTINCT,
    Lattice,
    decimals_of,
    lattice_of,
    no_finer,
    usual_heaps,
)
from expectations.signals.quantiles import deviation, quantiles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from expectations.signals.series import Series, Terms

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]

MOST_ALIKE = 12  # places as round as the target, a side
WITHIN = 2.5  # standard deviations about the target
BINS_PER_SCALE = 6
FINEST_PER_SCALE = 1000  # steps; finer ones are taken together
MOST_PLACES, FARTHEST = 4000, 1e9  # steps a side: looked at, and told apart at all
MANY, FEWEST_TELLING = (
    600,
    5,
)  # values from which on places as round are enough, if so many hold any
BEHIND = 3  # so near to a bound no curve reaches the target from that side
BESIDE = 2  # places on either side of the target that hold as much where nothing gathers on it
# Ratios a standard deviation: where there are fewer, the target's own is the mode or next to it.
FEWEST_STEPS = 2.5
FEWEST_WHOLE_STEPS = 1.25  # of values on a step, unless they are many
# What roundness gathers, as a logarithm: anything where it is seen, little where it is not.
SEEN, UNSEEN = 2.0, 0.3


@dataclass(frozen=True, slots=True)
class Cells:
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


def cells_of_values(values: Floats, terms: Terms) -> tuple[Cells, Booleans] | str:
    """Places on the step of the values, and which values are on the target; or why none tell."""
    different = np.unique(values)
    if len(different) < FEWEST_DISTINCT and terms.target not in different:
        return f"it takes {len(different)} values, none of them the target"
    lattice = lattice_of(values, resolution=terms.resolution, apart_from=terms.target, wary=True)
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
            return f"{terms.target:g} is not on the step {lattice.step:g} of the values"
    others = values[values != terms.target]
    if len(others) > 0 and len(values) < MANY and _is_cramped(others, terms.target, lattice.step):
        return "its steps leave too few places about the target"
    if any(abs(end - terms.target) <= BEHIND * lattice.step for end in _gathering(terms)):
        return "too few places lie between it and a natural bound"
    slack = max(lattice.slack, 1e-9 * max(1.0, abs(terms.target)))
    on_target = np.abs(values - terms.target) <= slack
    return _cells_of_lattice(lattice, target, on_target, terms, scale=scale), on_target


def cells_of_rates(series: Series, terms: Terms) -> tuple[Cells, Booleans] | str:
    """Placebo targets, numerators that just reach each, and bins of all rates; or why none tell."""
    assert series.denominators is not None and series.numerators is not None  # noqa: S101, PT018 - told by the caller
    values, denominators, numerators = series.values, series.denominators, series.numerators
    if deviation(values) < FEWEST_STEPS * series.step_of_ratios:
        return "its denominators leave too few places about the target"
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
    cells = Cells(
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


def alike_tell(values: int, hits: Floats | Integers) -> bool:
    """Are the hits of places as round as the target enough, or has every place near by to tell?

    With many values how heaps add up is no guess; places that hold nothing say nothing of them.
    """
    return values >= MANY and bool((hits > 0).sum() >= FEWEST_TELLING)


def _cells_of_lattice(
    lattice: Lattice, target: int, on_target: Booleans, terms: Terms, *, scale: float
) -> Cells:
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
    other = (away != 0) & (not alike_tell(len(on_target), hits[alike]))
    key = ((away // width) << len(heaps)) + kinds
    _, first, bins = np.unique(key[other], return_index=True, return_inverse=True)
    size = np.bincount(bins).astype(float)
    chosen = np.concatenate([[at], alike])
    return Cells(
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


def _is_cramped(others: Floats, target: float, step: float) -> bool:
    """Are values that lie elsewhere too near to one another, or to the target where they end?"""
    room = min(target - float(others.min()), float(others.max()) - target)
    return deviation(others) < FEWEST_WHOLE_STEPS * step or 0 <= room < 1.5 * step


def _gathering(terms: Terms) -> list[float]:
    """Bounds that gather what would lie beyond; that nothing happened is a count like any other."""
    return [end for end in terms.bounds if end is not None and terms.kind != "count"]
