"""Do the values vary less than chance, or less than they used to?

Counts and rates of independent events cannot vary less than chance (`chance_floor.py`). All values
are compared with their own past: how far they lie, week by week, from their neighbours and from
the fortnight around, with the level taken into account because values near a bound vary less.
Honest values become calmer by themselves, in spells and for good: a drop is also held against how
much the thirds of either side differ among themselves.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtr

from expectations.signals.chance_floor import chance_floor
from expectations.signals.lattice import resolution_of
from expectations.signals.roundness import split_at
from expectations.signals.series import LARGEST_P, Signal, judged, not_applicable, not_enough

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from expectations.signals.series import Series, Terms

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

MINIMUM_AGAINST_PAST = 90
WEEK = 7
FEWEST_WEEKS = 5
SPLITS = (0.35, 0.5, 0.65)
THIRDS = 3
# By how much the size of honest changes wanders anyway, as a logarithm; its own drift adds to it.
WANDERS = 0.1
FEWEST_STEPS = 4.0


def variation(series: Series, terms: Terms) -> Signal:
    """Is the variation below the floor of chance, or below the series' own past?"""
    n = len(series.values)
    if series.days is None:
        return not_applicable(n, "without an order in time there are no neighbours to compare")
    if terms.independent and (terms.kind == "count" or series.denominators is not None):
        chance = chance_floor(series)
        past = _against_past(series, terms) if n >= MINIMUM_AGAINST_PAST else chance
        return _rarer(chance, past)
    if n < MINIMUM_AGAINST_PAST:
        return not_enough(n, MINIMUM_AGAINST_PAST)
    return _against_past(series, terms)


def _rarer(chance: Signal, past: Signal) -> Signal:
    """Two looks at one question: the rarer of both, its p-value doubled."""
    if past is chance or past.p_value is None:
        return chance
    if chance.p_value is None:
        return past
    rarer = min(chance, past, key=lambda one: one.p_value or 1.0)
    return replace(rarer, p_value=min(2 * (rarer.p_value or 1.0), LARGEST_P))


def _against_past(series: Series, terms: Terms) -> Signal:
    """On the scale of the values; where nobody says which that is, on none of two."""
    found = _on_scale(series, terms)
    if found.p_value is None or terms.bounds != (None, None) or series.values.min() <= 0:
        return found
    in_proportion = _on_scale(series, replace(terms, bounds=(0.0, None)))
    return max(found, in_proportion, key=lambda one: one.p_value or 0.0)


def _on_scale(series: Series, terms: Terms) -> Signal:
    n = len(series.values)
    values = _stabilised(series, terms)
    step = series.step_of_ratios
    if series.denominators is None:
        step = terms.resolution or resolution_of(series.values) or 0.0
    second = np.abs(values[:-2] - 2 * values[1:-1] + values[2:])
    raw = series.values
    if step and np.median(np.abs(raw[:-2] - 2 * raw[1:-1] + raw[2:])) < FEWEST_STEPS * step:
        return not_applicable(n, f"the values change by too few steps of {step:g}")
    if not np.median(second):
        return not_applicable(n, "most values are what their neighbours lead to expect exactly")
    weeks = len(second) // WEEK
    fortnight = np.convolve(np.pad(values, WEEK, mode="edge"), np.ones(2 * WEEK + 1), "valid")
    around = np.abs(values - fortnight / (2 * WEEK + 1))[1:-1]
    size = (_by_week(second, weeks) + _by_week(around, weeks)) / 2
    if series.denominators is not None:
        size = size - _by_denominators(second, series.denominators, weeks)
    level = values[1 : 1 + weeks * WEEK].reshape(weeks, WEEK).mean(axis=1)
    if terms.baseline_until is None:
        splits = [round(share * weeks) for share in SPLITS]
    else:
        splits = [split_at(series, terms) // WEEK]
    splits = [split for split in splits if FEWEST_WEEKS <= split <= weeks - FEWEST_WEEKS]
    if not splits:
        return not_enough(weeks, 2 * FEWEST_WEEKS, "weeks about the baseline")
    tested = [(*_drop(size, level, split), split) for split in splits]
    p_value, change, split = min(tested)
    return judged(
        min(1.0, p_value * (1 + 0.5 * (len(splits) - 1))),
        n=n,
        observed=f"changes from value to value are {np.exp(change):.0%} of what they were before",
        expected=f"about as large as in the {split * WEEK} values of the baseline",
        rows=np.arange(split * WEEK, n),
        score=float(change),
    )


def _by_week(changes: Floats, weeks: int) -> Floats:
    """Logarithm of the mean change of each week; one outlier must not make a restless week."""
    typical = float(np.median(changes))
    bounded = np.minimum(changes, 3.0 * typical)[: weeks * WEEK]
    return np.asarray(np.log(bounded.reshape(weeks, WEEK).mean(axis=1) + 0.02 * typical + 1e-300))


def _by_denominators(second: Floats, denominators: Integers, weeks: int) -> Floats:
    """What larger denominators alone take off the changes of each week, as a logarithm.

    Of the variance, the part that is binomial noise shrinks with them and the rest does not.
    """
    chance = np.median(denominators) * 6 / 4 / denominators[1:-1]
    total = float(np.median(second) ** 2) * 2.2
    rest = max(0.0, total - float(chance.mean()))
    weekly = chance[: weeks * WEEK].reshape(weeks, WEEK).mean(axis=1)
    return np.asarray(0.5 * np.log((rest + weekly) / (rest + chance.mean())))


def _stabilised(series: Series, terms: Terms) -> Floats:
    """Values on a scale on which their noise does not depend on their level."""
    values = series.values
    low, high = terms.bounds
    if (low is not None and values.min() < low) or (high is not None and values.max() > high):
        return values
    if series.denominators is not None and series.numerators is not None:
        share = (series.numerators + 0.375) / (series.denominators + 0.75)
        return np.asarray(np.arcsin(np.sqrt(share)) * np.sqrt(np.median(series.denominators)))
    if terms.kind == "count":
        return 2 * np.sqrt(np.maximum(values, 0) + 0.375)
    if low is not None and high is not None:
        room = (high - low) * 0.005
        return np.asarray(np.log((values - low + room) / (high - values + room)))
    if low == 0 and values.min() > 0:
        return np.log(values)
    return values


def _drop(size: Floats, level: Floats, split: int) -> tuple[float, float]:
    """One-sided p-value of a drop of size after the split, and the drop, at equal level."""
    after = (np.arange(len(size)) >= split).astype(float)
    design = np.column_stack([np.ones(len(size)), level - level.mean(), after])
    inverse = np.linalg.pinv(design.T @ design)
    coefficients = inverse @ design.T @ size
    residual = size - design @ coefficients
    freedom = len(size) - 3
    # Weeks follow one another: what they share makes the change less sure.
    memory = float(np.clip((residual[:-1] @ residual[1:]) / (residual @ residual + 1e-12), 0, 0.8))
    inflation = (1 + memory) / (1 - memory)
    variance = float(residual @ residual) / freedom
    error = 1.1 * np.sqrt(variance * inverse[2, 2] * inflation)
    change = float(coefficients[2]) / np.hypot(error, _drift(residual, split, variance))
    return float(stdtr(freedom / inflation, change)), float(coefficients[2])


def _drift(residual: Floats, split: int, variance: float) -> float:
    """By how much two stretches differ in honest series: as usual, or as the thirds of each do.

    What the means of the thirds vary about their side, beyond chance, is drift of the series' own;
    a difference of two stretches has it twice.
    """
    own, chance = 0.0, 0.0
    for side in (residual[:split], residual[split:]):
        edges = np.arange(THIRDS) * len(side) // THIRDS
        means = np.add.reduceat(side, edges) / np.diff(np.append(edges, len(side)))
        own += float(((means - means.mean()) ** 2).sum())
        chance += (THIRDS - 1) * variance * THIRDS / len(side)
    freedom = 2 * (THIRDS - 1)
    return float(np.sqrt(max(WANDERS**2, (WANDERS**2 + 2 * (own - chance)) / (1 + freedom))))
