"""The tracker is read over a real socket, page by page, at the pace it allows."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from ingestion.pull import pull
from sightline.errors import SightlineEnvironmentError, UsageError
from sightline.home import Home
from tests.ingestion.conftest import SEEN_AT, Rows
from tests.ingestion.trackers import TOKEN, JiraStandIn, issue, serving

FIRST = "2026-10-20T10:00:30.000+0000"
HOUR = timedelta(hours=1)
ALIVE = "select issue_key from raw_tracker.issue where _deleted_at is null order by _seen_at, 1"
TOMBSTONES = "select issue_id, _deleted_at from raw_tracker.issue where _deleted_at is not null"


@pytest.fixture
def tracker(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[JiraStandIn]:
    issues = [issue(number, updated=FIRST) for number in range(1, 6)]
    with serving(JiraStandIn(issues=issues)) as tracker:
        monkeypatch.setenv("SIGHTLINE_TRACKER_URL", tracker.url)
        monkeypatch.setenv("SIGHTLINE_TRACKER_TOKEN", TOKEN)
        yield tracker


@pytest.fixture
def dozing(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits that were asked for, cut short."""
    waited: list[float] = []
    sleep = time.sleep

    def doze(seconds: float) -> None:
        waited.append(seconds)
        sleep(min(seconds, 0.01))

    monkeypatch.setattr("time.sleep", doze)
    return waited


def test_all_pages_are_read_and_issues_become_flat_rows(
    home: Home, tracker: JiraStandIn, rows: Rows
) -> None:
    tracker.issues[0]["fields"] |= {"timespent": 7200, "parent": None, "duedate": None}
    receipt = pull("tracker", home=home, seen_at=SEEN_AT)
    assert (receipt.rows_loaded, len(tracker.questions("updated"))) == (5, 3)
    assert "1970-01-01 00:00" in tracker.questions("updated")[0]["jql"]
    columns = (
        "issue_id, issue_key, project, issue_type, status, status_category, created_at, "
        "updated_at, due_date, resolved_at, estimate_seconds, spent_seconds, parent_key"
    )
    found = rows(f"select {columns} from raw_tracker.issue order by issue_id limit 2")
    moments = (datetime(2026, 6, 29, 8), datetime(2026, 10, 20, 10, 0, 30))  # noqa: DTZ001
    kind = ("AUT", "Work package", "Done", "done")
    day = date(2026, 7, 5)
    assert found == [
        ("10001", "AUT-1", *kind, *moments, None, None, 36000, 7200, None),
        ("10002", "AUT-2", *kind, *moments, day, None, 36000, None, "AUT-1"),
    ]
    [(labels, changelog)] = rows("select distinct labels, changelog from raw_tracker.issue")
    assert json.loads(labels) == ["site:north"]
    assert json.loads(changelog) == [{"id": "1", "items": []}]


def test_a_column_that_is_always_empty_still_has_its_type(
    home: Home, tracker: JiraStandIn, rows: Rows
) -> None:
    pull("tracker", home=home, seen_at=SEEN_AT)
    types = rows(
        "select column_name, data_type from information_schema.columns "
        "where table_name = 'issue' and column_name in ('resolved_at', 'spent_seconds') order by 1"
    )
    assert types == [("resolved_at", "TIMESTAMP"), ("spent_seconds", "BIGINT")]


def test_what_is_asked_again_is_not_loaded_again(
    home: Home, tracker: JiraStandIn, rows: Rows
) -> None:
    pull("tracker", home=home, seen_at=SEEN_AT)
    tracker.asked.clear()
    assert pull("tracker", home=home, seen_at=SEEN_AT).rows_loaded == 0
    assert '"2026-10-19 10:00"' in tracker.questions("updated")[0]["jql"]
    assert rows("select count(*) from raw_tracker.issue") == [(5,)]


def test_an_update_within_the_same_minute_arrives_as_a_new_version(
    home: Home, tracker: JiraStandIn, rows: Rows
) -> None:
    pull("tracker", home=home, seen_at=SEEN_AT)
    tracker.issues[2] = issue(3, updated="2026-10-20T10:00:45.000+0000", timespent=3600)
    assert pull("tracker", home=home, seen_at=SEEN_AT).rows_loaded == 1
    assert rows(
        "select spent_seconds from raw_tracker.issue where issue_key = 'AUT-3' order by updated_at"
    ) == [(None,), (3600,)]


def test_an_issue_edited_while_pages_are_turned_hides_no_other(
    home: Home, tracker: JiraStandIn, rows: Rows
) -> None:
    def edit() -> None:
        tracker.issues[0] = issue(1, updated="2026-10-20T10:05:00.000+0000", timespent=60)

    tracker.meanwhile = [edit]
    assert pull("tracker", home=home, seen_at=SEEN_AT).rows_loaded == 6
    assert rows("select issue_key, count(*) from raw_tracker.issue group by 1 order by 1") == [
        ("AUT-1", 2),
        *((f"AUT-{number}", 1) for number in range(2, 6)),
    ]


def test_an_issue_that_came_into_view_late_is_found_by_the_next_listing(
    home: Home, tracker: JiraStandIn, rows: Rows
) -> None:
    tracker.issues.append(issue(6, updated="2025-01-01T10:00:00.000+0000"))
    tracker.hidden = {"10006"}
    assert pull("tracker", home=home, seen_at=SEEN_AT).rows_loaded == 5
    tracker.hidden = set()
    assert pull("tracker", home=home, seen_at=SEEN_AT + HOUR / 2).rows_loaded == 0
    assert pull("tracker", home=home, seen_at=SEEN_AT + HOUR).rows_loaded == 1
    assert rows(ALIVE)[-1] == ("AUT-6",)


def test_a_page_token_that_comes_again_ends_the_pull_with_nothing_loaded(
    home: Home, tracker: JiraStandIn
) -> None:
    tracker.stuck = True
    with pytest.raises(SightlineEnvironmentError, match="page token"):
        pull("tracker", home=home, seen_at=SEEN_AT)
    tracker.stuck = False
    assert pull("tracker", home=home, seen_at=SEEN_AT).rows_loaded == 5


def test_a_refusal_for_haste_is_waited_out_as_long_as_it_asks(
    home: Home, tracker: JiraStandIn, dozing: list[float]
) -> None:
    tracker.refusals = [(429, {"Retry-After": "17"}, {}), (503, {}, {})]
    assert pull("tracker", home=home, seen_at=SEEN_AT).rows_loaded == 5
    assert 17 in dozing


def test_an_outage_that_lasts_is_told_and_leaves_what_was_known(
    home: Home, tracker: JiraStandIn, rows: Rows, dozing: list[float]
) -> None:
    pull("tracker", home=home, seen_at=SEEN_AT)
    tracker.refusals = [(502, {}, {})] * 5
    with pytest.raises(SightlineEnvironmentError, match="answered 502"):
        pull("tracker", home=home, seen_at=SEEN_AT + HOUR)
    assert rows("select count(*) from raw_tracker.issue") == [(5,)]


def test_a_deleted_issue_arrives_once_as_a_tombstone_by_the_slower_listing(
    home: Home, tracker: JiraStandIn, rows: Rows
) -> None:
    pull("tracker", home=home, seen_at=SEEN_AT)
    del tracker.issues[2]
    assert pull("tracker", home=home, seen_at=SEEN_AT + HOUR / 2).rows_loaded == 0
    assert pull("tracker", home=home, seen_at=SEEN_AT + HOUR).rows_loaded == 1
    assert pull("tracker", home=home, seen_at=SEEN_AT + 2 * HOUR).rows_loaded == 0
    assert rows(TOMBSTONES) == [("10003", (SEEN_AT + HOUR).replace(tzinfo=None))]


def test_an_issue_that_leaves_the_projects_is_gone_and_comes_back_when_it_does(
    home: Home, tracker: JiraStandIn, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGHTLINE_TRACKER_PROJECTS", "AUT, OPS")
    pull("tracker", home=home, seen_at=SEEN_AT)
    assert tracker.asked[0][1]["jql"].startswith('project in ("AUT", "OPS") and updated >= ')
    tracker.issues[0]["fields"]["project"] = {"key": "LEGAL"}
    assert pull("tracker", home=home, seen_at=SEEN_AT + HOUR).rows_loaded == 1
    assert [key for key, _ in rows(TOMBSTONES)] == ["10001"]
    tracker.issues[0]["fields"]["project"] = {"key": "OPS"}
    assert pull("tracker", home=home, seen_at=SEEN_AT + 2 * HOUR).rows_loaded == 1
    assert rows(ALIVE)[-1] == ("AUT-1",)


@pytest.mark.parametrize("left", [0, 2])
def test_when_most_issues_vanish_at_once_none_counts_as_deleted(
    home: Home, tracker: JiraStandIn, rows: Rows, monkeypatch: pytest.MonkeyPatch, left: int
) -> None:
    pull("tracker", home=home, seen_at=SEEN_AT)
    tracker.hidden = {issue["id"] for issue in tracker.issues[left:]}
    with pytest.raises(SightlineEnvironmentError, match=f"shows {left} of 5 known issues"):
        pull("tracker", home=home, seen_at=SEEN_AT + HOUR)
    assert rows(TOMBSTONES) == []
    monkeypatch.setenv("SIGHTLINE_TRACKER_DELETIONS", "accept")
    assert pull("tracker", home=home, seen_at=SEEN_AT + HOUR).rows_loaded == 5 - left


@pytest.mark.parametrize("status", [401, 403])
def test_a_lost_permission_never_makes_a_tombstone(
    home: Home, tracker: JiraStandIn, rows: Rows, status: int
) -> None:
    pull("tracker", home=home, seen_at=SEEN_AT)
    tracker.refusals = [(status, {}, {})]
    with pytest.raises(SightlineEnvironmentError, match="SIGHTLINE_TRACKER_TOKEN"):
        pull("tracker", home=home, seen_at=SEEN_AT + HOUR)
    assert rows(TOMBSTONES) == []


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((401, {}, {}), "401; set SIGHTLINE_TRACKER_TOKEN"),
        ((302, {"Location": "https://elsewhere.example/"}, {}), "302, which leads elsewhere"),
        ((200, {}, b"<html>Log in</html>"), "no JSON"),
        ((404, {}, {}), "answered 404"),
    ],
)
def test_no_failure_tells_the_token(
    home: Home,
    tracker: JiraStandIn,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    answer: tuple[int, dict[str, str], Any],
    told: str,
) -> None:
    monkeypatch.setattr("tests.ingestion.trackers.TOKEN", "canary")
    monkeypatch.setenv("SIGHTLINE_TRACKER_TOKEN", "canary")
    monkeypatch.setenv("SIGHTLINE_TRACKER_URL", tracker.url.replace("//", "//someone:canary@"))
    tracker.refusals = [answer]
    with caplog.at_level(logging.DEBUG), pytest.raises(SightlineEnvironmentError) as refused:
        pull("tracker", home=home, seen_at=SEEN_AT)
    assert told in str(refused.value)
    assert "canary" not in "".join([str(refused.value), caplog.text])


def test_neither_raw_nor_state_holds_the_token(
    home: Home, tracker: JiraStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.ingestion.trackers.TOKEN", "canary-in-raw")
    monkeypatch.setenv("SIGHTLINE_TRACKER_TOKEN", "canary-in-raw")
    assert pull("tracker", home=home, seen_at=SEEN_AT).rows_loaded == 5
    assert not any("canary-in-raw" in json.dumps(query) for _, query in tracker.asked)
    for path in home.root.rglob("*"):
        assert not path.is_file() or b"canary-in-raw" not in path.read_bytes(), path


@pytest.mark.parametrize("token", ["can\nary", "canary\u20ac"])
def test_a_token_no_header_can_carry_is_refused_without_being_shown(
    home: Home, tracker: JiraStandIn, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("SIGHTLINE_TRACKER_TOKEN", token)
    with pytest.raises(SightlineEnvironmentError, match="SIGHTLINE_TRACKER_TOKEN") as refused:
        pull("tracker", home=home, seen_at=SEEN_AT)
    assert "nary" not in str(refused.value)


def test_an_unknown_kind_of_tracker_names_the_kinds(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGHTLINE_TRACKER_KIND", "abacus")
    with pytest.raises(UsageError, match="there are: jira, redmine"):
        pull("tracker", home=home, seen_at=SEEN_AT)


def test_a_failure_on_a_later_page_loads_nothing_and_the_next_run_everything(
    home: Home, tracker: JiraStandIn, rows: Rows
) -> None:
    tracker.issues[4]["fields"]["timespent"] = "1 h"
    with pytest.raises(SightlineEnvironmentError, match=r"issue\.spent_seconds"):
        pull("tracker", home=home, seen_at=SEEN_AT)
    tracker.issues[4]["fields"]["timespent"] = 3600
    assert pull("tracker", home=home, seen_at=SEEN_AT).rows_loaded == 5
    assert rows("select count(*) from raw_tracker.issue") == [(5,)]
