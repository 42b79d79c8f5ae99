"""What did the line deliver? The number of the goal that the audited KPI stands in the way of."""

from __future__ import annotations

from sightline.audit_case import Answer
from sightline.audits._side_effects import level_of
from sightline.investigation.evidence import Evidence
from sightline.investigation.wording import named, percent, quantity

DEPARTMENT = "operations"
QUESTION = "What does the line deliver?"


def answer(evidence: Evidence) -> Answer | None:
    """The measure of the first goal that has one; None when no goal is measured yet."""
    tied = {goal["key_result_id"]: goal for goal in evidence.goals if goal["progress"] is not None}
    for link in evidence.glance:
        goal = tied.get(link["key_result_id"])
        if goal is None or link["role"] != "measure" or link["kpi_id"] == evidence.kpi_id:
            continue
        change = evidence.change(link["kpi_id"], link["scope"])
        if change is None:
            continue
        kpi = evidence.kpis[link["kpi_id"]]
        return Answer(
            department=DEPARTMENT,
            department_name=evidence.departments[DEPARTMENT],
            question=QUESTION,
            finding=(
                f"{named(kpi, link['scope'])} is {quantity(kpi, change.after)}, was "
                f"{quantity(kpi, change.before)}: {percent(goal['progress'])} of the way, "
                f"{percent(goal['expected_progress'])} expected by now."
            ),
            verdict="goal "
            + {"healthy": "on track", "at_risk": "at risk"}.get(
                goal["status"], "off track" if goal["status"] == "breached" else "not known"
            ),
            level=level_of(goal["status"]),
        )
    return None
