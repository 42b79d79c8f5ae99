"""Jira Cloud: the enhanced JQL search, which pages by token, and single issues.

The token is a bearer token, or `email:token` of an account.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

from ingestion.http import Api
from ingestion.trackers import Row
from sightline.errors import SightlineEnvironmentError

PAGE = 100  # Jira Cloud gives no more issues with fields at once
KEYS_PAGE = 5000  # nor more bare ids
FIELDS = (
    "summary",
    "issuetype",
    "status",
    "created",
    "updated",
    "duedate",
    "resolutiondate",
    "timeoriginalestimate",
    "timespent",
    "parent",
    "project",
    "labels",
)
FULL = {"fields": ",".join(FIELDS), "expand": "changelog"}
FIRST = datetime(1970, 1, 1)  # noqa: DTZ001 - JQL takes no zone; Jira refuses a query without bound


class Client:
    """Issues of the projects with these keys."""

    # JQL knows minutes only and reads them in the time zone of whoever owns the token: a day
    # covers every zone, and what is read again is recognised.
    overlap: ClassVar[timedelta] = timedelta(days=1)

    def __init__(self, api: Api, projects: Sequence[str]) -> None:
        self._api = api
        self._projects = tuple(projects)

    @staticmethod
    def headers(token: str) -> dict[str, str]:
        """Basic for `email:token`, bearer for anything else."""
        if ":" in token:
            return {"Authorization": f"Basic {base64.b64encode(token.encode()).decode()}"}
        return {"Authorization": f"Bearer {token}"}

    def changed(self, since: datetime | None) -> Iterator[list[Row]]:
        """Pages of issues, ascending by update."""
        bound = f'updated >= "{since or FIRST:%Y-%m-%d %H:%M}"'
        for page in self._search(bound, "order by updated asc", maxResults=PAGE, **FULL):
            yield [_flat(issue) for issue in page]

    def keys(self) -> Iterator[str]:
        """Ids in order of creation."""
        bound = f'created >= "{FIRST:%Y-%m-%d %H:%M}"'
        for page in self._search(bound, "order by created asc", maxResults=KEYS_PAGE, fields="id"):
            yield from (str(issue["id"]) for issue in page)

    def issue(self, issue_id: str) -> Row | None:
        """One issue; Jira answers 404 for one that is gone and for one it hides alike."""
        found = self._api.find(f"/rest/api/3/issue/{issue_id}", **FULL)
        row = None if found is None else _flat(found)
        outside = row and self._projects and row["project"] not in self._projects
        return None if outside else row

    def _search(self, bound: str, order: str, **query: Any) -> Iterator[list[dict[str, Any]]]:
        scope = f"project in ({', '.join(map(_quoted, self._projects))}) and "
        jql = f"{scope if self._projects else ''}{bound} {order}"
        token: str | None = None
        used: set[str] = set()
        while True:
            page = self._api.get(
                "/rest/api/3/search/jql",
                jql=jql,
                **query,
                **({"nextPageToken": token} if token else {}),
            )
            yield page["issues"]
            token = page.get("nextPageToken")
            if not token:
                return
            if token in used:
                raise SightlineEnvironmentError(
                    "the tracker hands out a page token it has handed out before; nothing was "
                    "loaded, and the next pull asks anew"
                )
            used.add(token)


def _quoted(project: str) -> str:
    return '"' + project.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _flat(issue: Mapping[str, Any]) -> Row:
    fields = issue["fields"]
    return {
        "issue_id": str(issue["id"]),
        "issue_key": issue["key"],
        "project": _named(fields, "project", "key"),
        "issue_type": _named(fields, "issuetype", "name"),
        "summary": fields.get("summary"),
        "status": _named(fields, "status", "name"),
        "status_category": _named(fields, "status", "statusCategory", "key"),
        "created_at": _moment(fields.get("created")),
        "updated_at": _moment(fields["updated"]),
        "due_date": _day(fields.get("duedate")),
        "resolved_at": _moment(fields.get("resolutiondate")),
        "estimate_seconds": fields.get("timeoriginalestimate"),
        "spent_seconds": fields.get("timespent"),
        "parent_key": _named(fields, "parent", "key"),
        "labels": list(fields.get("labels") or []),
        "changelog": list((issue.get("changelog") or {}).get("histories") or []),
    }


def _named(fields: Mapping[str, Any], *path: str) -> Any:
    value: Any = fields
    for step in path:
        value = (value or {}).get(step)
    return value


def _moment(text: str | None) -> datetime | None:
    """A Jira instant such as 2026-10-26T06:00:00.000+0000, as UTC without a zone."""
    if text is None:
        return None
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
