"""Does it cost money? Finance's own KPIs before the episode and now."""

from __future__ import annotations

from sightline.audit_case import Answer
from sightline.audits._side_effects import moved_meanwhile
from sightline.investigation.evidence import Evidence

DEPARTMENT = "finance"
QUESTION = "Does it cost money?"


def answer(evidence: Evidence) -> Answer | None:
    """Before and now of what finance owns; None when it owns nothing measured."""
    return moved_meanwhile(evidence, DEPARTMENT, QUESTION)
