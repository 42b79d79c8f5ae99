"""What changed, by how much, and is it more than chance? Exact arithmetic over additive parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

# Two months of weeks: long enough to average, short enough to be the same season.
BASELINE_PERIODS = 8

# Places kept of a ratio: the residual of a hundred parts stays under 1e-9.
_PLACES = 12

# Half of the mean moving range of two, in standard errors: 3 / d2 with d2 = 1.128
# (Wheeler, Understanding Variation, 1993).
_NATURAL_LIMIT = Fraction(266, 100)

# Under eight points the limits themselves are too uncertain to call anything special.
_POINTS_FOR_LIMITS = 8


@dataclass(frozen=True)
class Reading:
    """One closed period's additive parts; value = numerator / denominator."""

    period_start: date
    numerator: Decimal
    denominator: Decimal


@dataclass(frozen=True)
class Change:
    """The pooled value of the baseline, and the value of the latest period."""

    baseline: tuple[Reading, ...]
    latest: Reading

    @property
    def before(self) -> Decimal:
        """Baseline periods pooled by their parts, so that long weeks weigh more."""
        return to_decimal(pooled(self.baseline))

    @property
    def after(self) -> Decimal:
        """The latest period."""
        return to_decimal(pooled([self.latest]))

    def beside(self, readings: Sequence[Reading]) -> Change:
        """Another KPI over the same periods; one that it lacks has no denominator."""
        known = {reading.period_start: reading for reading in readings}
        periods = [reading.period_start for reading in (*self.baseline, self.latest)]
        same = [known.get(day, Reading(day, Decimal(), Decimal())) for day in periods]
        return Change(tuple(same[:-1]), same[-1])


@dataclass(frozen=True)
class Limits:
    """Natural process limits of the baseline: what chance alone gives."""

    low: Decimal
    high: Decimal


def change_since(readings: Sequence[Reading], opened: date) -> Change | None:
    """The periods before `opened` against the latest one; None when either side is missing."""
    usable = [reading for reading in readings if reading.denominator != 0]
    baseline = tuple(reading for reading in usable if reading.period_start < opened)
    since = [reading for reading in usable if reading.period_start >= opened]
    if not baseline or not since:
        return None
    return Change(baseline[-BASELINE_PERIODS:], since[-1])


def natural_limits(readings: Sequence[Reading]) -> Limits | None:
    """XmR limits, mean ± 2.66 mean moving ranges; None under eight points."""
    if len(readings) < _POINTS_FOR_LIMITS:
        return None
    values = [pooled([reading]) for reading in readings]
    mean = sum(values, Fraction()) / len(values)
    ranges = [abs(after - before) for before, after in pairwise(values)]
    reach = _NATURAL_LIMIT * sum(ranges, Fraction()) / len(ranges)
    return Limits(to_decimal(mean - reach), to_decimal(mean + reach))


def pooled(readings: Sequence[Reading]) -> Fraction:
    """The value of several periods together; ZeroDivisionError when they have no denominator."""
    numerator = sum((Fraction(reading.numerator) for reading in readings), Fraction())
    return numerator / sum((Fraction(reading.denominator) for reading in readings), Fraction())


def to_decimal(value: Fraction) -> Decimal:
    """Twelve places, half to even."""
    return Decimal(round(value * 10**_PLACES)).scaleb(-_PLACES)
