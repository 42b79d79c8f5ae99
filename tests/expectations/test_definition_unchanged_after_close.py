"""A definition that asks less of a period that has begun is asked about; one in time is not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from expectations.guard import Examination, Outcome
from expectations.guards.definition_unchanged_after_close import examine
from expectations.judge import judge
from expectations.judgement import Status
from tests.expectations.firm import AS_OF, Definitions, Warehouse, uptime

MONDAY = date(2026, 10, 5)
NAMES = ("kind", "field", "change", "old_value", "new_value", "file", "author", "commit_id")


def said(what: str, **told: Any) -> dict[str, Any]:
    """A row of evidence: an easing of the target for the week of 5 October, known in time."""
    row: dict[str, Any] = dict.fromkeys(NAMES) | {
        "said": what,
        "kpi_name": "Sorter uptime",
        "scope": "all",
        "kind": "kpi_target",
        "field": "target",
        "old_value": "98",
        "new_value": "97",
        "begins_on": MONDAY,
        "known_on": date(2026, 10, 4),
        "is_loosening": True,
        "is_retroactive": False,
        "grace_days": 3,
        "author": "unknown",
    }
    return row | told


def rules(examination: Examination) -> list[str]:
    return [suspicion.evidence["rule"] for suspicion in examination.suspicions]


@pytest.mark.parametrize(
    ("known_on", "found"),
    [
        ("2026-10-04", []),
        ("2026-10-05", ["loosened_near_close"]),
        ("2026-10-11", ["loosened_near_close"]),
    ],
)
def test_a_target_may_be_eased_until_its_first_period_has_begun(
    known_on: str, found: list[str]
) -> None:
    assert rules(examine([said("change", known_on=date.fromisoformat(known_on))])) == found


def test_the_days_before_the_close_are_a_parameter() -> None:
    assert rules(examine([said("change")], days=14)) == ["loosened_near_close"]
    assert rules(examine([said("change", known_on=date(2026, 9, 27))], days=14)) == []


def test_a_stricter_target_is_no_question_unless_posted_for_a_published_period() -> None:
    stricter = {"is_loosening": False, "new_value": "98.5"}
    late = stricter | {"is_retroactive": True, "known_on": date(2026, 10, 15)}
    on_the_last_day = late | {"known_on": date(2026, 10, 15)}
    beyond = late | {"known_on": date(2026, 10, 16)}
    assert rules(examine([said("change", **stricter)])) == []
    assert rules(examine([said("change", **on_the_last_day)])) == []
    assert rules(examine([said("change", **beyond)])) == ["posted_beyond_grace"]


def test_a_target_that_counts_from_before_its_approval_is_asked_about() -> None:
    approved = {"is_loosening": False, "author": "coo", "new_value": "98.000000000"}
    late = said("approval", known_on=date(2026, 10, 6), **approved)
    (suspicion,) = examine([late]).suspicions
    assert suspicion.observed == "a target of 98 from 2026-10-05, approved on 2026-10-06"
    assert not suspicion.contests
    on_the_day = said("approval", known_on=MONDAY, **approved)
    assert examine([on_the_day]).suspicions == ()


def test_a_formula_that_lifts_a_published_week_over_its_target_is_asked_about() -> None:
    lift = said("lift", kind="formula", field="value", scope="north", known_on=date(2026, 10, 20))
    (suspicion,) = examine([lift]).suspicions
    assert suspicion.scope == "north"
    assert suspicion.periods == {MONDAY}


def test_a_guard_taken_away_counts_as_easing_at_any_time() -> None:
    removed = said("change", kind="kpi_guard", change="removed", begins_on=None)
    (suspicion,) = examine([removed]).suspicions
    assert suspicion.periods == {date(2026, 9, 21)}


def test_a_kpi_nothing_was_promised_of_is_not_applicable() -> None:
    assert examine([said("definition", known_on=None)]).outcome is Outcome.NOT_APPLICABLE


def test_it_is_fed_from_changes_approvals_and_restatements(warehouse: Warehouse) -> None:
    uptime(warehouse)
    run = warehouse.connection.execute
    run("insert into staging.stg_definitions__kpi values ('sorter_uptime')")
    run(
        "insert into staging.stg_definitions__kpi_target values "
        "('sorter_uptime', '2025-04-28', 98, 96.5, 'coo', '2025-04-21')"
    )
    definitions = Definitions(
        {"sorter_uptime": ("pulled", {"definition_unchanged_after_close": {}})}
    )
    assert [r.status for r in judge(warehouse.connection, definitions, as_of=AS_OF).runs] == [
        Status.PASSED
    ]
    run(
        "insert into marts.fct_definition_change values ('kpi_target', "
        "'sorter_uptime/2025-04-28', 'target', 'changed', '98', '97', '2026-10-20 06:00', "
        "'kpis/sorter_uptime.yml', 'Somebody', 'c0ffee', true, true)"
    )
    judgement = judge(warehouse.connection, definitions, as_of=AS_OF)
    (finding,) = judgement.findings
    assert (finding.grade, finding.evidence["rule"]) == ("C", "posted_beyond_grace")
    assert "by Somebody" in finding.question
    assert {verdict.verdict for verdict in judgement.verdicts} == {"trusted"}
