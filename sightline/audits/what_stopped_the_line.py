"""What stopped the line? Downtime by reason, planned stops told from failures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from sightline.audit_case import Answer, Decomposition
from sightline.investigation.arithmetic import Change, Reading, natural_limits, pooled, to_decimal
from sightline.investigation.evidence import Evidence
from sightline.investigation.wording import difference, listed, plain, rounded

DEPARTMENT = "maintenance"
QUESTION = "What stopped the line?"

# Reasons that somebody schedules; every other reason is a machine that failed.
PLANNED = frozenset({"recalibration", "changeover"})

# Not a stop: the scheduled time that the stops are taken from.
WHOLE = "scheduled"


def answer(evidence: Evidence) -> Answer | None:
    """Compares the latest period with those before; None where stops have no reason."""
    by_reason = [item for item in evidence.decompositions if item.dimension == "reason_code"]
    change = evidence.change(evidence.kpi_id, evidence.scope)
    if not by_reason or change is None:
        return None
    split = by_reason[0]
    failures_grew = _failures_grew(evidence, change)
    planned = sum((part.amount for part in split.parts if part.label in PLANNED), Decimal())
    if failures_grew:
        verdict = "machines got worse"
    elif evidence.worsening(planned) > 0:
        verdict = "planned cause"
    else:
        verdict = "no more stops"
    told = [_told(evidence, split, scheduled=scheduled) for scheduled in (True, False)]
    chance = "beyond chance" if failures_grew else "within chance"
    return Answer(
        department=DEPARTMENT,
        department_name=evidence.departments[DEPARTMENT],
        question=QUESTION,
        finding=f"Planned stops: {told[0]}. Failures: {told[1]}, together {chance}.",
        verdict=verdict,
        level="breached" if failures_grew else "healthy",
    )


def _failures_grew(evidence: Evidence, change: Change) -> bool:
    """Whether failures together cost more than the periods before give by chance (XmR limits)."""
    by_period = evidence.contributions["reason_code"]
    before = [_failures(reading, by_period) for reading in change.baseline]
    latest = to_decimal(pooled([_failures(change.latest, by_period)]))
    limits = natural_limits(before)
    if limits is None:
        return evidence.worsening(latest - to_decimal(pooled(before))) > 0
    worst = limits.low if evidence.kpi["direction"] == "higher_is_better" else limits.high
    return evidence.worsening(latest - worst) > 0


def _failures(reading: Reading, by_period: Mapping[date, Mapping[str, Decimal]]) -> Reading:
    parts = by_period.get(reading.period_start, {})
    failed = [amount for member, amount in parts.items() if member not in PLANNED | {WHOLE}]
    return Reading(reading.period_start, sum(failed, Decimal()), reading.denominator)


def _told(evidence: Evidence, split: Decomposition, *, scheduled: bool) -> str:
    ours = [part for part in split.parts if (part.label in PLANNED) is scheduled]
    parts = [part for part in ours if rounded(evidence.kpi, part.amount)]
    told = [f"{plain(part.label)} {difference(evidence.kpi, part.amount)}" for part in parts]
    return listed(told) or "unchanged"
