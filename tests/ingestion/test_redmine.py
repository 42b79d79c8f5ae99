"""Redmine lands in the same columns as any tracker, its versions as the milestones they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest

from ingestion.pull import pull
from sightline.home import Home
from tests.ingestion.conftest import SEEN_AT, Rows
from tests.ingestion.trackers import TOKEN, RedmineStandIn, redmine_issue, serving

FIRST = "2026-10-20T10:00:30Z"
HOUR = timedelta(hours=1)
CLOSED = {"id": 5, "name": "Closed"}
TOMBSTONES = "select issue_id from raw_tracker.issue where _deleted_at is not null order by 1"


@pytest.fixture
def tracker(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[RedmineStandIn]:
    issues = {number: redmine_issue(number, updated=FIRST) for number in range(1, 6)}
    milestone = {
        "id": 3,
        "project": {"id": 7, "name": "Automation"},
        "name": "First pass recalibrated",
        "status": "open",
        "due_date": "2026-08-02",
        "custom_fields": [{"id": 9, "name": "Weight", "value": "15"}],
        "created_on": "2026-06-29T08:00:00Z",
        "updated_on": "2026-06-29T08:00:00Z",
    }
    with serving(RedmineStandIn(issues=issues, versions={3: milestone})) as tracker:
        monkeypatch.setenv("SIGHTLINE_TRACKER_KIND", "redmine")
        monkeypatch.setenv("SIGHTLINE_TRACKER_URL", tracker.url)
        monkeypatch.setenv("SIGHTLINE_TRACKER_TOKEN", TOKEN)
        yield tracker


def test_open_and_closed_issues_of_all_pages_become_flat_rows_with_their_journals(
    home: Home, tracker: RedmineStandIn, rows: Rows
) -> None:
    tracker.issues[2] |= {"status": CLOSED, "closed_on": FIRST, "parent": {"id": 1}}
    tracker.journals[2] = [
        {
            "id": 91,
            "user": {"id": 4, "name": "Automation lead"},
            "notes": "Postponed, see mail",
            "created_on": "2026-07-01T09:00:00Z",
            "details": [
                {
                    "property": "attr",
                    "name": "due_date",
                    "old_value": "2026-06-30",
                    "new_value": "2026-07-05",
                },
                {"property": "attr", "name": "status_id", "old_value": "1", "new_value": "5"},
            ],
        }
    ]
    assert pull("tracker", home=home, seen_at=SEEN_AT).rows_loaded == 8
    columns = (
        "issue_id, issue_key, project, issue_type, status, status_category, created_at, "
        "updated_at, due_date, resolved_at, estimate_seconds, spent_seconds, parent_key"
    )
    made, moment = datetime(2026, 6, 29, 8), datetime(2026, 10, 20, 10, 0, 30)  # noqa: DTZ001
    kind, due = ("aut", "Work package"), date(2026, 7, 5)
    is_open, is_closed = ("In Progress", "indeterminate"), ("Closed", "done")
    assert rows(f"select {columns} from raw_tracker.issue order by issue_id limit 2") == [
        ("1", "#1", *kind, *is_open, made, moment, due, None, 36000, 9000, None),
        ("2", "#2", *kind, *is_closed, made, moment, due, moment, 36000, 9000, "#1"),
    ]
    [(labels, changelog)] = rows(
        "select labels, changelog from raw_tracker.issue where issue_id = '2'"
    )
    assert json.loads(labels) == ["site:north"]
    assert json.loads(changelog) == [
        {
            "id": "91",
            "created": "2026-07-01T09:00:00Z",
            "items": [
                {"field": "duedate", "from": "2026-06-30", "to": "2026-07-05"},
                {
                    "field": "status",
                    "from": "1",
                    "to": "5",
                    "fromString": "In Progress",
                    "toString": "Closed",
                },
            ],
        }
    ]
    assert rows(
        "select issue_id, changed_at, due_date_before, due_date from raw_tracker.due_date_change"
    ) == [("2", datetime(2026, 7, 1, 9), date(2026, 6, 30), due)]  # noqa: DTZ001
    assert rows(
        "select issue_id, changed_at, status_before, status from raw_tracker.status_change"
    ) == [("2", datetime(2026, 7, 1, 9), "In Progress", "Closed")]  # noqa: DTZ001


def test_a_version_is_a_milestone_and_each_of_its_dates_is_kept(
    home: Home, tracker: RedmineStandIn, rows: Rows
) -> None:
    pull("tracker", home=home, seen_at=SEEN_AT)
    tracker.versions[3] |= {"due_date": "2026-09-13", "updated_on": "2026-10-26T06:30:00Z"}
    assert pull("tracker", home=home, seen_at=SEEN_AT + HOUR).rows_loaded == 1
    tracker.versions[3] |= {"status": "closed", "updated_on": "2026-10-26T07:30:00Z"}
    pull("tracker", home=home, seen_at=SEEN_AT + 2 * HOUR)
    found = rows(
        "select due_date, labels, resolved_at from raw_tracker.issue "
        "where issue_type = 'Milestone' order by updated_at"
    )
    assert found == [
        (date(2026, 8, 2), '["weight:15"]', None),
        (date(2026, 9, 13), '["weight:15"]', None),
        (date(2026, 9, 13), '["weight:15"]', datetime(2026, 10, 26, 7, 30)),  # noqa: DTZ001
    ]


def test_only_what_changed_is_asked_for_and_each_issue_in_it_by_itself(
    home: Home, tracker: RedmineStandIn
) -> None:
    pull("tracker", home=home, seen_at=SEEN_AT)
    tracker.asked.clear()
    tracker.issues[4] |= {"updated_on": "2026-10-26T06:20:00Z", "spent_hours": 3.0}
    assert pull("tracker", home=home, seen_at=SEEN_AT + HOUR / 2).rows_loaded == 1
    tracker.asked.clear()
    assert pull("tracker", home=home, seen_at=SEEN_AT + HOUR / 2).rows_loaded == 0
    paths = [path for path, _ in tracker.asked]
    assert paths.count("/issues.json") == 1
    assert [path for path in paths if path.startswith("/issues/")] == ["/issues/4.json"]
    [query] = [query for path, query in tracker.asked if path == "/issues.json"]
    assert query["updated_on"] == ">=2026-10-26T06:10:00Z"


def test_an_issue_edited_while_pages_are_turned_hides_no_other(
    home: Home, tracker: RedmineStandIn, rows: Rows
) -> None:
    def edit() -> None:
        tracker.issues[1]["updated_on"] = "2026-10-20T10:05:00Z"

    tracker.meanwhile = [edit]
    pull("tracker", home=home, seen_at=SEEN_AT)
    assert rows("select count(distinct issue_id) from raw_tracker.issue") == [(6,)]


def test_deleted_issues_and_versions_arrive_as_tombstones_and_private_ones_do_not(
    home: Home, tracker: RedmineStandIn, rows: Rows
) -> None:
    pull("tracker", home=home, seen_at=SEEN_AT)
    del tracker.issues[2], tracker.versions[3]
    tracker.private = {4}
    assert pull("tracker", home=home, seen_at=SEEN_AT + HOUR).rows_loaded == 2
    assert rows(TOMBSTONES) == [("2",), ("version-3",)]
    assert pull("tracker", home=home, seen_at=SEEN_AT + 2 * HOUR).rows_loaded == 0


def test_a_deletion_while_keys_are_listed_takes_no_living_issue_along(
    home: Home, tracker: RedmineStandIn, rows: Rows
) -> None:
    pull("tracker", home=home, seen_at=SEEN_AT)
    gone = [lambda: None] * 4 + [lambda: tracker.issues.pop(1) and None]
    tracker.meanwhile = gone  # the fifth page handed out is the first of the listing
    pull("tracker", home=home, seen_at=SEEN_AT + HOUR)
    pull("tracker", home=home, seen_at=SEEN_AT + 2 * HOUR)
    assert rows(TOMBSTONES) == [("1",)]


def test_projects_narrow_what_is_read(
    home: Home, tracker: RedmineStandIn, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGHTLINE_TRACKER_PROJECTS", "ops")
    tracker.issues[5]["project"] = {"id": 8, "name": "Operations"}
    assert pull("tracker", home=home, seen_at=SEEN_AT).rows_loaded == 1
    assert rows("select issue_key, project from raw_tracker.issue") == [("#5", "ops")]
