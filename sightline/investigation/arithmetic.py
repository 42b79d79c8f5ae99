"""What changed, by how much, and which parts sum to it? Exact arithmetic over additive parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from sightline.audit_case import Decomposition, Noise, Part

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


def decompose(
    change: Change, dimension: str, parts: Mapping[date, Mapping[str, Decimal]]
) -> Decomposition | None:
    """Splits a change by the members of a dimension; None when no member is known.

    Each member's part is its share of the numerator over the whole's denominator, pooled over the
    baseline; amounts are the differences. What the parts leave over is printed as the residual.
    Members that moved beyond their own noise come first: a rare member that happens to be missing
    or doubled in one period would else outrank the one that changed.
    """
    members = sorted({member for period in parts.values() for member in period})
    whole_before = sum((Fraction(r.denominator) for r in change.baseline), Fraction())
    whole_after = Fraction(change.latest.denominator)
    if not members:
        return None
    amounts = {}
    for member in members:
        before = sum(
            (Fraction(parts.get(r.period_start, {}).get(member, 0)) for r in change.baseline),
            Fraction(),
        )
        after = Fraction(parts.get(change.latest.period_start, {}).get(member, 0))
        amounts[member] = to_decimal(after / whole_after - before / whole_before)
    total = change.after - change.before
    direction = -1 if total < 0 else 1
    noise = {member: _noise(change, parts, member) for member in members}
    ordered = sorted(
        amounts.items(),
        key=lambda item: (noise[item[0]] != "beyond", -direction * item[1], item[0]),
    )
    return Decomposition(
        dimension=dimension,
        baseline_from=change.baseline[0].period_start,
        baseline_to=change.baseline[-1].period_start,
        period_from=change.latest.period_start,
        period_to=change.latest.period_start,
        before=change.before,
        after=change.after,
        change=total,
        parts=tuple(
            Part(label=label, amount=amount, share=_share(amount, total), noise=noise[label])
            for label, amount in ordered
            if amount
        ),
        residual=total - sum(amounts.values(), Decimal()),
    )


def concentration(decomposition: Decomposition) -> Fraction:
    """How much of all movement the largest sure part is: the dimension that says most comes first.

    Parts within their own noise say nothing; a dimension of nothing else comes last.
    """
    movement = sum((abs(Fraction(part.amount)) for part in decomposition.parts), Fraction())
    sure = [abs(Fraction(part.amount)) for part in decomposition.parts if part.noise != "within"]
    return max(sure) / movement if movement and sure else Fraction()


def _noise(change: Change, parts: Mapping[date, Mapping[str, Decimal]], member: str) -> Noise:
    """Whether a member's part of the latest period is beyond the XmR limits of its own baseline."""

    def part(reading: Reading) -> Reading:
        amount = parts.get(reading.period_start, {}).get(member, Decimal())
        return Reading(reading.period_start, amount, reading.denominator)

    limits = natural_limits([part(reading) for reading in change.baseline])
    if limits is None:
        return "too_few"
    latest = to_decimal(pooled([part(change.latest)]))
    return "within" if limits.low <= latest <= limits.high else "beyond"


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


def _share(amount: Decimal, total: Decimal) -> Decimal | None:
    return to_decimal(Fraction(amount) / Fraction(total)) if total else None
