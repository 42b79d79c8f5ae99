"""Do customers feel it? Their own KPIs before the episode and now."""

from __future__ import annotations

from sightline.audit_case import Answer
from sightline.audits._side_effects import moved_meanwhile
from sightline.investigation.evidence import Evidence

DEPARTMENT = "customer_operations"
QUESTION = "Do customers feel it?"


def answer(evidence: Evidence) -> Answer | None:
    """Before and now of what customer operations own; None when they own nothing measured."""
    return moved_meanwhile(evidence, DEPARTMENT, QUESTION)
