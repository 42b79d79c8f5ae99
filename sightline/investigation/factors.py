"""By how much did each factor move the product? Parts that sum to the change, in any order.

The parts are those of the logarithmic mean Divisia index in its additive form, LMDI-I: mean value
of the product times the logarithm of a factor's growth (Ang, The LMDI approach to decomposition
analysis, Energy Policy 33, 2005). What the factors leave over is a factor itself: all else.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from math import prod

from sightline.audit_case import Decomposition, Part
from sightline.investigation.arithmetic import Change, Reading, pooled, to_decimal
from sightline.investigation.decomposition import noise, share, summed
from sightline.investigation.evidence import Evidence, Row
from sightline.investigation.wording import during, named, quantity

ALL_ELSE = "all else"

# Two ratios of decimal(38, 9) are equal or differ by more than 1e-80 of either: enough places to
# tell, and to divide by that. Decimal's logarithm is correctly rounded, so it is the same anywhere.
_LOGARITHMS = Context(prec=120, rounding=ROUND_HALF_EVEN)


def by_factors(evidence: Evidence) -> Decomposition | None:
    """The audited KPI's change by factor; None without factors, or where `obstacle` names one."""
    change = evidence.change(evidence.kpi_id, evidence.scope)
    if change is None or not evidence.factors or obstacle(evidence):
        return None
    factors = evidence.factor_changes.items()
    return factorise(change, [(evidence.kpis[kpi_id]["name"], each) for kpi_id, each in factors])


def obstacle(evidence: Evidence) -> str:
    """The first value of product or factors that has no logarithm or is stale; empty if none."""
    change = evidence.change(evidence.kpi_id, evidence.scope)
    if change is None or not evidence.factors:
        return ""
    for kpi_id, each in ({evidence.kpi_id: change} | evidence.factor_changes).items():
        kpi, stale = evidence.kpis[kpi_id], evidence.stale_periods(kpi_id, evidence.scope)
        for reading in (*each.baseline, each.latest):
            fault = _fault(kpi, reading, is_stale=reading.period_start in stale)
            if fault:
                name, when = named(kpi, evidence.scope), during(kpi, reading.period_start)
                return f"{name} {fault} {when}"
    return ""


def factorise(change: Change, factors: Sequence[tuple[str, Change]]) -> Decomposition:
    """Splits a product's change by its factors, in their order, and by all else, last.

    Factors are named, and of the product's periods. Every value must be above zero. Pooled
    periods are one value, of the product as of each factor.
    """
    before, after = pooled(change.baseline), pooled([change.latest])
    moved = [(pooled(each.baseline), pooled([each.latest])) for _, each in factors]
    was, became = (prod(values) for values in zip(*moved, strict=True))
    moved.append((before / was, after / became))
    total = change.after - change.before
    mean = _logarithmic_mean(after, before)
    parts = []
    rest = (ALL_ELSE, _all_else(change, [each for _, each in factors]))
    for (name, each), (was, became) in zip([*factors, rest], moved, strict=True):
        amount = to_decimal(mean * _logarithm(became / was))
        parts.append(Part(label=name, amount=amount, share=share(amount, total), noise=noise(each)))
    return summed("factor", change, parts)


def _fault(kpi: Row, reading: Reading, *, is_stale: bool) -> str:
    if not reading.denominator:
        return "has no value"
    value = pooled([reading])
    if value <= 0:
        return f"is not above zero but {quantity(kpi, to_decimal(value))}"
    return "is stale" if is_stale else ""


def _all_else(change: Change, factors: Sequence[Change]) -> Change:
    """The product over its factors, period by period."""

    def rest(whole: Reading, *parts: Reading) -> Reading:
        value = pooled([whole]) / prod(pooled([part]) for part in parts)
        return Reading(whole.period_start, to_decimal(value), Decimal(1))

    baselines = (factor.baseline for factor in factors)
    return Change(
        tuple(map(rest, change.baseline, *baselines)),
        rest(change.latest, *(factor.latest for factor in factors)),
    )


def _logarithmic_mean(one: Fraction, other: Fraction) -> Fraction:
    return one if one == other else (one - other) / _logarithm(one / other)


def _logarithm(value: Fraction) -> Fraction:
    ratio = _LOGARITHMS.divide(Decimal(value.numerator), Decimal(value.denominator))
    return Fraction(_LOGARITHMS.ln(ratio))
