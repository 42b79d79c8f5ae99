"""What moved elsewhere meanwhile? Shared by the questions that look at a department's own KPIs."""

from __future__ import annotations

from typing import Any, Final

from sightline.audit_case import Answer, Level
from sightline.investigation.evidence import Evidence
from sightline.investigation.wording import listed, named, quantity

_LEVELS: Final[dict[str, Level]] = {
    "breached": "breached",
    "at_risk": "at_risk",
    "healthy": "healthy",
    "no_target": "unknown",
}
_WORST_FIRST: Final[tuple[Level, ...]] = ("breached", "at_risk", "unknown", "healthy")


def level_of(status: str) -> Level:
    """A KPI's status as an answer's level; whatever cannot be relied on is unknown."""
    return _LEVELS.get(status, "unknown")


def moved_meanwhile(evidence: Evidence, department: str, question: str) -> Answer | None:
    """Before and now of the department's KPIs that have a target; None when there is none."""
    seen: list[tuple[dict[str, Any], str, Level]] = []
    for kpi_id, kpi in sorted(evidence.kpis.items()):
        if kpi["department"] != department or kpi_id == evidence.kpi_id:
            continue
        scope = evidence.nearest_scope(kpi_id)
        change, status = evidence.change(kpi_id, scope), evidence.status(kpi_id, scope)
        if change is not None and status != "no_target":
            now, before = quantity(kpi, change.after), quantity(kpi, change.before)
            text = f"{named(kpi, scope)} is {now}, was {before}"
            seen.append((kpi, text, level_of(status)))
    if not seen:
        return None
    level = min((item[2] for item in seen), key=_WORST_FIRST.index)
    return Answer(
        department=department,
        department_name=evidence.departments[department],
        question=question,
        finding="; ".join(text for _, text, _ in seen) + ".",
        verdict=_verdict(level, [kpi["name"].lower() for kpi, _, at in seen if at == level]),
        level=level,
    )


def _verdict(level: Level, names: list[str]) -> str:
    if level == "healthy":
        return "on target"
    return {"breached": "off target: ", "at_risk": "short of target: "}.get(
        level, "cannot tell: "
    ) + listed(names)
