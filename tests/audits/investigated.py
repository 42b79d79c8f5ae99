"""The cases of the Northline marts, investigated once each."""

from __future__ import annotations

from functools import cache

from sightline.audit_case import AuditCase
from sightline.investigation import investigate
from tests.audits.northline_marts import (
    AS_OF,
    LEVEL_CASE,
    build,
)


def investigated(scenario: str, case_id: str) -> AuditCase:
    with build(scenario) as marts:
        return investigate(marts, case_id, as_of=AS_OF)


@cache
def case_of(scenario: str, case_id: str = LEVEL_CASE) -> AuditCase:
    return investigated(scenario, case_id)


def plainly(text: str) -> str:
    return text.replace("\u202f", " ")
