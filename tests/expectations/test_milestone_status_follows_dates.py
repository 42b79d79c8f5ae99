"""A milestone whose dates and status part is asked about; one that slipped in time is not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from expectations.guard import Examination
from expectations.guards.milestone_status_follows_dates import examine
from expectations.judge import judge
from tests.expectations.firm import AS_OF, Definitions, Warehouse

TODAY = date(2026, 10, 26)


def promise(number: int = 1, **told: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "scope": "all",
        "issue_key": "AUT-4",
        "summary": "First pass",
        "promise_number": number,
        "promised_on": date(2026, 6, 16),
        "due_date": date(2026, 8, 2),
        "due_date_before": None,
        "days_moved": None,
        "status": "In Progress",
        "labels": '["weight:15"]',
        "resolved_on": None,
        "nearly_done_since": None,
        "today": TODAY,
    }
    return row | told


def moved(on: str, **told: Any) -> list[dict[str, Any]]:
    """Promised for 2 August, and put off by six weeks on a day."""
    later = {"promised_on": date.fromisoformat(on), "due_date": date(2026, 9, 13)}
    before = {"due_date_before": date(2026, 8, 2), "days_moved": 42}
    return [promise(**told), promise(2, **later, **before, **told)]


def rules(examination: Examination) -> list[str]:
    return [suspicion.evidence["rule"] for suspicion in examination.suspicions]


@pytest.mark.parametrize(
    ("on", "found"),
    [("2026-07-26", []), ("2026-07-27", ["moved_when_due"]), ("2026-08-05", ["moved_when_due"])],
)
def test_a_date_may_move_a_week_before_it_is_due(on: str, found: list[str]) -> None:
    assert rules(examine(moved(on))) == found


def test_a_move_is_asked_about_in_the_week_it_was_due() -> None:
    (suspicion,) = examine(moved("2026-07-29")).suspicions
    assert suspicion.periods == {date(2026, 7, 27)}
    assert suspicion.observed == (
        "its date moved from 2026-08-02 to 2026-09-13 4 days before it was due"
    )
    assert not suspicion.contests


def test_a_date_moved_forward_is_no_question() -> None:
    rows = moved("2026-08-01")
    rows[1] |= {"due_date": date(2026, 7, 30), "days_moved": -3}
    assert rules(examine(rows)) == []


def test_green_while_the_date_slid_is_asked_about_until_it_is_done() -> None:
    green = {"labels": '["weight:15", "health:green"]'}
    assert rules(examine(moved("2026-07-01", **green))) == ["green_while_sliding"]
    assert rules(examine(moved("2026-07-01", resolved_on=date(2026, 9, 1), **green))) == []
    assert rules(examine([promise(**green)])) == []


def test_nearly_done_for_three_weeks_is_asked_about() -> None:
    assert rules(examine([promise(nearly_done_since=date(2026, 10, 6))])) == []
    assert rules(examine([promise(nearly_done_since=date(2026, 10, 5))])) == ["nearly_done"]


def test_it_is_fed_from_the_trackers_due_dates(warehouse: Warehouse) -> None:
    run = warehouse.connection.execute
    guard = "milestone_status_follows_dates"
    warehouse.value("milestones_done", "all", 60, 15)
    run("insert into intermediate.int_as_of values (?)", [AS_OF])
    run(
        "insert into staging.stg_definitions__kpi_guard values ('milestones_done', ?, '{}')",
        [guard],
    )
    run("insert into staging.stg_tracker__issue values ('1', 'In Progress', '[]', null)")
    run(
        "insert into intermediate.int_milestone_date values "
        "('1', 'AUT-4', 'First pass', 1, '2026-06-16', '2026-08-02', null, null, '2026-07-29'), "
        "('1', 'AUT-4', 'First pass', 2, '2026-07-29', '2026-09-13', '2026-08-02', 42, null)"
    )
    definitions = Definitions({"milestones_done": ("pulled", {guard: {}})})
    (finding,) = judge(warehouse.connection, definitions, as_of=AS_OF).findings
    assert finding.evidence["rule"] == "moved_when_due"
