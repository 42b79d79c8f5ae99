"""Which parts sum to a change, and did they do it themselves or by their weight?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from sightline.audit_case import Decomposition, Noise, Part, RateAndMix
from sightline.investigation.arithmetic import (
    Change,
    Reading,
    natural_limits,
    pooled,
    to_decimal,
)

Parts = Mapping[date, Mapping[str, Decimal]]


@dataclass(frozen=True)
class _Member:
    """A member's numerator and denominator over some periods, beside the whole's denominator."""

    numerator: Fraction
    base: Fraction
    whole: Fraction

    @property
    def ratio(self) -> Fraction | None:
        return self.numerator / self.base if self.base else None

    @property
    def weight(self) -> Fraction:
        return self.base / self.whole

    def beside(self, level: Fraction) -> Fraction:
        """What it adds to the whole's value, above what it would add at that level."""
        return (self.numerator - level * self.base) / self.whole


def decompose(
    change: Change, dimension: str, parts: Parts, bases: Parts | None = None
) -> Decomposition | None:
    """Splits a change by the members of a dimension; None when no member is known.

    Each member's part is its share of the numerator over the whole's denominator, pooled over the
    baseline; amounts are the differences. What the parts leave over is printed as the residual.
    Members that moved beyond their own noise come first: a rare member that happens to be missing
    or doubled in one period would else outrank the one that changed.

    `bases` are the members' shares of the denominator. Where they sum to the whole's, a part is
    counted beside the whole's mean ratio, or a member would gain by weight alone, and is split:
    rate is the change of its ratio times its mean weight, mix the change of its weight times its
    mean distance from the whole. That is exact and the same forwards and backwards (Kitagawa,
    Components of a Difference Between Two Rates, JASA 50, 1955).
    """
    members = sorted({member for period in parts.values() for member in period})
    if not members:
        return None
    if bases is None or not _is_whole(change, bases):
        bases = {}
    level = (pooled(change.baseline) + pooled([change.latest])) / 2
    total = change.after - change.before
    known = []
    for member in members:
        before, after = (
            _member(readings, parts, bases, member)
            for readings in (change.baseline, [change.latest])
        )
        amount = to_decimal(after.beside(level) - before.beside(level))
        known.append(
            Part(
                label=member,
                amount=amount,
                share=share(amount, total),
                noise=noise(_beside(change, level, parts, bases, member)),
                split=_rate_and_mix(before, after, amount),
            )
        )
    direction = -1 if total < 0 else 1
    told = sorted(
        (part for part in known if part.amount or (part.split and part.split.rate)),
        key=lambda part: (part.noise != "beyond", -direction * part.amount, part.label),
    )
    return summed(dimension, change, told)


def summed(dimension: str, change: Change, parts: Sequence[Part]) -> Decomposition:
    """The parts of a change in the order given, with what they leave over."""
    total = change.after - change.before
    return Decomposition(
        dimension=dimension,
        baseline_from=change.baseline[0].period_start,
        baseline_to=change.baseline[-1].period_start,
        period_from=change.latest.period_start,
        period_to=change.latest.period_start,
        before=change.before,
        after=change.after,
        change=total,
        parts=tuple(parts),
        residual=total - sum((part.amount for part in parts), Decimal()),
    )


def _is_whole(change: Change, bases: Parts) -> bool:
    """Whether the members' denominators are the whole's, in every period that is compared."""
    return all(
        sum(bases.get(reading.period_start, {}).values()) == reading.denominator
        for reading in (*change.baseline, change.latest)
    )


def _member(readings: Sequence[Reading], parts: Parts, bases: Parts, member: str) -> _Member:
    def of(known: Parts) -> Fraction:
        amounts = (known.get(reading.period_start, {}).get(member, 0) for reading in readings)
        return sum(map(Fraction, amounts), Fraction())

    whole = sum((Fraction(reading.denominator) for reading in readings), Fraction())
    return _Member(of(parts), of(bases), whole)


def _rate_and_mix(before: _Member, after: _Member, amount: Decimal) -> RateAndMix | None:
    """None without a ratio. A member that came or went kept its ratio: its part is all mix."""
    was, became = before.ratio, after.ratio
    if was is None and became is None:
        return None
    rate = Decimal()
    if was is not None and became is not None:
        rate = to_decimal((before.weight + after.weight) / 2 * (became - was))
    return RateAndMix(
        rate=rate,
        mix=amount - rate,
        ratio_before=None if was is None else to_decimal(was),
        ratio_after=None if became is None else to_decimal(became),
        weight_before=to_decimal(before.weight),
        weight_after=to_decimal(after.weight),
    )


def concentration(decomposition: Decomposition) -> Fraction:
    """How much of all movement the largest sure part is: the dimension that says most comes first.

    Parts within their own noise say nothing; a dimension of nothing else comes last.
    """
    movement = sum((abs(Fraction(part.amount)) for part in decomposition.parts), Fraction())
    sure = [abs(Fraction(part.amount)) for part in decomposition.parts if part.noise != "within"]
    return max(sure) / movement if movement and sure else Fraction()


def noise(change: Change) -> Noise:
    """Whether the latest reading is beyond the XmR limits of its own baseline."""
    limits = natural_limits(change.baseline)
    if limits is None:
        return "too_few"
    return "within" if limits.low <= change.after <= limits.high else "beyond"


def share(amount: Decimal, total: Decimal) -> Decimal | None:
    """A part as a share of the whole change; None where nothing changed."""
    return to_decimal(Fraction(amount) / Fraction(total)) if total else None


def _beside(change: Change, level: Fraction, parts: Parts, bases: Parts, member: str) -> Change:
    """What a member added to the whole's value in each period, above that level."""

    def part(reading: Reading) -> Reading:
        amount = _member([reading], parts, bases, member).beside(level)
        return Reading(reading.period_start, to_decimal(amount), Decimal(1))

    return Change(tuple(part(reading) for reading in change.baseline), part(change.latest))
