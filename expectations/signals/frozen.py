"""Does one value stand for longer than a feed that lives would let it?

A feed that stops repeats its last value until somebody looks. How long values stand by themselves
is taken from all other rows of equal values: from how many of them there are, from how often the
very value comes again, and from how long all but the longest few are. Those few may be frozen too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from expectations.signals.series import LARGEST_P, Signal, judged

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]

# So many rows may be frozen; a value is known by so many others where it came less often.
FEW, SURE = 3, 14
# Calm spells make a few rows longer than chance does: the exponent counts for so much.
CALM = 0.7
# What stands within so many days of a row says how calm the days are.
NEAR = 28
# Rows that chance leaves so rarely say nothing of how often values are equal.
FROZEN = 0.01


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of equal values, where each begins, how long it is, and how many there are by chance.

    tied: the share of values that equal the one before, in all rows but the longest.
    """

    begins: Integers
    lengths: Integers
    expected: NDArray[np.float64]
    tied: float

    @property
    def lives(self) -> Booleans:
        """Which values are in no frozen row, but for the first of it."""
        alive = np.ones(int(self.lengths.sum()), dtype=bool)
        for row in np.flatnonzero(self.expected < FROZEN).tolist():
            alive[self.begins[row] + 1 : self.begins[row] + self.lengths[row]] = False
        return alive


def rows_of_equals(codes: Integers, usual: Booleans) -> Rows:
    """All rows, those of usual values as if they were single values."""
    n = len(codes)
    begins = np.flatnonzero(np.diff(codes, prepend=codes[0] - 1) != 0)
    lengths = np.diff(begins, append=n)
    telling = np.where(usual[begins], 1, lengths)
    order = np.sort(telling)[::-1]
    usually = int(order[min(FEW, len(order) - 1)])
    short = telling <= usually
    values, ties = int(lengths[short].sum()), int((telling - 1)[short].sum())
    by_ties = (ties + 2 * np.sqrt(ties + 1)) / (values + 1)
    of_code = np.bincount(codes[begins[short]], lengths[short], minlength=int(codes.max()) + 1)
    ties_of_code = np.bincount(codes[begins[short]], (telling - 1)[short], minlength=len(of_code))
    by_value = ((ties_of_code + SURE * by_ties) / (of_code + SURE))[codes[begins]]
    by_length = ((FEW + 1) / max(values, FEW + 1)) ** (1 / usually)
    equal = np.minimum(np.maximum(np.maximum(by_ties, by_value), by_length), 1.0)
    expected = np.where(telling > 1, values * equal ** (CALM * (telling - 1.0)), n)
    # Calm spells are calm about a row as well.
    for row in np.flatnonzero(expected < FROZEN).tolist():
        before = np.diff(codes[max(0, begins[row] - NEAR) : begins[row]])
        after = np.diff(codes[begins[row] + lengths[row] :][:NEAR])
        tied_near = int((before == 0).sum() + (after == 0).sum())
        near = (tied_near + SURE * equal[row]) / (len(before) + len(after) + SURE)
        expected[row] = values * max(equal[row], near) ** (CALM * (telling[row] - 1.0))
    longest = int(lengths.max())
    tied = (n - len(lengths) - (longest - 1)) / max(n - longest, 1)
    return Rows(begins, lengths, expected, tied)


def frozen(rows: Rows, unit: str) -> Signal:
    """Is the longest row longer than chance makes it?"""
    longest = int(rows.expected.argmin())
    begin, length = int(rows.begins[longest]), int(rows.lengths[longest])
    expected = float(rows.expected[longest])
    return judged(
        float(-np.expm1(-expected)) if length > 1 else LARGEST_P,
        n=int(rows.lengths.sum()),
        observed=f"one value stands for {length} {unit}",
        expected=f"{expected:.2g} rows as long by how long all others are",
        rows=np.arange(begin, begin + length),
    )
