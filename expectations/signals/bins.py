"""Counts about a limit, in bins that end at it, and what a smooth curve through them is made of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from expectations.signals.density import polynomials
from expectations.signals.exposure import LEAST, dwelling, in_order, level_leads, places_held
from expectations.signals.lattice import Lattice, lattice_of
from expectations.signals.quantiles import spread_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from expectations.signals.series import Series, Terms

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

FEWEST_NEARBY = 20
# Bins a standard deviation at 500 values; more values afford finer bins.
BINS_PER_SCALE = 8
REACH = 2.2
# Steps a standard deviation: fewer leave too few places for a curve; from so many on, all is fine.
FEWEST_STEPS, FINE = 1.8, 10
FEWEST_FOR_MORE, FEW = 150, 600
# Where distances from an end differ less than so, their logarithms are no other scale.
SPAN = 0.3
DENSE_END = 0.6
MOST_AT_AN_END = 0.03


@dataclass(frozen=True, slots=True)
class Bins:
    """Counts in bins of the signed distance from the limit; bin 0 is the first inside.

    exposure: how much of a bin the values could fill, 1 where nothing but a smooth curve tells;
    left_out: whether values exactly on the limit are in no bin; dwelling: how much more counts
    scatter because values stay where they were;
    scales: logarithms of how far the bins are from where all values end.
    """

    first: int
    counts: Floats
    width: float
    design: Floats
    exposure: Floats
    roundness: Integers
    left_out: bool
    dwelling: float
    scales: tuple[Floats, ...] = ()

    @property
    def zero(self) -> int:
        """Index of the first bin inside."""
        return -self.first


def bins_about(series: Series, terms: Terms, sign: float) -> Bins | None:
    limit, lattice = terms.target, None
    if series.denominators is None:
        lattice = lattice_of(series.values, resolution=terms.resolution, apart_from=limit)
    series = series.take(np.flatnonzero(_away_from_bounds(series.values, terms)))
    left_out = stays_out(series.values, limit) or (
        limit != terms.approval_limit and _is_round(limit, lattice, series.values)
    )
    if left_out:
        series = series.take(np.flatnonzero(np.abs(series.values - limit) > 1e-9))
    values = series.values
    if len(values) < FEWEST_NEARBY:
        return None
    if lattice is not None:
        values, limit = lattice.settled(values), float(lattice.settled(np.array(limit)))
    spread = spread_of(values, 50)
    fineness = BINS_PER_SCALE * max(1.0, (len(values) / 500) ** 0.2)
    step = lattice.step if lattice is not None else series.step_of_ratios
    if spread < FEWEST_STEPS * step:
        return None
    width = spread / fineness
    if step:
        width = step * max(1, round(width / step))
    if left_out:
        limit += sign * step
    reach = int(np.clip(round(REACH * spread / width), 8, 400))
    distance = sign * (values - limit) / width
    index = np.floor(distance + 1e-6).astype(np.int64)
    dense_low, dense_high = _dense_ends(index, reach)
    first = int(max(index.min() - (not dense_low), -reach))
    last = int(min(index.max() + (not dense_high), reach - 1))
    if last <= first + 6:
        return None
    near = index[(index >= first) & (index <= last)]
    counts = np.bincount(near - first, minlength=last - first + 1).astype(float)
    places = np.arange(first, last + 1)
    design = polynomials(places.astype(float), _order(int(counts.sum())))
    edges = np.append(places, last + 1)
    held = places_held(series, limit, sign, width, edges)
    if series.denominators is None:
        for end, side in ends_of(values, terms):
            held *= _share_beyond(end, side, limit + sign * (width * edges - step / 2), step)
    if left_out and first < 0 <= last:
        held[-first - 1] *= 1 - step / width
    held = np.maximum(held, LEAST)
    exposure = held * level_leads(series, limit + sign * width * edges, design)
    if dense_low:
        design = np.column_stack([design, np.log(places - index.min() + 0.5)])
    if dense_high:
        design = np.column_stack([design, np.log(index.max() - places + 0.5)])
    roundness = np.zeros(len(places), dtype=np.int64)
    if lattice is not None and lattice.heaps:
        skipped = round(terms.target / lattice.step) if left_out else None
        heaped, roundness = _heap_columns(lattice, places, limit, width, sign, skipped)
        design = np.hstack([design, heaped])
    middles = limit + sign * width * (places + 0.5)
    scales = tuple(
        np.log(away)
        for end, side in ends_of(values, terms)
        if np.ptp(away := np.maximum(side * (middles - end), width / 2)) > SPAN * away.min()
    )
    stays = dwelling(index) if in_order(series) else 1.0
    return Bins(first, counts, width, design, exposure, roundness, left_out, stays, scales)


def ends_of(values: Floats, terms: Terms) -> list[tuple[float, float]]:
    """Zero and the natural bounds where all values lie on one side, and on which: 1 is above."""
    ends = {0.0, *(float(bound) for bound in terms.bounds if bound is not None)}
    above = [(end, 1.0) for end in ends if values.min() >= end]
    return above + [(end, -1.0) for end in ends if values.max() <= end and values.min() < end]


def _is_round(target: float, lattice: Lattice | None, values: Floats) -> bool:
    """Is the target a tenth place of fine values? People and small samples heap there.

    How many lie exactly on it is asked by itself (`point_mass.py`), and no sign of an edge.
    """
    if lattice is None or not len(values) or spread_of(values, 50) < FINE * lattice.step:
        return False
    return round(target / lattice.step) % 10 == 0


def stays_out(values: Floats, target: float) -> bool:
    """Is the target 0 where values have both signs? There changes lie when nothing happens.

    What lies exactly there says nothing; what lies just above, and not just below, does.
    """
    return bool(target == 0 and values.min() < 0 < values.max())


def rescaled(bins: Bins) -> list[Bins]:
    """The same bins under polynomials, of the same order, of the distance's logarithm.

    What begins at an end rises steeply there and falls slowly: a polynomial of the values takes
    that rise for an edge, one of their logarithms does not.
    """
    order = _order(int(bins.counts.sum()))
    rest = bins.design[:, order + 1 :]
    return [
        replace(bins, design=np.column_stack([polynomials(scale, order), rest]))
        for scale in bins.scales
    ]


def richer(bins: Bins) -> list[Bins]:
    """The same bins under polynomials of one and of two orders more.

    None while there are so few values that those would follow the very excess in question.
    """
    nearby = int(bins.counts.sum())
    if nearby < FEWEST_FOR_MORE:
        return []
    order = _order(nearby)
    more = polynomials(np.arange(len(bins.counts), dtype=float), order + 2)[:, order + 1 :]
    return [
        replace(bins, design=np.column_stack([bins.design, more[:, :columns]]))
        for columns in (1, 2)
    ]


def _share_beyond(end: float, side: float, edges: Floats, step: float) -> Floats:
    """How much of each bin between the edges lies on the values' side of their end."""
    inside = np.maximum(side * (edges - end) + step / 2, 0.0)
    return np.asarray(np.abs(np.diff(inside)) / np.abs(np.diff(edges)), dtype=np.float64)


def _dense_ends(index: Integers, reach: int) -> tuple[bool, bool]:
    """Do the values begin, or end, in the neighbourhood where they are densest?

    There (p-values, waiting times) no polynomial follows them, but the logarithm of the distance.
    """
    near = index[np.abs(index) <= reach]
    most = np.bincount(near - near.min()).max() if len(near) else 0

    def is_dense(end: int) -> bool:
        return abs(end) < reach and bool(
            max((index == end).sum(), (np.abs(index - end) == 1).sum()) >= DENSE_END * most
        )

    return is_dense(int(index.min())), is_dense(int(index.max()))


def _away_from_bounds(values: Floats, terms: Terms) -> NDArray[np.bool_]:
    """Not in the mass that a natural bound gathers: it is no part of a smooth curve."""
    away = np.ones(len(values), dtype=bool)
    for bound in (*terms.bounds, values.min(), values.max()):
        if bound is None or bound == terms.target:
            continue
        at = values == bound
        if bound in terms.bounds or at.sum() > MOST_AT_AN_END * away.sum():
            away &= ~at
    return away


def _order(nearby: int) -> int:
    return 2 if nearby < FEWEST_FOR_MORE else 3 if nearby < FEW else 4


def _heap_columns(
    lattice: Lattice,
    places: Integers,
    limit: float,
    width: float,
    sign: float,
    skipped: int | None,
) -> tuple[Floats, Integers]:
    """How many heaps of each roundness a bin holds, less what it would on average.

    skipped: a place that is left out, and no heap for that.
    """
    m = max(1, round(width / lattice.step))
    start = limit / lattice.step
    edges = sign * places * m + start
    first = np.ceil(edges - 1e-6) if sign > 0 else np.floor(edges + 1e-6) - (m - 1)
    first = first.astype(np.int64)
    columns = []
    for heap in lattice.heaps:
        held = (first + m - 1) // heap - (first - 1) // heap
        if skipped is not None and skipped % heap == 0:
            held = held - ((first <= skipped) & (skipped < first + m))
        columns.append(held * heap / m - 1.0)
    kept = [column / max(np.abs(column).max(), 1) for column in columns if np.ptp(column) > 1e-9]
    roundness = np.zeros(len(places), dtype=np.int64)
    if m == 1:
        roundness = lattice.roundness(first)
    return np.array(kept, dtype=float).reshape(len(kept), len(places)).T, roundness
