"""What does the ERP hold? Its tables, filled to a moment and carried on to a later one.

Timestamps are naive UTC. `create_date` is never NULL; `write_date` and `write_uid` are NULL until
the first edit, as real ERPs keep them. Any SQLAlchemy URL will do; the demo uses SQLite.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from demo.hindsight import CHANGED_AT
from demo.record import Record, as_of
from demo.records import site_week, sorters
from demo.story import FIRST_MONDAY, SITES, WEEK_MINUTES, Firm, monday_of, mondays

metadata = sa.MetaData()


def _table(name: str, *columns: sa.Column[Any]) -> sa.Table:
    return sa.Table(
        name,
        metadata,
        *columns,
        sa.Column("create_date", sa.DateTime, nullable=False),
        sa.Column("write_date", sa.DateTime),
        sa.Column("write_uid", sa.Integer),
    )


def _required(name: str, kind: type[sa.types.TypeEngine[Any]]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _key(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, primary_key=True, autoincrement=False)


sorter = _table(
    "sorter",
    sa.Column("sorter_id", sa.Text, primary_key=True),
    _required("site", sa.Text),
    _required("installed_on", sa.Date),
)
sorter_day = _table(
    "sorter_day",
    _key("sorter_day_id"),
    _required("sorter_id", sa.Text),
    _required("site", sa.Text),
    _required("work_date", sa.Date),
    _required("scheduled_minutes", sa.Integer),
    _required("parcels_sorted", sa.Integer),
    _required("manual_touches", sa.Integer),
    _required("damaged_parcels", sa.Integer),
)
downtime = _table(
    "downtime",
    _key("downtime_id"),
    _required("sorter_id", sa.Text),
    _required("site", sa.Text),
    _required("work_date", sa.Date),
    _required("started_at", sa.DateTime),
    _required("minutes", sa.Integer),
    _required("reason_code", sa.Text),
    _required("planned", sa.Boolean),
)
recalibration = _table(
    "recalibration",
    _key("recalibration_id"),
    _required("sorter_id", sa.Text),
    _required("site", sa.Text),
    _required("planned_on", sa.Date),
    sa.Column("done_on", sa.Date),
    _required("minutes", sa.Integer),
)
customer_order = _table(
    "customer_order",
    _key("order_id"),
    _required("site", sa.Text),
    _required("ordered_at", sa.DateTime),
    _required("promised_on", sa.Date),
    sa.Column("delivered_on", sa.Date),
    _required("in_full", sa.Boolean),
    _required("parcels", sa.Integer),
)
invoice = _table(
    "invoice",
    _key("invoice_id"),
    _required("site", sa.Text),
    _required("invoice_date", sa.Date),
    _required("category", sa.Text),
    _required("amount_cents", sa.BigInteger),
)

# But for the afternoon of `demo.hindsight`, no record is edited so long after its week.
EDITS_REACH_BACK = timedelta(weeks=3)


def engine_for(folder: Path, erp_url: str | None) -> sa.Engine:
    """The ERP's engine: the given SQLAlchemy URL, or `folder/erp.db`."""
    return sa.create_engine(erp_url or f"sqlite:///{folder / 'erp.db'}")


def create(connection: sa.Connection, firm: Firm, until: datetime) -> None:
    """Make the ERP's tables anew and fill them with everything known at a moment."""
    metadata.drop_all(connection)
    metadata.create_all(connection)
    _write(connection, _records(firm, FIRST_MONDAY, until), since=None, until=until)


def carry_on(connection: sa.Connection, firm: Firm, since: datetime, until: datetime) -> int:
    """Write what happened after one moment up to another; the number of rows it touched."""
    first = max(FIRST_MONDAY, monday_of((since - EDITS_REACH_BACK).date()))
    if since < CHANGED_AT <= until:
        first = FIRST_MONDAY
    return _write(connection, _records(firm, first, until), since=since, until=until)


def _records(firm: Firm, first: date, until: datetime) -> Iterator[Record]:
    yield from sorters()
    # one week beyond: orders promised next week are already placed
    for monday in mondays(first, monday_of(until.date()) + timedelta(weeks=1)):
        for site in SITES:
            yield from site_week(firm, site, monday)


def _write(
    connection: sa.Connection, records: Iterator[Record], *, since: datetime | None, until: datetime
) -> int:
    born: dict[str, list[dict[str, object]]] = {}
    edited: dict[str, list[dict[str, object]]] = {}
    gone: list[Record] = []
    for record in records:
        row = as_of(record, until)
        if row is None:
            if since is not None and as_of(record, since) is not None:
                gone.append(record)
            continue
        if since is None or record.created > since:
            born.setdefault(record.table, []).append(row)
        elif any(since < edit.at <= until for edit in record.edits):
            edited.setdefault(record.table, []).append(row)
    for name, rows in born.items():
        connection.execute(metadata.tables[name].insert(), rows)
    for name, rows in edited.items():
        table = metadata.tables[name]
        (key,) = table.primary_key.columns
        for row in rows:
            connection.execute(table.update().where(key == row[key.name]).values(row))
    for record in gone:
        table = metadata.tables[record.table]
        (key,) = table.primary_key.columns
        connection.execute(table.delete().where(key == record.values[key.name]))
    return sum(map(len, born.values())) + sum(map(len, edited.values())) + len(gone)


def weekly_uptime(connection: sa.Connection) -> dict[tuple[str, date], float]:
    """Uptime in per cent for each (site, Monday) with outages booked, from the downtime table."""
    lost: dict[tuple[str, date], int] = {}
    query: sa.Select[str, date, int] = sa.select(
        downtime.c.site, downtime.c.work_date, sa.func.sum(downtime.c.minutes)
    ).group_by(downtime.c.site, downtime.c.work_date)
    for site, work_date, minutes in connection.execute(query):
        at = (site, monday_of(work_date))
        lost[at] = lost.get(at, 0) + int(minutes)
    return {at: 100 * (WEEK_MINUTES - minutes) / WEEK_MINUTES for at, minutes in lost.items()}
