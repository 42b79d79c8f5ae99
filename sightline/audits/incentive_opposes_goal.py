"""Is anyone paid against the goal? Bonuses on a KPI that a goal must be allowed to spend."""

from __future__ import annotations

from sightline.audit_case import Answer
from sightline.investigation.evidence import Evidence
from sightline.investigation.wording import listed, percent

DEPARTMENT = "people"
QUESTION = "Is anyone paid against the goal?"


def answer(evidence: Evidence) -> Answer:
    """A bonus opposes when a policy lets a goal spend the KPI that the bonus rewards."""
    names = evidence.departments
    paid = [
        f"{percent(row['share_of_bonus'])} of the bonus of {names[row['department']]}"
        for row in evidence.incentives
    ]
    opposes = bool(paid) and evidence.policy is not None
    if not paid:
        finding = f"No bonus depends on {evidence.kpi['name']}."
    elif evidence.policy is not None:
        finding = (
            f"{evidence.kpi['name']} carries {listed(paid)}, while the policy "
            f"“{evidence.policy['name']}” asks for it to be spent."
        )
    else:
        finding = f"{evidence.kpi['name']} carries {listed(paid)}; no goal is allowed to spend it."
    return Answer(
        department=DEPARTMENT,
        department_name=evidence.departments[DEPARTMENT],
        question=QUESTION,
        finding=finding,
        verdict="opposite incentive" if opposes else "no conflict",
        level="breached" if opposes else "healthy",
    )
