"""A firm of a handful of rows: an ERP on any database, a tracker on a real socket."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import sqlalchemy as sa

NOON = datetime(2026, 10, 20, 12)  # noqa: DTZ001 - the ERP keeps naive UTC


@dataclass
class TinyErp:
    """The six tables of the ERP; `add` and `edit` write rows as its users would."""

    engine: sa.Engine
    metadata: sa.MetaData

    @classmethod
    def create(cls, engine: sa.Engine) -> TinyErp:
        metadata = sa.MetaData()
        for name, columns in _COLUMNS.items():
            sa.Table(
                name,
                metadata,
                *(
                    sa.Column(column, kind, primary_key=position == 0, autoincrement=False)
                    for position, (column, kind) in enumerate(columns.items())
                ),
                sa.Column("create_date", sa.DateTime, nullable=False),
                sa.Column("write_date", sa.DateTime),
                sa.Column("write_uid", sa.Integer),
            )
        metadata.create_all(engine)
        erp = cls(engine, metadata)
        day = date(2026, 10, 19)
        erp.add("sorter", sorter_id="N1", site="north", installed_on=date(2024, 1, 1))
        erp.add(
            "sorter_day",
            sorter_day_id=1,
            sorter_id="N1",
            site="north",
            work_date=day,
            scheduled_minutes=1200,
            parcels_sorted=25000,
            manual_touches=60000,
            damaged_parcels=80,
        )
        for number in (1, 2, 3):
            erp.add_downtime(number)
        erp.add(
            "recalibration",
            recalibration_id=1,
            sorter_id="N1",
            site="north",
            planned_on=day,
            done_on=None,
            minutes=0,
        )
        erp.add(
            "customer_order",
            order_id=1,
            site="north",
            ordered_at=NOON,
            promised_on=day,
            delivered_on=None,
            in_full=False,
            parcels=3,
        )
        erp.add(
            "invoice",
            invoice_id=1,
            site="north",
            invoice_date=day,
            category="energy",
            amount_cents=2**40,
        )
        return erp

    def add(self, table: str, *, create_date: datetime = NOON, **values: Any) -> None:
        with self.engine.begin() as connection:
            insert = self.metadata.tables[table].insert()
            connection.execute(insert.values(create_date=create_date, **values))

    def add_downtime(self, number: int, *, create_date: datetime = NOON, minutes: int = 10) -> None:
        self.add(
            "downtime",
            create_date=create_date,
            downtime_id=number,
            sorter_id="N1",
            site="north",
            work_date=date(2026, 10, 19),
            started_at=NOON - timedelta(hours=4),
            minutes=minutes,
            reason_code="jam",
            planned=False,
        )

    def edit_downtime(self, number: int, *, write_date: datetime, minutes: int) -> None:
        table = self.metadata.tables["downtime"]
        with self.engine.begin() as connection:
            connection.execute(
                table.update()
                .where(table.c.downtime_id == number)
                .values(minutes=minutes, write_date=write_date, write_uid=7)
            )

    def execute(self, *statements: str) -> None:
        with self.engine.begin() as connection:
            for statement in statements:
                connection.execute(sa.text(statement))


_COLUMNS: dict[str, dict[str, type[sa.types.TypeEngine[Any]]]] = {
    "sorter": {"sorter_id": sa.Text, "site": sa.Text, "installed_on": sa.Date},
    "sorter_day": {
        "sorter_day_id": sa.Integer,
        "sorter_id": sa.Text,
        "site": sa.Text,
        "work_date": sa.Date,
        "scheduled_minutes": sa.Integer,
        "parcels_sorted": sa.Integer,
        "manual_touches": sa.Integer,
        "damaged_parcels": sa.Integer,
    },
    "downtime": {
        "downtime_id": sa.Integer,
        "sorter_id": sa.Text,
        "site": sa.Text,
        "work_date": sa.Date,
        "started_at": sa.DateTime,
        "minutes": sa.Integer,
        "reason_code": sa.Text,
        "planned": sa.Boolean,
    },
    "recalibration": {
        "recalibration_id": sa.Integer,
        "sorter_id": sa.Text,
        "site": sa.Text,
        "planned_on": sa.Date,
        "done_on": sa.Date,
        "minutes": sa.Integer,
    },
    "customer_order": {
        "order_id": sa.Integer,
        "site": sa.Text,
        "ordered_at": sa.DateTime,
        "promised_on": sa.Date,
        "delivered_on": sa.Date,
        "in_full": sa.Boolean,
        "parcels": sa.Integer,
    },
    "invoice": {
        "invoice_id": sa.Integer,
        "site": sa.Text,
        "invoice_date": sa.Date,
        "category": sa.Text,
        "amount_cents": sa.BigInteger,
    },
}


@dataclass
class TinyTracker:
    """Jira's search on a loopback socket: pages of two, a token, and refusals on demand."""

    issues: list[dict[str, Any]]
    refusals: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    url: str = ""

    def answer(self, query: dict[str, str], authorization: str) -> tuple[int, dict[str, str], Any]:
        if authorization != "Bearer let-me-in":
            return 401, {}, {}
        if self.refusals:
            status, headers = self.refusals.pop(0)
            return status, headers, {}
        self.asked.append(query)
        since = datetime.strptime(query["jql"].split('"')[1], "%Y-%m-%d %H:%M")  # noqa: DTZ007 - as JQL
        found = sorted((issue for issue in self.issues if _updated(issue) >= since), key=_updated)
        start = int(query.get("nextPageToken", "0"))
        page = {"issues": found[start : start + 2], "isLast": start + 2 >= len(found)}
        if not page["isLast"]:
            page["nextPageToken"] = str(start + 2)
        return 200, {}, page


def _updated(issue: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(issue["fields"]["updated"]).replace(tzinfo=None)


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


@contextmanager
def serving(tracker: TinyTracker) -> Iterator[TinyTracker]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            status, headers, body = tracker.answer(query, self.headers.get("Authorization", ""))
            payload = json.dumps(body).encode()
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
