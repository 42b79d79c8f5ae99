"""The tracker stand-in over a real socket: paging, limits, refusals and what it shows."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from demo import tracker
from demo.live import advance
from demo.story import Scenario
from tests.demo.weekly import FirmCopy

SEARCH = "/rest/api/3/search/jql"
ALL = 'project = AUT AND updated >= "2026-01-01 00:00" ORDER BY updated ASC'


@pytest.fixture
def store(firm_copy: FirmCopy) -> Path:
    return firm_copy("as_planned") / "tracker.json"


@pytest.fixture
def client(store: Path) -> Iterator[httpx.Client]:
    with (
        tracker.running(store) as url,
        httpx.Client(base_url=url, headers={"Authorization": "Bearer demo"}) as client,
    ):
        yield client


def search(client: httpx.Client, **params: Any) -> dict[str, Any]:
    response = client.get(SEARCH, params={"jql": ALL, "fields": "*all", **params})
    assert response.status_code == 200, response.text
    page: dict[str, Any] = response.json()
    return page


def stored(store: Path) -> list[dict[str, Any]]:
    issues: list[dict[str, Any]] = json.loads(store.read_text(encoding="utf-8"))["issues"]
    return issues


def test_paging_by_token_gives_every_issue_once_in_order(client: httpx.Client, store: Path) -> None:
    keys: list[str] = []
    updated: list[str] = []
    token: dict[str, str] = {}
    pages = 0
    while True:
        page = search(client, maxResults=10, **token)
        pages += 1
        assert "total" not in page
        assert "startAt" not in page
        keys += [issue["key"] for issue in page["issues"]]
        updated += [issue["fields"]["updated"] for issue in page["issues"]]
        assert page["isLast"] == ("nextPageToken" not in page)
        if page["isLast"]:
            break
        assert len(page["issues"]) == 10
        token = {"nextPageToken": page["nextPageToken"]}
    assert pages == 3
    assert sorted(keys) == sorted(issue["key"] for issue in stored(store))
    assert updated == sorted(updated)


def test_a_page_is_never_larger_than_100(client: httpx.Client, store: Path) -> None:
    first = stored(store)[0]
    many = [first | {"id": str(n), "key": f"AUT-{n}"} for n in range(1, 251)]
    store.write_text(json.dumps({"issues": many}), encoding="utf-8")
    assert len(search(client, maxResults=5000)["issues"]) == 100
    assert len(search(client)["issues"]) == 50


def test_fields_default_to_the_id_alone(client: httpx.Client) -> None:
    page = client.get(SEARCH, params={"jql": ALL, "maxResults": 1}).json()
    assert [list(issue) for issue in page["issues"]] == [["id"]]


def test_only_the_fields_asked_for_are_given(client: httpx.Client) -> None:
    (issue,) = search(client, fields="summary,status", maxResults=1)["issues"]
    assert set(issue["fields"]) == {"summary", "status"}
    assert "changelog" not in issue


def test_issues_have_the_shape_of_jiras(client: httpx.Client) -> None:
    page = search(client, jql="project = AUT AND issuetype = 'Work package'", maxResults=100)
    assert len(page["issues"]) == 18  # 17 closed weeks, and the one that is planned
    for issue in page["issues"]:
        fields = issue["fields"]
        assert fields["project"]["key"] == "AUT"
        assert fields["parent"]["key"] == "AUT-1"
        assert fields["labels"] == ["site:north"]
        assert fields["status"]["statusCategory"]["key"] in ("new", "indeterminate", "done")
        assert fields["created"].endswith(".000+0000")
        assert (fields["resolutiondate"] is not None) == (fields["status"]["name"] == "Done")
        assert fields["timeoriginalestimate"] == 60 * 3600
    planned = page["issues"][0]
    assert planned["fields"]["duedate"] == "2026-11-01"
    assert planned["fields"]["timespent"] is None


def test_the_changelog_comes_on_demand_latest_first(client: httpx.Client) -> None:
    (issue,) = search(client, jql="key = AUT-10", expand="changelog")["issues"]
    histories = issue["changelog"]["histories"]
    created = [history["created"] for history in histories]
    assert created == sorted(created, reverse=True)
    assert issue["changelog"]["total"] == len(histories) == 7
    (item,) = histories[0]["items"]
    assert (item["field"], item["fromString"], item["toString"]) == (
        "status",
        "In Progress",
        "Done",
    )
    assert created[0] == issue["fields"]["updated"] == issue["fields"]["resolutiondate"]


def test_a_slipped_milestone_shows_both_dates(firms: dict[Scenario, Path]) -> None:
    slipped = {
        issue["fields"]["summary"]: (item["from"], item["to"], issue["fields"]["duedate"])
        for issue in stored(firms["throttled"] / "tracker.json")
        for history in issue["changelog"]["histories"]
        for item in history["items"]
        if item["field"] == "duedate"
    }
    assert slipped == {
        "N1 first pass recalibrated": ("2026-08-02", "2026-09-13", "2026-09-13"),
        "N2 first pass recalibrated": ("2026-08-23", "2026-10-04", "2026-10-04"),
    }


def test_updated_is_compared_to_the_minute_and_includes_it(client: httpx.Client) -> None:
    latest = search(client, maxResults=100)["issues"][-1]["fields"]["updated"]
    minute = latest[:16].replace("T", " ")

    def found(sign: str) -> list[str]:
        page = search(client, jql=f'project = AUT and updated {sign} "{minute}" order by key')
        return [issue["fields"]["updated"] for issue in page["issues"]]

    assert set(found(">=")) == {latest}
    assert found(">") == []


def test_another_project_has_no_issues(client: httpx.Client) -> None:
    assert search(client, jql="project = OPS") == {"issues": [], "isLast": True}


def test_a_day_that_passes_shows_without_a_restart(client: httpx.Client, store: Path) -> None:
    since = 'updated > "2026-10-26 06:00" ORDER BY updated ASC'
    assert search(client, jql=since)["issues"] == []
    advance(store.parent, 2)
    (issue,) = search(client, jql=since)["issues"]
    assert issue["fields"]["status"]["name"] == "In Progress"
    assert issue["fields"]["timespent"] > 0


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic !!!"},
        {"Authorization": "demo"},
        {"Authorization": "Digest demo"},
    ],
)
def test_without_the_token_the_answer_is_401(store: Path, headers: dict[str, str]) -> None:
    with tracker.running(store) as url:
        response = httpx.get(url + SEARCH, params={"jql": ALL}, headers=headers)
    assert response.status_code == 401
    assert "WWW-Authenticate" in response.headers
    assert response.json() == {
        "errorMessages": ["Client must be authenticated to access this resource."],
        "errors": {},
    }


def test_the_token_is_taken_as_a_basic_password_too(store: Path) -> None:
    with tracker.running(store, token="another") as url:  # noqa: S106 - a word for a stand-in
        mailbox = "data-lead@northline.example"
        response = httpx.get(url + SEARCH, params={"jql": ALL}, auth=(mailbox, "another"))
    assert response.status_code == 200


def test_a_flagged_limit_answers_429_with_retry_after_and_then_passes(
    client: httpx.Client, store: Path
) -> None:
    tracker.rate_limit(store, requests=2, retry_after=3)
    answers = [client.get(SEARCH, params={"jql": ALL}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    for answer in answers[:2]:
        assert answer.headers["Retry-After"] == "3"
        assert answer.headers["RateLimit-Reason"] == "jira-burst-based"
        assert answer.json()["errors"] == {}
    assert "Retry-After" not in answers[2].headers


@pytest.mark.parametrize(
    ("jql", "says"),
    [
        ("", "Unbounded JQL"),
        ("ORDER BY updated ASC", "Unbounded JQL"),
        ("project = AUT OR project = OPS", "expecting 'AND'"),
        ("project = AUT AND", "expecting 'AND'"),
        ("colour = red", "Field 'colour' does not exist"),
        ("project > AUT", "operator '>' is not supported"),
        ('updated >= "yesterday"', "Date value 'yesterday'"),
        ('updated >= "2026-02-30"', "Date value '2026-02-30'"),
        ("project = AUT ORDER BY colour", "Not able to sort"),
        ("project = AUT ORDER BY updated sideways", "cannot be read"),
        ("project", "cannot be read"),
    ],
)
def test_a_query_jira_would_refuse_is_refused_with_its_reason(
    client: httpx.Client, jql: str, says: str
) -> None:
    response = client.get(SEARCH, params={"jql": jql})
    assert response.status_code == 400
    (message,) = response.json()["errorMessages"]
    assert says in message


@pytest.mark.parametrize("token", ["nonsense", "bnVsbA==", "é"])
def test_a_token_it_did_not_hand_out_is_refused(client: httpx.Client, token: str) -> None:
    response = client.get(SEARCH, params={"jql": ALL, "nextPageToken": token})
    assert response.status_code == 400
    assert "nextPageToken" in response.json()["errorMessages"][0]


def test_a_token_of_another_query_is_refused(client: httpx.Client) -> None:
    token = search(client, maxResults=1)["nextPageToken"]
    response = client.get(SEARCH, params={"jql": "project = OPS", "nextPageToken": token})
    assert response.status_code == 400


@pytest.mark.parametrize("size", ["0", "-1", "many"])
def test_a_page_size_that_is_none_is_refused(client: httpx.Client, size: str) -> None:
    response = client.get(SEARCH, params={"jql": ALL, "maxResults": size})
    assert response.status_code == 400


def test_the_removed_search_says_where_to_go(client: httpx.Client) -> None:
    response = client.get("/rest/api/3/search", params={"jql": ALL})
    assert response.status_code == 410
    assert "/rest/api/3/search/jql" in response.json()["errorMessages"][0]


def test_the_stand_in_runs_as_a_program(store: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = [sys.executable, "-m", "demo.tracker", "--store", str(store), "--port", str(port)]
    with subprocess.Popen(program, stderr=subprocess.PIPE) as server:
        try:
            for _ in range(200):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            response = httpx.get(
                f"http://127.0.0.1:{port}{SEARCH}",
                params={"jql": ALL},
                headers={"Authorization": "Bearer demo"},
            )
        finally:
            server.terminate()
    assert response.status_code == 200
    assert len(response.json()["issues"]) == len(stored(store))


def test_a_single_issue_is_found_by_id_or_key_and_a_missing_one_is_not(
    client: httpx.Client,
) -> None:
    found = client.get("/rest/api/3/issue/AUT-1", params={"fields": "status"})
    assert found.json()["id"] == "10001"
    assert client.get("/rest/api/3/issue/10001").json() == {"id": "10001"}
    assert client.get("/rest/api/3/issue/99999").status_code == 404
