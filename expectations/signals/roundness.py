"""Are the values rounder than they used to be, or than their denominators allow?

Against the own past: the share of values on multiples of five and ten steps, after a day and before
it (hypergeometric), among values of as many digits, because who states so many digits whatever the
level rounds thousands to tens and hundreds to ones. Honest shares drift: a rise is held against how
much stretches differ otherwise, and what is no rounder than chance is not asked about.

What is asked about is a mixture, round values among finer ones. Where all values are on a coarser
decimal step for long, or on one of any kind for very long, digits are left out: a change of
publication, unit or system, which is said, and those values are compared at the step that they
have. It is asked about all the same where it looks typed rather than published, by fives for a
while or in steps coarser than the values usually change, and where it breaks a declaration, of the
resolution or of where the past ends.

Rates with denominators are judged by their numerators (`typed_percentages.py`). Absolute tests of
last digits are not made: honest people round too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import bdtrc, gammaln, ndtr, ndtri

from expectations.signals.lattice import resolution_of
from expectations.signals.quantiles import deviation
from expectations.signals.series import (
    LARGEST_P,
    SUSPECT,
    Signal,
    judged,
    not_applicable,
    not_enough,
)
from expectations.signals.typed_percentages import typed_percentages

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from expectations.signals.series import Series, Terms

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]

MINIMUM = 40
# Values of either side that are compared; as many in a row can have a resolution of their own.
FEWEST = MINIMUM // 2
ROUNDER, DECIMAL = (5, 10), 10
# Powers of ten, by which numbers of steps have their digits.
POWERS = 10 ** np.arange(1, 18, dtype=np.int64)
# A row of round values is long that by chance is so long in fewer than one of so many series.
SELDOM = 100
# What makes a coarser step, and in how many values in a row: a digit less, or a publisher's own.
PUBLISHED = 200
COARSER = ((DECIMAL, FEWEST), (5, PUBLISHED), (2, PUBLISHED))
# By how much the log odds of being round wander anyway, and how many stretches show by how much
# more: squared changes from each to the next beside the largest rise have this mean by chance, in
# variances, and are beyond OFTEN in one of ten series.
WANDERS, STRETCHES, USUAL, OFTEN = 0.1, 8, 4.9, 9.5


def roundness(series: Series, terms: Terms) -> Signal:
    """Typed percentages for rates with denominators, the own past for every other series."""
    n = len(series.values)
    if n < MINIMUM:
        return not_enough(n, MINIMUM)
    if series.denominators is not None and series.numerators is not None:
        return typed_percentages(series.numerators, series.denominators)
    if series.days is None:
        return not_applicable(n, "without an order in time there is no past to compare with")
    return _against_past(series, terms)


def split_at(series: Series, terms: Terms) -> int:
    """Index of the first value that is compared with the past: given, or the middle."""
    assert series.days is not None  # noqa: S101 - told by the caller
    if terms.baseline_until is None:
        return len(series.days) // 2
    return int(np.searchsorted(series.days, terms.baseline_until, side="right"))


def hypergeometric_tail(drawn_hits: int, *strata: Iterable[int]) -> float:
    """Chance of at least so many hits among those drawn, when the hits fall at random.

    strata: of each, how many hits, how many drawn, and how many of both there are in all; hits
    fall at random within their stratum.
    """
    least, chances = 0, np.ones(1)
    for hits, drawn, total in strata:
        fewest = max(0, drawn - (total - hits))
        counts = np.arange(fewest, min(hits, drawn) + 1, dtype=float)
        logs = _choose(hits, counts) + _choose(total - hits, drawn - counts)
        least += fewest
        chances = np.convolve(chances, np.exp(logs - _choose(total, drawn)))
    return 1.0 if drawn_hits <= least else float(chances[drawn_hits - least :].sum())


def _choose(a: float, b: float | Floats) -> Floats:
    return np.asarray(gammaln(a + 1.0) - gammaln(b + 1.0) - gammaln(a - b + 1.0))


@dataclass(frozen=True, slots=True)
class _Look:
    """Multiples of one size among the values of either side that can be compared.

    of: how many steps the multiple is; index: of these values; late: which come after the split;
    digits: how many each has; strides: how far the values of either side are from each other, in
    multiples.
    """

    multiple: float
    of: int
    index: Integers
    late: Booleans
    is_round: Booleans
    digits: Integers
    strides: tuple[float, float]

    @property
    def fewest(self) -> int:
        """How many values the smaller side has."""
        return int(min(self.late.sum(), (~self.late).sum()))

    def p_value(self) -> float:
        """As many round ones after the split, when they fall at random among as many digits.

        Nor is it asked about what is no rounder than chance, however unround the past was, and not
        about more than honest roundness drifts (`_drift`).
        """
        after = self.is_round & self.late
        parts = (self.digits[self.is_round], self.digits[self.late], self.digits)
        strata = zip(*(np.bincount(part, minlength=len(POWERS)) for part in parts), strict=True)
        rarely = hypergeometric_tail(int(after.sum()), *(map(int, one) for one in strata if one[2]))
        if rarely > SUSPECT:
            return rarely
        by_chance = float(bdtrc(after.sum() - 1, self.late.sum(), 1 / self.of))
        score = -ndtri(np.clip(max(rarely, by_chance), 1e-300, LARGEST_P))
        variance = float(_excess(self.is_round, self.late.astype(np.int64), self.digits)[1][1])
        return float(ndtr(-score / np.sqrt(1 + self._drift() * variance)))

    def _drift(self) -> float:
        """The variance of the log odds of being round by which honest sides differ.

        As usual, or as stretches of the series differ from those before them beyond chance. The
        largest rise is left out: what is typed from some day on rises once, what drifts at times.
        """
        stretch = np.arange(len(self.late)) * STRETCHES // len(self.late)
        excess, variance = _excess(self.is_round, stretch, self.digits)
        if not variance.all():
            return WANDERS**2
        change, chance = np.diff(excess / variance), 1 / variance[1:] + 1 / variance[:-1]
        squared = change**2 / chance
        # It may begin within a stretch.
        first = int(np.argmax(change[1:] + change[:-1]))
        rise = slice(first, first + 2)
        others = squared.sum() - squared[rise][change[rise] > 0].sum()
        if others < OFTEN:
            return WANDERS**2
        return float(WANDERS**2 + (others / USUAL - 1) * chance.mean())


def _excess(is_round: Booleans, stretch: Integers, digits: Integers) -> tuple[Floats, Floats]:
    """How many more of each stretch are round than of all of as many digits, and its variance."""
    strata, kind = int(digits.max()) + 1, stretch * (int(digits.max()) + 1) + digits
    shape, hits = (-1, strata), np.bincount(digits[is_round], minlength=strata)
    drawn = np.bincount(kind, minlength=strata * (int(stretch.max()) + 1)).reshape(shape)
    seen = np.bincount(kind[is_round], minlength=drawn.size).reshape(shape)
    total = np.maximum(drawn.sum(axis=0), 1)
    share, spread = drawn / total, hits * (total - hits) / np.maximum(total - 1, 1)
    return (seen - share * hits).sum(axis=1), (share * (1 - share) * spread).sum(axis=1)


def _against_past(series: Series, terms: Terms) -> Signal:
    values, n = series.values, len(series.values)
    step = terms.resolution or resolution_of(values)
    if step is None:
        return not_applicable(n, "the values are on no common step")
    is_late = np.arange(n) >= split_at(series, terms)
    # What a natural bound holds is as round as the bound, and moves with the level.
    free = ~np.isin(values, [bound for bound in terms.bounds if bound is not None])
    looks: list[_Look] = []
    is_declared = terms.resolution is not None or terms.baseline_until is not None
    aside, factor = "", 0
    while factor != 1:
        steps = np.rint(values / step).astype(np.int64)
        telling = np.flatnonzero(free & (np.abs(steps) >= DECIMAL))
        factor, is_coarse = _own_resolution(steps[telling])
        if is_declared:
            factor, is_coarse = 1, np.zeros(len(telling), dtype=bool)
        if factor > 1:
            aside += _in_words(telling[is_coarse], factor * step)
        looks += [_look(steps, step, of, telling[~is_coarse], is_late) for of in ROUNDER]
        step *= factor
    enough = [look for look in looks if look.fewest >= FEWEST]
    tested = [(look.p_value(), look) for look in enough if min(look.strides) >= 1]
    if not enough and not aside:
        fewest = max(look.fewest for look in looks)
        return not_enough(fewest, FEWEST, "values of as many digits on one side of the baseline")
    if not tested:
        return not_applicable(n, f"the values spread over too few steps of {step:g}{aside}")
    p_value, look = min(reversed(tested), key=lambda one: one[0])
    after, before = look.late & look.is_round, ~look.late & look.is_round
    seen = f"{after.sum()} of {look.late.sum()} values are multiples of {look.multiple:g}"
    return judged(
        len(tested) * p_value,
        n=n,
        observed=seen + aside,
        expected=f"{before.sum()} of {(~look.late).sum()} were in the baseline before",
        rows=look.index[after],
    )


def _in_words(coarse: Integers, step: float) -> str:
    first, last = coarse[[0, -1]] + 1
    return (
        f"; {len(coarse)} values in long rows from number {first} to {last} are all multiples of"
        f" {step:g}: their resolution is another, and they are not compared with finer ones"
    )


def _look(steps: Integers, step: float, multiple: int, index: Integers, is_late: Booleans) -> _Look:
    """At these values, as far as there are some of as many digits on the other side."""
    # Of the first ones with two digits the level alone decides how many are round.
    index = index[np.abs(steps[index]) >= DECIMAL + multiple / 2]
    digits, late = np.searchsorted(POWERS, np.abs(steps[index]), side="right"), is_late[index]
    both = np.isin(digits, np.intersect1d(digits[late], digits[~late]))
    index, digits, late = index[both], digits[both], late[both]
    of = steps[index]
    early_stride, late_stride = (_stride(side) / multiple for side in (of[~late], of[late]))
    return _Look(
        multiple * step,
        multiple,
        index,
        late,
        of % multiple == 0,
        digits,
        (early_stride, late_stride),
    )


def _own_resolution(steps: Integers) -> tuple[int, Booleans]:
    """The step of the values that are on a coarser one in long rows, and which they are.

    In present steps, 1 when there are none: a power of ten, since it is digits that are left out,
    or any number where the row is so long that nobody typed it without one exception.
    """
    coarse, factors, stride = np.zeros(len(steps), dtype=bool), [], _stride(steps)
    for multiple, fewest in COARSER:
        for start, end in _long_rows(steps % multiple == 0, fewest).tolist():
            row = steps[start:end]
            factor = int(np.gcd.reduce(row))
            if len(row) < PUBLISHED or factor > stride:
                factor = int(max((power for power in POWERS if not (row % power).any()), default=1))
            if 1 < factor <= stride:
                coarse[start:end] = True
                factors.append(factor)
        if factors:
            break
    return min(factors, default=1), coarse


def _long_rows(is_round: Booleans, fewest: int) -> Integers:
    """Begin and end of rows of at least so many round values that chance does not make.

    They are longer than round values as frequent as on either side of them would be in a row.
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[0], is_round, [0]])))
    found = []
    for start, end in edges.reshape(-1, 2)[np.diff(edges)[::2] >= fewest].tolist():
        length = end - start
        around = is_round[max(0, start - length) : start], is_round[end : end + length]
        share = max((side.sum() + 1) / (len(side) + 2) for side in around)
        if SELDOM * len(is_round) * (1 - share) * share**length < 1:
            found.append((start, end))
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def _stride(steps: Integers) -> float:
    """How far a value is from the one before, or from the rest where that is less.

    What moves from one round number to the next, or stays about one, would pass for rounding.
    """
    return min(deviation(steps), deviation(np.diff(steps))) if len(steps) > 1 else 0.0
