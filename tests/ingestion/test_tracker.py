"""The tracker is read over a real socket, page by page, at the pace it allows."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import date, datetime

import pytest

from ingestion.pull import pull
from sightline.errors import SightlineEnvironmentError
from sightline.home import Home
from tests.ingestion.conftest import SEEN_AT, Rows
from tests.ingestion.firm import TinyTracker, issue, serving

FIRST = "2026-10-20T10:00:30.000+0000"


@pytest.fixture
def tracker(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[TinyTracker]:
    issues = [issue(number, updated=FIRST) for number in range(1, 6)]
    with serving(TinyTracker(issues)) as tracker:
        monkeypatch.setenv("SIGHTLINE_TRACKER_URL", tracker.url)
        monkeypatch.setenv("SIGHTLINE_TRACKER_TOKEN", "let-me-in")
        yield tracker


def test_all_pages_are_read_and_issues_become_flat_rows(
    home: Home, tracker: TinyTracker, rows: Rows
) -> None:
    tracker.issues[0]["fields"] |= {"timespent": 7200, "parent": None, "duedate": None}
    receipt = pull("tracker", home=home, seen_at=SEEN_AT)
    assert (receipt.rows_loaded, len(tracker.asked)) == (5, 3)
    assert "1970-01-01 00:00" in tracker.asked[0]["jql"]
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
    home: Home, tracker: TinyTracker, rows: Rows
) -> None:
    pull("tracker", home=home, seen_at=SEEN_AT)
    types = rows(
        "select column_name, data_type from information_schema.columns "
        "where table_name = 'issue' and column_name in ('resolved_at', 'spent_seconds') order by 1"
    )
    assert types == [("resolved_at", "TIMESTAMP"), ("spent_seconds", "BIGINT")]


def test_what_is_asked_again_is_not_loaded_again(
    home: Home, tracker: TinyTracker, rows: Rows
) -> None:
    pull("tracker", home=home, seen_at=SEEN_AT)
    tracker.asked.clear()
    assert pull("tracker", home=home, seen_at=SEEN_AT).rows_loaded == 0
    assert '"2026-10-19 10:00"' in tracker.asked[0]["jql"]
    assert rows("select count(*) from raw_tracker.issue") == [(5,)]


def test_an_update_within_the_same_minute_arrives_as_a_new_version(
    home: Home, tracker: TinyTracker, rows: Rows
) -> None:
    pull("tracker", home=home, seen_at=SEEN_AT)
    tracker.issues[2] = issue(3, updated="2026-10-20T10:00:45.000+0000", timespent=3600)
    assert pull("tracker", home=home, seen_at=SEEN_AT).rows_loaded == 1
    assert rows(
        "select spent_seconds from raw_tracker.issue where issue_key = 'AUT-3' order by updated_at"
    ) == [(None,), (3600,)]


def test_an_issue_that_moves_between_pages_is_taken_once(
    home: Home, tracker: TinyTracker, rows: Rows
) -> None:
    tracker.issues.append(tracker.issues[1])
    assert pull("tracker", home=home, seen_at=SEEN_AT).rows_loaded == 5


def test_a_refusal_for_haste_is_waited_out_as_long_as_it_asks(
    home: Home, tracker: TinyTracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    sleep = time.sleep

    def doze(seconds: float) -> None:
        waited.append(seconds)
        sleep(min(seconds, 0.01))

    monkeypatch.setattr("time.sleep", doze)
    tracker.refusals = [(429, {"Retry-After": "17"}), (503, {})]
    assert pull("tracker", home=home, seen_at=SEEN_AT).rows_loaded == 5
    assert 17 in waited


def test_a_refused_token_names_the_setting_and_keeps_the_secret(
    home: Home, tracker: TinyTracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGHTLINE_TRACKER_TOKEN", "canary")
    with pytest.raises(SightlineEnvironmentError, match="401; set SIGHTLINE_TRACKER_TOKEN") as no:
        pull("tracker", home=home, seen_at=SEEN_AT)
    assert "canary" not in str(no.value)


def test_a_failure_on_a_later_page_loads_nothing_and_the_next_run_everything(
    home: Home, tracker: TinyTracker, rows: Rows
) -> None:
    tracker.issues[4]["fields"]["timespent"] = "1 h"
    with pytest.raises(SightlineEnvironmentError, match=r"issue\.spent_seconds"):
        pull("tracker", home=home, seen_at=SEEN_AT)
    tracker.issues[4]["fields"]["timespent"] = 3600
    assert pull("tracker", home=home, seen_at=SEEN_AT).rows_loaded == 5
    assert rows("select count(*) from raw_tracker.issue") == [(5,)]
