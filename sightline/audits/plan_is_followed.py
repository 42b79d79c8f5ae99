"""Is the plan followed? The effort that the policy protects, against what was planned."""

from __future__ import annotations

from typing import Final

from sightline.audit_case import Answer, Level
from sightline.investigation.evidence import Evidence
from sightline.investigation.wording import listed, named, quantity

DEPARTMENT = "automation"
QUESTION = "Is the plan followed?"

# The policy judges effort; nothing here judges it a second time.
_JUDGED: Final[dict[str, tuple[str, Level]]] = {
    "sufficient": ("as planned", "healthy"),
    "starved": ("starved", "breached"),
}

# The policy calls effort starved when it was short in each of the last four periods.
SHOWN = 4


def answer(evidence: Evidence) -> Answer | None:
    """The last four periods of effort; None without a policy that names an effort."""
    policy = evidence.policy
    if policy is None or policy["effort_kpi_id"] is None:
        return None
    effort = evidence.kpis[policy["effort_kpi_id"]]
    points = evidence.points(effort["kpi_id"], policy["effort_scope"])
    known = [point for point in points if point.value is not None][-SHOWN:]
    if not known:
        return None
    values = [quantity(effort, point.value) for point in known if point.value is not None]
    verdict, level = _JUDGED.get(policy["effort"], ("cannot tell", "unknown"))
    return Answer(
        department=DEPARTMENT,
        department_name=evidence.departments[DEPARTMENT],
        question=QUESTION,
        finding=f"{named(effort, policy['effort_scope'])} in the last {effort['grain']}s: "
        f"{listed(values)}.",
        verdict=verdict,
        level=level,
    )
