"""Ten breaches for one firm: each a booking or an edit in the ERP that takes a KPI past its floor.

They are booked in the last closed week, as late bookings are, and stamped with the firm's clock,
so that pull, judgement and alert take the way they take in production.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from demo import erp
from demo.firm import read_clock, write_text
from demo.live import dip
from demo.story import SITES, last_closed_monday

Booking = Callable[[sa.Connection, str, date, datetime], None]


@dataclass(frozen=True)
class Breach:
    """A KPI that will be past its floor at a site; `told` is how its alert begins to say so."""

    kpi: str
    site: str
    book: Booking | None  # None: the outage that `sightline demo dip` books

    @property
    def told(self) -> str:
        """What the alert calls it."""
        return f"{self.kpi}, {self.site} is"

    def plant(self, folder: Path) -> datetime:
        """Books it; the wall-clock moment at which the ERP had committed it."""
        now = read_clock(folder) + timedelta(minutes=10)
        write_text(folder / "clock", now.isoformat() + "Z\n")
        if self.book is None:
            return dip(folder, self.site).committed_at
        engine = erp.engine_for(folder, None)
        try:
            with engine.begin() as connection:
                self.book(connection, self.site, last_closed_monday(now), now)
            return datetime.now(UTC)
        finally:
            engine.dispose()


def _damage(connection: sa.Connection, site: str, monday: date, now: datetime) -> None:
    _edit_day(connection, site, monday, now, damaged_parcels=2_000)


def _touches(connection: sa.Connection, site: str, monday: date, now: datetime) -> None:
    _edit_day(connection, site, monday, now, manual_touches=600_000)


def _throughput(connection: sa.Connection, site: str, monday: date, now: datetime) -> None:
    # more hours for the same parcels, which also makes light of an outage: uptime comes first
    _edit_day(connection, site, monday, now, scheduled_minutes=6_000)


def _edit_day(
    connection: sa.Connection, site: str, monday: date, now: datetime, **more: int
) -> None:
    """So much more of a figure on the first sorter's day of that week."""
    table = erp.sorter_day
    first = sa.select(sa.func.min(table.c.sorter_day_id)).where(
        table.c.site == site, table.c.work_date == monday
    )
    edits = {name: table.c[name] + amount for name, amount in more.items()}
    connection.execute(
        table.update()
        .where(table.c.sorter_day_id == first.scalar_subquery())
        .values(write_date=now, write_uid=1, **edits)
    )


def _late_orders(connection: sa.Connection, site: str, monday: date, now: datetime) -> None:
    table = erp.customer_order
    late = table.update().where(
        table.c.site == site, table.c.promised_on == monday + timedelta(days=2)
    )
    late = late.values(delivered_on=monday + timedelta(days=5), write_date=now, write_uid=1)
    connection.execute(late)


def _invoice(connection: sa.Connection, site: str, monday: date, now: datetime) -> None:
    table = erp.invoice
    last = connection.scalar(sa.select(sa.func.max(table.c.invoice_id)))
    row = {
        "invoice_id": last + 1,
        "site": site,
        "invoice_date": monday,
        "category": "transport",
        "amount_cents": 30_000_000,
        "create_date": now,
        "write_date": None,
        "write_uid": None,
    }
    connection.execute(table.insert(), row)


BREACHES = (
    Breach("Sorter uptime", "south", None),
    Breach("Sorting throughput", "south", _throughput),
    *(
        Breach(kpi, site, book)
        for site in SITES
        for kpi, book in (
            ("Damage rate", _damage),
            ("Manual touches", _touches),
            ("On time in full", _late_orders),
            ("Cost per parcel", _invoice),
        )
    ),
)
