"""Whom does an audit ask, and what do they answer?

Asked is every department on the dependency path: the owner's, those the KPI's definition asks, the
owners of the objectives it is tied to. Beside them every question whose department owns a KPI of
those objectives is put, and the two that stand beside every number: is it real, who is paid for it.
"""

from __future__ import annotations

from sightline import registry
from sightline.audit_case import Answer
from sightline.investigation.evidence import Evidence

_ALWAYS = ("data", "people")


def asked_departments(evidence: Evidence) -> tuple[str, ...]:
    """Departments on the dependency path: owner first, then as declared."""
    owners = [evidence.department_of(goal["objective_owner"]) for goal in evidence.goals]
    return tuple(dict.fromkeys([evidence.kpi["department"], *evidence.asks, *owners]))


def hear(evidence: Evidence, asked: tuple[str, ...]) -> tuple[Answer, ...]:
    """The answers, the data's first; a department without a figure that answers has none."""
    near = [evidence.kpis[row["kpi_id"]]["department"] for row in evidence.glance]
    order = list(dict.fromkeys(["data", *asked, *sorted(near), *_ALWAYS]))
    answers: dict[str, list[Answer]] = {department: [] for department in order}
    for question in registry.modules("sightline.audits").values():
        if question.DEPARTMENT in answers:
            answer = question.answer(evidence)
            if answer is not None:
                answers[question.DEPARTMENT].append(answer)
    return tuple(answer for department in order for answer in answers[department])
