"""On which steps do the values lie, and at which round numbers do people heap them?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from expectations.signals.hidden_step import SLACK, hidden_step
from expectations.signals.quantiles import quantiles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

MANTISSAS = (5.0, 2.5, 2.0, 1.0)
# One value typed with more digits than the rest, or far beyond them, must not set the step of all.
SHARE_ON_STEP = 0.98
# Decimal roundness, and that of clocks and years: quarters, whole hours of minutes, twelfths.
HEAPS = (2, 4, 5, 10, 12, 15, 20, 25, 30, 50, 60, 100, 200, 250, 500, 600, 1000, 3600, 5000, 10000)
HEAP_SCORE = 3.6
# Tens and their kin are usual; other heaps have to show themselves more clearly.
USUAL = dict.fromkeys((5, 10, 50, 100, 500, 1000), 2.5)
LEAST_HEAPS, MOST_HEAPS = 3.5, 4
MOST_PLACES = 20_000
FEW, WARY = 600, {5: 0.7, 10: 0.7}
HEAP_RATIO, USUAL_RATIO = 1.4, 1.1
FAMILIES = ({5, 10}, {50, 100}, {15, 30, 60}, {500, 1000})
FARTHEST, OUT_OF_REACH = 1e9, 10**18
FEWEST_FOR_HEAPS = 15
FEWEST_DISTINCT, FEWEST_FOR_COMMON = 5, 10
FINEST = 1e-9  # part of the largest value, where no step is known


@dataclass(frozen=True, slots=True)
class Lattice:
    """Values as whole multiples of a step, and the multiples of it at which they heap.

    step: in the unit of the values; steps: each value in steps; heaps: ascending, in steps;
    slack: how far rounding puts a value beside its place.
    """

    step: float
    steps: Integers
    heaps: tuple[int, ...]
    slack: float = 0.0

    def settled(self, values: Floats) -> Floats:
        """These values back on their places, as far as rounding put them beside those."""
        places = np.rint(values / self.step) * self.step
        return np.where(np.abs(values - places) <= self.slack, places, values)

    def roundness(self, steps: Integers | int) -> Integers:
        """A number for each place that is equal for equally round places."""
        return _classes(np.atleast_1d(np.asarray(steps, dtype=np.int64)), list(self.heaps))


def usual_heaps(step: float, most: int) -> tuple[int, ...]:
    """Fives and tens of the next two decimal places above a step, in steps, ascending."""
    exponent = float(np.floor(np.log10(step) + 1e-9))
    rounder = [five * 10.0 ** (exponent + up) / step for up in (0, 1) for five in (5, 10)]
    whole = {round(heap) for heap in rounder if abs(heap - round(heap)) < 1e-6}
    return tuple(sorted(heap for heap in whole if 1 < heap <= most))


def resolution_of(values: Floats, *, held: float | None = None) -> float | None:
    """The coarsest step that nearly all distinct values are on; None when they are on none.

    held: a value among them that has to be on it, however few others are like it.
    """
    distinct = np.unique(values)
    if len(distinct) < FEWEST_DISTINCT:
        gaps = np.diff(distinct)
        return float(gaps.min()) if len(gaps) else None
    probe = distinct if len(distinct) <= 300 else distinct[:: len(distinct) // 300]
    top = float(np.sort(np.abs(probe))[int(SHARE_ON_STEP * (len(probe) - 1))])
    start = int(np.floor(np.log10(top))) if top > 0 else 0
    finest = max(start - 9, -9)
    for exponent in range(start, finest - 1, -1):
        for mantissa in MANTISSAS:
            step = mantissa * 10.0**exponent
            if held is not None and _is_off(np.array([held]), step).any():
                continue
            if _is_off(probe, step).mean() <= 1 - SHARE_ON_STEP:
                return float(step)
    return None


def _is_off(values: Floats, step: float) -> NDArray[np.bool_]:
    ratio = values / step
    off = np.abs(ratio - np.rint(ratio)) > 1e-6 * np.maximum(1, np.abs(ratio) * 1e-6)
    return np.asarray(off, dtype=np.bool_)


def lattice_of(
    values: Floats, *, resolution: float | None, apart_from: float | None, wary: bool = False
) -> Lattice | None:
    """The lattice of the values; None when every value stands by itself.

    apart_from: the target, whose own mass must not pass for a heap; None when there is none; wary:
    a hint of rounding to fives or tens is taken for it while there are few values.
    """
    held = apart_from if apart_from in values else None
    step = resolution or resolution_of(values, held=held)
    rounding = step or FINEST * float(np.abs(values).max())
    hidden = hidden_step(values, rounding, held)
    if hidden is not None:
        slack = SLACK * rounding
        steps = np.rint(values / hidden).astype(np.int64)
        return Lattice(hidden, steps, _heaps(_apart(steps, hidden, apart_from), {}), slack)
    if step is None:
        return None
    step *= _in_common(values, step, held)
    steps = np.rint(values / step).astype(np.int64)
    hints = USUAL | WARY if wary and len(values) < FEW else USUAL
    return Lattice(step, steps, _heaps(_apart(steps, step, apart_from), hints))


def _apart(steps: Integers, step: float, target: float | None) -> Integers:
    return steps if target is None else steps[steps != round(target / step)]


def no_finer(lattice: Lattice, values: Floats, least: float, *, apart_from: float) -> Lattice:
    """The lattice, or where its step is less than `least` the decimal multiple of it that is not.

    A target off that one is round for no value: it is held against those that are on no heap, and
    the others are moved out of its reach.
    """
    step = lattice.step
    while step < least:
        step *= 10
    if step == lattice.step or not lattice.heaps:
        return lattice
    if _is_off(np.array([apart_from]), step).any():
        heaped = lattice.roundness(lattice.steps) > 0
        return replace(lattice, heaps=(), steps=np.where(heaped, OUT_OF_REACH, lattice.steps))
    nearest = np.rint(values / step) * step
    coarser = lattice_of(nearest, resolution=step, apart_from=apart_from, wary=True) or lattice
    return replace(coarser, heaps=_and_rounder(coarser))


def _and_rounder(lattice: Lattice) -> tuple[int, ...]:
    """The heaps, and the rounder numbers of which there are too few to show themselves."""
    if not lattice.heaps:
        return ()
    most = lattice.heaps[-1]
    rounder = usual_heaps(most * lattice.step, np.iinfo(np.int32).max)[:-1]
    return (*lattice.heaps, *(most * heap for heap in rounder))


def decimals_of(values: Floats, finest: float, *, apart_from: float) -> Lattice:
    """Values on no step of their own, on the decimal one that is no coarser than `finest`.

    Some of them may be round all the same: the heaps are those that they show.
    """
    step = 10.0 ** np.floor(np.log10(finest) + 1e-9)
    steps = np.rint(np.clip(values / step, -FARTHEST, FARTHEST)).astype(np.int64)
    return Lattice(step, steps, _heaps(steps[steps != round(apart_from / step)], USUAL))


def _in_common(values: Floats, step: float, held: float | None) -> int:
    """Of how many steps nearly all values are multiples: revenue is units times a price."""
    steps = np.unique(np.rint(np.clip(values / step, -FARTHEST, FARTHEST)).astype(np.int64))
    if len(steps) < FEWEST_FOR_COMMON:
        return 1
    # Of any two neighbours the most have no more in common than all.
    divisors, times = np.unique(np.gcd(steps[1:], steps[:-1]), return_counts=True)
    common = int(divisors[times.argmax()])
    if held is not None and round(held / step) % common:
        return 1
    return common if (steps % common == 0).mean() >= SHARE_ON_STEP else 1


def _heaps(elsewhere: Integers, hints: Mapping[int, float]) -> tuple[int, ...]:
    """Multiples that hold more values than their share of the places, the strongest first found.

    What a heap found holds is no sign of another: the tens are no evidence for the twenties.
    """
    n = len(elsewhere)
    if n < FEWEST_FOR_HEAPS:
        return ()
    low, high = map(int, quantiles(elsewhere, 0.05, 0.95))
    candidates = [heap for heap in HEAPS if (high - low) >= LEAST_HEAPS * heap]
    if not candidates:
        return ()
    # A stretch of places is enough to know which share of each class is a multiple of another.
    places = np.arange(low, low + min(high - low, MOST_PLACES))
    found: list[int] = []
    while len(found) < MOST_HEAPS:
        place_class, value_class = _classes(places, found), _classes(elsewhere, found)
        sizes = np.bincount(place_class, minlength=1 << len(found))
        held = np.bincount(value_class, minlength=1 << len(found))
        best, strongest = 0, HEAP_SCORE
        for heap in candidates:
            if heap in found:
                continue
            multiples = np.bincount(
                place_class[places % heap == 0], minlength=1 << len(found)
            ) / np.maximum(sizes, 1)
            expected = float(held @ multiples)
            # Only the classes that the multiples divide can tell.
            telling = float(held @ (multiples * (1 - multiples)))
            count = int((elsewhere % heap == 0).sum())
            score = (count - expected) / np.sqrt(max(telling, 1.0))
            score += HEAP_SCORE - hints.get(heap, HEAP_SCORE)
            if (
                score > strongest
                and count > (USUAL_RATIO if heap in USUAL else HEAP_RATIO) * expected
            ):
                best, strongest = heap, score
        if not best:
            break
        found.append(best)
    # Who rounds to fives rounds to tens as well, whether or not the series is long enough to show.
    kin = {heap for family in FAMILIES if not family.isdisjoint(found) for heap in family}
    return tuple(sorted(kin.intersection(candidates).union(found)))


def _classes(places: Integers, heaps: list[int]) -> Integers:
    classes = np.zeros(len(places), dtype=np.int64)
    for bit, heap in enumerate(heaps):
        classes += (places % heap == 0).astype(np.int64) << bit
    return classes
