"""The step of values that come rounded to a finer or an odder one.

Shares of 60 orders, days that were hours, prices in another currency: they lie on steps that are no
decimals. Such a step is looked for among those that leave values as far apart as they are, and is
one if nearly all values lie on its multiples, but for their rounding, and chance would not have it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SLACK = 0.53  # roundings from its place that a value lies at most
ON_STEP = 0.98
FEWEST, LEAST_ROUNDINGS = 5, 1.25
MOST_TOGETHER = 8  # places in a row, of which steps of so many roundings leave out every fifth
# Neighbours lie one step apart, or so many where there are few.
APART = (1, 2, 3)
# Steps that are tried, at so many values first; by how much of a step the largest may be beside.
MOST_TRIED, FIRST_PROBED, PROBED, BESIDE = 10_000, 12, 60, 0.05
GOLDEN = (np.sqrt(5) - 1) / 2
# The logarithm of how likely it may be by chance, which places so far away tell; where most values
# are round, those that are as round.
LEAST_LIKELY, AWAY, ROUND = -6.0, 10, 10
WHOLES = (1.0, 100.0)


def hidden_step(values: Floats, rounding: float, held: float | None) -> float | None:
    """In the unit of the values; None where there is none, or one that `held` is not on."""
    if not rounding:
        return None
    places = np.unique(np.abs(values)) / rounding
    if len(places) < FEWEST or _together(places) > MOST_TOGETHER:
        return None
    tried, fitting = _fitting(places)
    for nearly in fitting:
        multiples = np.rint(places / nearly)
        told = float(places @ multiples / (multiples @ multiples))
        # A part of one or of a hundred is exactly that.
        parts = [whole / rounding / max(1, round(whole / rounding / told)) for whole in WHOLES]
        for step in (*parts, told):
            is_on = 1 - _off(places, step).mean() >= ON_STEP
            if is_on and _by_chance(places, step) + np.log(tried) < LEAST_LIKELY:
                is_off = held is not None and _off(np.array([held / rounding]), step).any()
                return None if is_off else rounding * step
    return None


def _together(places: Floats) -> int:
    """How many places follow one another without a gap."""
    gaps = np.flatnonzero(np.diff(places) > 1 + SLACK)
    return int(np.diff(gaps, prepend=-1, append=len(places) - 1).max())


def _fitting(places: Floats) -> tuple[int, list[float]]:
    """How many steps were tried, and those that fit what was probed, the coarsest first."""
    least = float(np.sort(np.diff(places))[int((1 - ON_STEP) * (len(places) - 1))])
    # Neither even nor every other: what the probe has in common with a step is no accident.
    probe = places[(np.arange(PROBED) * GOLDEN % 1 * len(places)).astype(np.int64)]
    tried, fitting = 0, []
    for apart in APART:
        low, high = max((least - 1) / apart, LEAST_ROUNDINGS), (least + 1) / apart
        number = int((1 / low - 1 / high) * places[-1] / (2 * BESIDE)) + 2
        if low >= high or tried + number > MOST_TRIED:
            continue
        tried += number
        inverse = np.linspace(1 / low, 1 / high, number)
        for probed in (probe[:FIRST_PROBED], probe):
            at = np.outer(inverse, probed)
            off = np.abs(at - np.rint(at)) > SLACK * inverse[:, None] + BESIDE
            inverse = inverse[off.mean(axis=1) <= 1 - ON_STEP]
        multiples = np.rint(np.outer(inverse, probe))
        fitting += (multiples @ probe / (multiples**2).sum(axis=1)).round(6).tolist()
    return tried, sorted(set(fitting), reverse=True)


def _off(places: Floats, step: float) -> NDArray[np.bool_]:
    return np.asarray(np.abs(places - step * np.rint(places / step)) > SLACK, dtype=np.bool_)


def _by_chance(places: Floats, step: float) -> float:
    """Logarithm of the chance that so many values, round as they may be, lie on the step."""
    are_round = (np.rint(places) % ROUND == 0).mean() > 1 / 2
    away = np.arange(-AWAY, AWAY + 1) * (ROUND if are_round else 1)
    others = np.rint(np.add.outer(away[away != 0], places))
    on_step = 1 - _off(others, step).mean()
    return float(len(places) * np.log(max(on_step, 2 * SLACK / step)))
