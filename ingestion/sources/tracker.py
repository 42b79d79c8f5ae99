"""The project tracker: initiatives, work packages and milestones, each version of them kept.

Settings: SIGHTLINE_TRACKER_KIND, `jira` (Jira Cloud, the default) or `redmine`;
SIGHTLINE_TRACKER_URL; SIGHTLINE_TRACKER_TOKEN; SIGHTLINE_TRACKER_PROJECTS, keys divided by commas,
all where empty; SIGHTLINE_TRACKER_DELETIONS=accept lets one pull tombstone however many are gone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Set
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from ingestion.source import Source, Table
from sightline.errors import SightlineEnvironmentError, UsageError

if TYPE_CHECKING:
    from ingestion.trackers import Client, Row
    from sightline.home import Home

LISTING_EVERY = timedelta(hours=1)  # all keys are asked for, to find what no change tells of
MOST_GONE = 0.5  # of the issues known; more at once is a lost permission, not a clean-up
READINGS = 5  # of a list that changes while it is read

SOURCE = Source(
    name="tracker",
    dataset="raw_tracker",
    cadence="*/5 * * * *",
    department="automation",
    description="Issues of the project tracker; an updated issue arrives as a new version.",
    tables=(
        Table(
            "issue",
            ("issue_id",),
            {
                "issue_id": "text",
                "issue_key": "text",
                "project": "text",
                "issue_type": "text",
                "summary": "text",
                "status": "text",
                "status_category": "text",
                "created_at": "timestamp",
                "updated_at": "timestamp",
                "due_date": "date",
                "resolved_at": "timestamp",
                "estimate_seconds": "bigint",
                "spent_seconds": "bigint",
                "parent_key": "text",
                "labels": "text",
                "changelog": "text",
                "_deleted_at": "timestamp",
            },
        ),
        Table(
            "due_date_change",
            ("issue_id", "changed_at"),
            {
                "issue_id": "text",
                "changed_at": "timestamp",
                "due_date_before": "date",
                "due_date": "date",
            },
        ),
        Table(
            "status_change",
            ("issue_id", "changed_at"),
            {
                "issue_id": "text",
                "changed_at": "timestamp",
                "status_before": "text",
                "status": "text",
            },
        ),
    ),
)


def extract(home: Home, seen_at: datetime) -> list[Any]:
    """dlt resources of issues that changed or are gone, and of their dates and statuses before."""
    import dlt

    from ingestion.columns import arrow_table, hints

    @cache
    def changed() -> list[Any]:
        return list(_issues(seen_at))

    def issues() -> Iterator[Any]:
        yield from changed()

    def due_dates() -> Iterator[Any]:
        for table in changed():
            yield arrow_table(_due_date_changes(table), due_date.columns, name=due_date.name)

    def statuses() -> Iterator[Any]:
        for table in changed():
            yield arrow_table(_status_changes(table), status.columns, name=status.name)

    issue, due_date, status = SOURCE.tables
    return [
        dlt.resource(
            rows(),
            name=table.name,
            columns=hints(name for name, kind in table.columns.items() if kind == "timestamp"),
        )
        for table, rows in ((issue, issues), (due_date, due_dates), (status, statuses))
    ]


def _issues(seen_at: datetime) -> Iterator[Any]:
    """Arrow tables of new versions; once an hour also of what a listing of all keys brings out."""
    import dlt

    from ingestion.columns import arrow_table, naive_utc
    from ingestion.http import Api
    from ingestion.overlap import Overlap

    kind = _kind()
    url = os.environ.get("SIGHTLINE_TRACKER_URL") or "http://127.0.0.1:8765"
    token = (os.environ.get("SIGHTLINE_TRACKER_TOKEN") or "demo").strip()
    projects = (os.environ.get("SIGHTLINE_TRACKER_PROJECTS") or "").split(",")
    now = naive_utc(seen_at)
    state = dlt.current.resource_state("issue")
    known = set(state.get("known", ()))
    overlap = Overlap("issue", "updated_at", kind.overlap)

    def table(rows: list[Row]) -> Any:
        return arrow_table(rows, SOURCE.tables[0].columns, name="issue")

    with Api(url, kind.headers(token), name="tracker", setting="SIGHTLINE_TRACKER") as api:
        client = kind(api, [name.strip() for name in projects if name.strip()])
        for rows in _settled(client, overlap.start()):
            known.update(row["issue_id"] for row in rows)
            yield overlap.fresh(table(rows))
        listed_at = state.get("listed_at")
        if listed_at is None or now - datetime.fromisoformat(listed_at) >= LISTING_EVERY:
            listed = frozenset(client.keys())
            missed = _missed(client, listed - known)
            yield table(missed)
            gone = _gone(client, known, listed)
            yield table([{"issue_id": issue_id, "_deleted_at": now} for issue_id in sorted(gone)])
            known = (known | {row["issue_id"] for row in missed}) - gone
            state["listed_at"] = now.isoformat()
    state["known"] = sorted(known)


def _due_date_changes(table: Any) -> list[Row]:
    """What the history of these issues says of their due dates, as far back as the tracker goes."""
    return [
        {
            "issue_id": issue_id,
            "changed_at": changed_at,
            "due_date_before": date.fromisoformat(item["from"][:10]) if item.get("from") else None,
            "due_date": date.fromisoformat(item["to"][:10]) if item.get("to") else None,
        }
        for issue_id, changed_at, item in _history(table, "duedate")
    ]


def _status_changes(table: Any) -> list[Row]:
    """The same of their statuses, by the names people read."""
    return [
        {
            "issue_id": issue_id,
            "changed_at": changed_at,
            "status_before": item.get("fromString"),
            "status": item.get("toString"),
        }
        for issue_id, changed_at, item in _history(table, "status")
    ]


def _history(table: Any, field: str) -> Iterator[tuple[str, datetime, Row]]:
    """Issue, moment and item of each change of a field that these issues' changelogs tell."""
    for issue_id, changelog in zip(table["issue_id"], table["changelog"], strict=True):
        for entry in json.loads(changelog.as_py() or "[]"):
            for item in entry.get("items", ()):
                if item.get("field") == field:
                    yield issue_id.as_py(), datetime.fromisoformat(entry["created"]), item


def _kind() -> type[Client]:
    """The class of the kind of tracker that is set; UsageError names the kinds there are."""
    from sightline import registry

    name = os.environ.get("SIGHTLINE_TRACKER_KIND") or "jira"
    kinds = registry.names("ingestion.trackers")
    if name not in kinds:
        raise UsageError(
            f"SIGHTLINE_TRACKER_KIND is {name!r}, which no tracker is; there are: "
            f"{', '.join(kinds)}"
        )
    client: type[Client] = registry.modules("ingestion.trackers")[name].Client
    return client


def _settled(client: Client, since: datetime | None) -> Iterator[list[Row]]:
    """Pages of issues changed since then, each version once, read until the list stood still.

    An issue edited while pages are turned moves to the last one and draws another over the edge of
    a page already read: it came twice, and the other not at all. So such a list is read again.
    """
    taken: set[tuple[str, datetime]] = set()
    for _ in range(READINGS):
        came: set[str] = set()
        moved = False
        for page in client.changed(since):
            moved = moved or any(row["issue_id"] in came for row in page)
            came.update(row["issue_id"] for row in page)
            rows = [row for row in page if (row["issue_id"], row["updated_at"]) not in taken]
            unique = {(row["issue_id"], row["updated_at"]): row for row in rows}
            taken.update(unique)
            yield sorted(unique.values(), key=lambda row: row["updated_at"])
        if not moved:
            return


def _missed(client: Client, ids: Set[str]) -> list[Row]:
    """Issues that are there and never came: hidden until now, or skipped by a list that moved."""
    found = [client.issue(issue_id) for issue_id in sorted(ids)]
    return [row for row in found if row is not None]


def _gone(client: Client, known: Set[str], listed: Set[str]) -> Set[str]:
    """Known issues that are deleted or moved out of the projects, each asked for by itself.

    Raises SightlineEnvironmentError when none is listed any more, or most are not: a token that
    lost its permission sees an empty tracker, and nothing then tells it from a deleted one.
    """
    absent = known - listed
    lost = absent and (not listed or len(absent) > MOST_GONE * len(known))
    if lost and os.environ.get("SIGHTLINE_TRACKER_DELETIONS") != "accept":
        raise SightlineEnvironmentError(
            f"the tracker shows {len(known) - len(absent)} of {len(known)} known issues; nothing "
            "was loaded. Give the token of SIGHTLINE_TRACKER_TOKEN back what it may see, or, when "
            "they are deleted indeed, pull once with SIGHTLINE_TRACKER_DELETIONS=accept"
        )
    return {issue_id for issue_id in absent if _is_gone(client, issue_id)}


def _is_gone(client: Client, issue_id: str) -> bool:
    """Whether the tracker says so; an issue it only keeps from us stays as it was."""
    from ingestion.http import ForbiddenError

    try:
        return client.issue(issue_id) is None
    except ForbiddenError:
        return False
