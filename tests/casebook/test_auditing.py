"""An audit is tried, counted and kept once; running it twice is harmless."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from sightline.audit_case import AuditCase, Criteria, Footer, Integrity, LineOfSight
from sightline.casebook import Casebook

AT = datetime(2026, 10, 26, 6, 0, tzinfo=UTC)
CASE = "sorter_uptime.north.level.2026-06-29"


def audit(headline: str = "Sorter uptime (north) is 97.4 %") -> AuditCase:
    return AuditCase(
        case_id=CASE,
        kpi_id="sorter_uptime",
        kpi_name="Sorter uptime",
        scope="north",
        rule="level",
        unit_symbol="%",
        decimals=2,
        direction="higher_is_better",
        opened_period=date(2026, 6, 29),
        opened_at=datetime(2026, 7, 6, tzinfo=UTC),
        as_of=AT,
        headline=headline,
        instruction=None,
        integrity=Integrity(verdict="trusted", grade="A", findings=()),
        condition=(),
        related=(),
        criteria=Criteria(
            rule_text="2 of 2",
            target=None,
            floor=None,
            target_valid_from=None,
            approved_by=None,
            approved_on=None,
            definition_hash="d",
        ),
        goals=(),
        panel=(),
        decomposition=None,
        drill_down=None,
        causes=(),
        consequence=(),
        actions=(),
        departments=("maintenance",),
        line_of_sight=LineOfSight(nodes=(), edges=()),
        footer=Footer(as_of=AT, load_ids=(), definition_hash="d", content_hash="", command="c"),
    ).sealed()


def test_finishing_twice_keeps_the_first_and_says_so(casebook: Casebook) -> None:
    assert casebook.finish_audit(audit(), AT)
    assert not casebook.finish_audit(audit("another run, later"), AT + timedelta(hours=1))
    assert casebook.finished_audits() == {CASE}
    assert casebook.case(CASE) == audit()
    assert [event.kind for event in casebook.events(CASE)] == ["audit_finished"]


def test_a_case_that_was_never_audited_is_none(casebook: Casebook) -> None:
    assert casebook.case(CASE) is None
    assert casebook.finished_audits() == set()


def test_attempts_are_counted_from_the_start_of_the_work(casebook: Casebook) -> None:
    casebook.start_audit([CASE, "other"], AT, "run-1")
    casebook.start_audit([CASE], AT, "run-2")
    assert casebook.audit_attempts([CASE, "other", "never"]) == {CASE: 2, "other": 1, "never": 0}
    runs = [json.loads(event.payload)["run_id"] for event in casebook.events(CASE)]
    assert runs == ["run-1", "run-2"]


def test_a_failed_audit_does_not_touch_the_announcement(casebook: Casebook) -> None:
    casebook.start_audit([CASE], AT, "run-1")
    assert casebook.announced_open() == set()
    assert casebook.undelivered(AT) == []


def test_what_nobody_declared_does_not_enter_a_case() -> None:
    content = json.loads(audit().canonical_bytes())
    with pytest.raises(ValueError, match="severity"):
        AuditCase.from_bytes(json.dumps({**content, "severity": "high"}))
