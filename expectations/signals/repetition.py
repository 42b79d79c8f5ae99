"""Does a stretch of values come again, exactly or shifted, and does a value stand still too often?

How likely two values are equal by chance is taken from pairs that are alike in time: neighbours
but one, and the same day of other weeks. A stretch that was copied and raised by a constant comes
again in its changes from value to value, which are looked at as the values are.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from expectations.signals.bunching import BOUNDS
from expectations.signals.carried_values import carried_values
from expectations.signals.frozen import frozen, rows_of_equals
from expectations.signals.repeated_block import HIGHEST_CHANCE, repeated_block
from expectations.signals.series import LARGEST_P, Signal, judged, not_applicable, not_enough

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from expectations.signals.series import Series, Terms

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]

MINIMUM = 30
ALIKE_LAGS = (2, 3, 7, 14, 21)
# Changes that come again, a working week of them: what begins at nothing begins by equal steps.
FEWEST_CHANGES = 5
# Of coarse values a row can still be too long; what stands most of the time has no usual length.
MOST_TIED = 0.5
# A weekday is closed on which so many of the values are that of the day before.
WEEK, CLOSED = 7, 0.9
# Sums of numbers are equal that differ by so small a part of the largest.
EQUAL = 1e-9


def repetition(series: Series, terms: Terms) -> Signal:
    """The least likely of a block repeated, one repeated and shifted, a feed that is frozen, and
    values that were carried.
    """
    n, values, days = len(series.values), series.values, series.days
    opened = _open_days(series) if terms.period_end else np.arange(n)
    if len(opened) < n:
        signal = repetition(series.take(opened), terms)
        note = f"{n - len(opened)} values of weekdays that carry the day before left out"
        return replace(signal, rows=opened[signal.rows], detail=f"{signal.detail}; {note}")
    unit = "days" if terms.period_end else "periods"
    if days is None:
        return not_applicable(n, "without an order in time nothing can come again")
    if n < MINIMUM:
        return not_enough(n, MINIMUM)
    if series.numerators is not None and series.denominators is not None:
        values = values + 1e-9 * series.denominators
    codes, usual = _codes(values)
    rows = rows_of_equals(codes, usual)
    lives = rows.lives
    chance = _chance(codes[lives], usual[lives])
    if chance > HIGHEST_CHANCE:
        if rows.tied <= MOST_TIED:
            return frozen(rows, unit)
        return not_applicable(n, f"two of its values are equal in {chance:.0%} of cases anyway")
    looks = [
        repeated_block(codes, usual, days, chance, unit=unit),
        _shifted_block(series.values, usual, days, unit),
        frozen(rows, unit),
        carried_values(series.values, codes, usual, days),
    ]
    best = min(looks, key=lambda one: one.p_value or 1.0)
    return judged(
        len(looks) * (best.p_value or 1.0),
        n=n,
        observed=best.observed,
        expected=best.expected,
        rows=best.rows,
    )


def _open_days(series: Series) -> Integers:
    """All but the weekdays on which nearly every value is that of the day before: it is closed."""
    values, every = series.values, np.arange(len(series.values))
    if series.days is None or len(values) < MINIMUM:
        return every
    weekday, same = series.days[1:] % WEEK, np.diff(values) == 0
    of_each = np.bincount(weekday, minlength=WEEK)
    closed = np.bincount(weekday, same, WEEK) >= CLOSED * np.maximum(of_each, 1)
    if not 0 < closed.sum() < WEEK / 2:
        return every
    return np.flatnonzero(~np.concatenate([[False], closed[weekday] & same]))


def _shifted_block(values: Floats, usual_values: Booleans, days: Integers, unit: str) -> Signal:
    """A stretch of changes that comes again, where changes are of many sizes.

    What rises from a usual value falls back to it: of both changes neither tells more than a value.
    """
    least = EQUAL * max(float(np.abs(values).max()), 1e-300)
    codes, usual = _codes(np.rint(np.diff(values) / least))
    usual |= usual_values[1:] | usual_values[:-1]
    chance = _chance(codes, usual)
    block = repeated_block(
        codes,
        usual,
        days[1:],
        chance,
        of="changes from value to value",
        unit=unit,
        seeds=(FEWEST_CHANGES,),
    )
    p_value = block.p_value if chance <= HIGHEST_CHANCE else LARGEST_P
    return replace(block, p_value=p_value, rows=block.rows + 1)


def _codes(values: Floats) -> tuple[Integers, Booleans]:
    """Equal numbers for equal values, and which are too usual (a bound, a zero) to tell much.

    Any other extreme has to come again and again: one at which a feed froze came once.
    """
    distinct, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.isin(np.arange(len(distinct)), (0, len(distinct) - 1))
    came = np.bincount(codes[np.diff(codes, prepend=-1) != 0], minlength=len(distinct))
    is_bound = (distinct == 0) | (ends & np.isin(distinct, BOUNDS))
    often = np.where(is_bound, counts, came) > max(3, 0.02 * len(values))
    return codes.astype(np.int64), ((is_bound | ends) & often)[codes]


def _chance(codes: Integers, usual: Booleans) -> float:
    """Chance that two values alike in time are equal, a little more than was seen."""
    equal = pairs = 0
    for lag in ALIKE_LAGS:
        if lag < len(codes):
            telling = ~usual[lag:]
            equal += int(((codes[lag:] == codes[:-lag]) & telling).sum())
            pairs += int(telling.sum())
    return (equal + 1) / (pairs + 1)
