"""The project tracker: initiatives, work packages and milestones with their history (Jira Cloud).

Settings: SIGHTLINE_TRACKER_URL; SIGHTLINE_TRACKER_TOKEN, a bearer token, or `email:token`.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ingestion.source import Source, Table
from sightline.errors import SightlineEnvironmentError

if TYPE_CHECKING:
    from requests import Response

    from ingestion.overlap import Overlap
    from sightline.home import Home

# JQL knows minutes only and reads them in the time zone of whoever owns the token: a day covers
# every zone, and what is read again is recognised.
OVERLAP = timedelta(days=1)
FIRST = datetime(1970, 1, 1)  # noqa: DTZ001 - JQL takes no zone; Jira refuses a query without bound
PAGE = 100  # Jira Cloud gives no more at once

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
            },
        ),
    ),
)


def extract(home: Home, seen_at: datetime) -> list[Any]:
    """One dlt resource of flat issues, updated since the last run."""
    import dlt

    from ingestion.columns import hints
    from ingestion.overlap import Overlap

    columns = SOURCE.tables[0].columns
    overlap = Overlap("issue", "updated_at", OVERLAP)
    return [
        dlt.resource(
            _issues(overlap),
            name="issue",
            columns=hints(name for name, kind in columns.items() if kind == "timestamp"),
        ).add_map(overlap.fresh)
    ]


def _issues(overlap: Overlap) -> Iterator[Any]:
    """Pages of issues as Arrow tables, ascending by update, each issue once."""
    from ingestion.columns import arrow_table

    since = overlap.start() or FIRST
    taken: set[tuple[str, datetime]] = set()
    question = f'updated >= "{since:%Y-%m-%d %H:%M}" order by updated asc'
    with closing(_pages(question)) as pages:
        for page in pages:
            flat = map(_flat, page)
            rows = [row for row in flat if (row["issue_id"], row["updated_at"]) not in taken]
            taken.update((row["issue_id"], row["updated_at"]) for row in rows)
            rows.sort(key=lambda row: row["updated_at"])
            yield arrow_table(rows, SOURCE.tables[0].columns, name="issue")


def _pages(jql: str) -> Generator[list[dict[str, Any]], None, None]:
    from dlt.sources.helpers.requests import Client
    from dlt.sources.helpers.rest_client import RESTClient
    from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator
    from requests import HTTPError, RequestException

    url = os.environ.get("SIGHTLINE_TRACKER_URL") or "http://127.0.0.1:8765"
    # retries 429 and 5xx, waiting as long as Retry-After asks
    session = Client(
        raise_for_status=False, request_max_attempts=5, request_max_retry_delay=120
    ).session
    client = RESTClient(
        base_url=url,
        auth=_auth(os.environ.get("SIGHTLINE_TRACKER_TOKEN") or "demo"),
        paginator=JSONResponseCursorPaginator(
            cursor_path="nextPageToken", cursor_param="nextPageToken"
        ),
        data_selector="issues",
        session=session,
    )
    question = {
        "jql": jql,
        "fields": ",".join(FIELDS),
        "expand": "changelog",
        "maxResults": PAGE,
    }
    try:
        with session:
            yield from client.paginate(
                "/rest/api/3/search/jql", params=question, hooks={"response": [_refused]}
            )
    except HTTPError as error:
        status = error.response.status_code if error.response is not None else "nothing"
        way_out = "; set SIGHTLINE_TRACKER_TOKEN" if status in (401, 403) else ""
        raise SightlineEnvironmentError(
            f"the tracker at {url} answered {status}{way_out}"
        ) from None
    except RequestException as error:
        raise SightlineEnvironmentError(
            f"the tracker at {url} cannot be reached ({type(error).__name__}); "
            "set SIGHTLINE_TRACKER_URL"
        ) from None


def _refused(response: Response, *_: object, **__: object) -> None:
    """Raise for an error status, with the body read: an unread one leaves its socket open."""
    response.content  # noqa: B018 - reading is its effect
    response.raise_for_status()


def _auth(token: str) -> Any:
    from dlt.sources.helpers.rest_client.auth import BearerTokenAuth, HttpBasicAuth

    user, colon, secret = token.partition(":")
    return HttpBasicAuth(user, secret) if colon else BearerTokenAuth(token)


def _flat(issue: Mapping[str, Any]) -> dict[str, Any]:
    fields = issue["fields"]
    return {
        "issue_id": str(issue["id"]),
        "issue_key": issue["key"],
        "project": _named(fields, "project", "key"),
        "issue_type": _named(fields, "issuetype", "name"),
        "summary": fields.get("summary"),
        "status": _named(fields, "status", "name"),
        "status_category": _named(_named(fields, "status") or {}, "statusCategory", "key"),
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
