"""What stopped the line? Downtime by reason, planned stops told from failures."""

from __future__ import annotations

from decimal import Decimal

from sightline.audit_case import Answer, Part
from sightline.investigation.evidence import Evidence
from sightline.investigation.wording import difference, listed, plain

DEPARTMENT = "maintenance"
QUESTION = "What stopped the line?"

# Reasons that somebody schedules; every other reason is a machine that failed.
PLANNED = frozenset({"recalibration", "changeover"})

# Failures within a fifth of the whole change are the noise of ordinary weeks.
NOISE = Decimal("0.2")


def answer(evidence: Evidence) -> Answer | None:
    """Compares the latest week with the weeks before; None where stops have no reason."""
    by_reason = [item for item in evidence.decompositions if item.dimension == "reason_code"]
    if not by_reason:
        return None
    split = by_reason[0]
    planned = [part for part in split.parts if part.label in PLANNED]
    failed = [part for part in split.parts if part.label not in PLANNED]
    scheduled_more, failed_more = _worse(evidence, planned), _worse(evidence, failed)
    largest = max(abs(scheduled_more), abs(failed_more))
    failures_grew = failed_more > NOISE * largest
    stops_grew = scheduled_more > 0 or failures_grew
    if failures_grew:
        verdict = "machines got worse"
    elif stops_grew:
        verdict = "planned cause"
    else:
        verdict = "fewer stops"
    return Answer(
        department=DEPARTMENT,
        department_name=evidence.departments[DEPARTMENT],
        question=QUESTION,
        finding=(
            f"Planned stops: {_told(evidence, planned)}. Failures: {_told(evidence, failed)}. "
            "Latest week against the weeks before."
        ),
        verdict=verdict,
        level="breached" if failures_grew else "healthy",
    )


def _worse(evidence: Evidence, parts: list[Part]) -> Decimal:
    return sum((evidence.worsening(part.amount) for part in parts), Decimal())


def _told(evidence: Evidence, parts: list[Part]) -> str:
    if not parts:
        return "none in either"
    return listed(
        [f"{plain(part.label)} {difference(evidence.kpi, part.amount)}" for part in parts]
    )
