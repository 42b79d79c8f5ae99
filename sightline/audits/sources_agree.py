"""Do two sources say the same? Both numbers, where each stands, and the rule that picks one."""

from __future__ import annotations

from sightline.audit_case import Answer
from sightline.investigation.evidence import Evidence
from sightline.investigation.wording import counted, during, quantity_beside

DEPARTMENT = "data"
QUESTION = "Do two sources say the same?"


def answer(evidence: Evidence) -> Answer | None:
    """Names both rows of the latest disagreement; None where only one source knows the KPI."""
    compared = evidence.source_comparisons
    if not compared:
        return None
    differing = [row for row in compared if row["outcome"] == "differ"]
    periods = counted(len(compared), evidence.kpi["grain"])
    if not differing:
        finding = f"{compared[0]['other_source']} and {compared[0]['system_of_record']} agree"
        finding, verdict = f"{finding} in all of {periods}.", "they agree"
    else:
        latest = differing[-1]
        record, other = latest["value_of_record"], latest["other_value"]
        finding = (
            f"In {len(differing)} of {periods} they differ, the last time "
            f"{during(evidence.kpi, latest['period_start'])}: "
            f"{latest['system_of_record']} says {quantity_beside(evidence.kpi, record, other)} "
            f"from {counted(latest['rows_of_record'], 'row')}, {latest['other_row']} says "
            f"{quantity_beside(evidence.kpi, other, record)}. "
            f"{latest['system_of_record']} counts: {latest['precedence']}."
        )
        verdict = "they differ"
    return Answer(
        department=DEPARTMENT,
        department_name=evidence.departments[DEPARTMENT],
        question=QUESTION,
        finding=finding,
        verdict=verdict,
        level="at_risk" if differing else "healthy",
    )
