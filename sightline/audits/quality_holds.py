"""Does quality pay for it? Its own KPIs before the episode and now."""

from __future__ import annotations

from sightline.audit_case import Answer
from sightline.audits._side_effects import moved_meanwhile
from sightline.investigation.evidence import Evidence

DEPARTMENT = "quality"
QUESTION = "Does quality hold?"


def answer(evidence: Evidence) -> Answer | None:
    """Before and now of what quality owns; None when it owns nothing measured."""
    return moved_meanwhile(evidence, DEPARTMENT, QUESTION)
