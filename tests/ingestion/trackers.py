"""Stand-ins for trackers on a loopback socket: the documented protocol, misbehaviour too."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol, TypeVar
from urllib.parse import parse_qs, urlsplit

TOKEN = "let-me-in"  # noqa: S105 - a word for stand-ins on the loopback

Answer = tuple[int, dict[str, str], Any]


class StandIn(Protocol):
    url: str

    def answer(self, path: str, query: dict[str, str], headers: dict[str, str]) -> Answer: ...


@dataclass
class Manners:
    """What any tracker may do to a reader: refuse, change under its hands, forget what it had."""

    url: str = ""
    refusals: list[Answer] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    meanwhile: list[Callable[[], None]] = field(default_factory=list)
    """Done one by one, each after a page was handed out."""

    def handed_out(self) -> None:
        if self.meanwhile:
            self.meanwhile.pop(0)()


@dataclass
class JiraStandIn(Manners):
    """Jira Cloud's enhanced search, in pages of two, and single issues."""

    issues: list[dict[str, Any]] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)
    """Ids the token may not see: Jira leaves them out of lists and answers 404 for them."""
    stuck: bool = False
    """Hand out the same page token for ever."""

    def answer(self, path: str, query: dict[str, str], headers: dict[str, str]) -> Answer:
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, {}, {}
        if self.refusals:
            return self.refusals.pop(0)
        self.asked.append((path, query))
        seen = [issue for issue in self.issues if issue["id"] not in self.hidden]
        if path.startswith("/rest/api/3/issue/"):
            found = [issue for issue in seen if issue["id"] == path.rpartition("/")[2]]
            return (200, {}, found[0]) if found else (404, {}, {})
        scope, _, bound = query["jql"].rpartition(" and ")
        by = bound.split()[0]
        since = datetime.strptime(bound.split('"')[1], "%Y-%m-%d %H:%M")  # noqa: DTZ007 - as JQL
        found = sorted(
            (
                issue
                for issue in seen
                if _moment(issue, by) >= since
                and (not scope or f'"{issue["fields"]["project"]["key"]}"' in scope)
            ),
            key=lambda issue: (_moment(issue, by), int(issue["id"])),
        )
        start = int(query.get("nextPageToken", "0"))
        page = {"issues": found[start : start + 2], "isLast": start + 2 >= len(found)}
        if not page["isLast"]:
            page["nextPageToken"] = "2" if self.stuck else str(start + 2)
        self.handed_out()
        return 200, {}, page

    def questions(self, by: str) -> list[dict[str, str]]:
        """The searches that were asked, by the field of their bound."""
        return [query for _, query in self.asked if f"{by} >=" in query.get("jql", "")]


def _moment(issue: dict[str, Any], name: str) -> datetime:
    return datetime.fromisoformat(issue["fields"][name]).replace(tzinfo=None)


def issue(number: int, *, updated: str, **fields: Any) -> dict[str, Any]:
    """One issue as Jira spells it, updated at an ISO instant with offset."""
    return {
        "id": str(10000 + number),
        "key": f"AUT-{number}",
        "fields": {
            "summary": f"Package {number}",
            "issuetype": {"name": "Work package"},
            "status": {"name": "Done", "statusCategory": {"key": "done"}},
            "project": {"key": "AUT"},
            "created": "2026-06-29T08:00:00.000+0000",
            "updated": updated,
            "duedate": "2026-07-05",
            "resolutiondate": None,
            "timeoriginalestimate": 36000,
            "timespent": None,
            "parent": {"key": "AUT-1"},
            "labels": ["site:north"],
            **fields,
        },
        "changelog": {"histories": [{"id": "1", "items": []}]},
    }


@dataclass
class RedmineStandIn(Manners):
    """Redmine in pages of two: lists show open issues only, know no journals, cap the limit."""

    issues: dict[int, dict[str, Any]] = field(default_factory=dict)
    versions: dict[int, dict[str, Any]] = field(default_factory=dict)
    journals: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    private: set[int] = field(default_factory=set)
    """Issues that are kept from the token: left out of lists, 403 by themselves."""

    def answer(self, path: str, query: dict[str, str], headers: dict[str, str]) -> Answer:
        if headers.get("x-redmine-api-key") != TOKEN or "key" in query:
            return 401, {}, {}
        if self.refusals:
            return self.refusals.pop(0)
        self.asked.append((path, query))
        parts = path.removesuffix(".json").strip("/").split("/")
        if parts[-1] == "versions" and int(parts[1]) == 8:
            return 403, {}, {}  # as where a project does without issues
        if parts[-1] == "versions":
            owned = [one for one in self.versions.values() if one["project"]["id"] == int(parts[1])]
            return 200, {}, {"versions": owned, "total_count": len(owned)}
        if parts[0] == "issue_statuses":
            closed = {"id": 5, "name": "Closed", "is_closed": True}
            return 200, {}, {"issue_statuses": [{"id": 1, "name": "In Progress"}, closed]}
        if parts[0] == "projects":
            listed = [{"id": 7, "identifier": "aut"}, {"id": 8, "identifier": "ops"}]
            return self._page("projects", listed, query)
        if len(parts) == 2:
            return self._one(parts[0], int(parts[1]), query)
        return self._page("issues", self._found(query), query)

    def _one(self, kind: str, number: int, query: dict[str, str]) -> Answer:
        if kind == "issues" and number in self.private:
            return 403, {}, {}
        found = (self.issues if kind == "issues" else self.versions).get(number)
        if found is None:
            return 404, {}, {}
        shown = dict(found)
        if "journals" in query.get("include", ""):
            shown["journals"] = self.journals.get(number, [])
        return 200, {}, {kind.removesuffix("s"): shown}

    def _found(self, query: dict[str, str]) -> list[dict[str, Any]]:
        found = [one for one in self.issues.values() if one["id"] not in self.private]
        if query.get("status_id") != "*":
            found = [one for one in found if one["status"]["id"] != 5]
        if "project_id" in query:
            found = [one for one in found if str(one["project"]["id"]) == query["project_id"]]
        if "updated_on" in query:
            since = query["updated_on"].removeprefix(">=")
            assert since.endswith("Z"), "Redmine reads a moment without Z as no moment at all"
            found = [one for one in found if one["updated_on"] >= since]
        name = query.get("sort", "id:desc").partition(":")[0]
        return sorted(found, key=lambda one: (one[name], one["id"]))

    def _page(self, name: str, found: list[dict[str, Any]], query: dict[str, str]) -> Answer:
        offset = int(query.get("offset", "0"))
        size = min(int(query.get("limit", "25")), 2)
        page = {name: found[offset : offset + size], "total_count": len(found), "offset": offset}
        self.handed_out()
        return 200, {}, page


def redmine_issue(number: int, *, updated: str, **fields: Any) -> dict[str, Any]:
    """One issue as Redmine spells it, updated at an ISO instant with Z."""
    return {
        "id": number,
        "project": {"id": 7, "name": "Automation"},
        "tracker": {"id": 2, "name": "Work package"},
        "status": {"id": 1, "name": "In Progress"},
        "subject": f"Package {number}",
        "due_date": "2026-07-05",
        "estimated_hours": 10.0,
        "spent_hours": 2.5,
        "custom_fields": [{"id": 1, "name": "Site", "value": "north"}],
        "created_on": "2026-06-29T08:00:00Z",
        "updated_on": updated,
        "closed_on": None,
        **fields,
    }


Kind = TypeVar("Kind", bound=StandIn)


@contextmanager
def serving(tracker: Kind) -> Iterator[Kind]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            given = {name.lower(): value for name, value in self.headers.items()}
            status, headers, body = tracker.answer(parts.path, query, given)
            payload = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(payload))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
            """Keep the test's output to what it asserts."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    tracker.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield tracker
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
