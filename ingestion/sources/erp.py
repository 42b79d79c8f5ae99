"""The ERP: parcels sorted, downtime, recalibrations, orders and invoices, as its database has them.

Setting: SIGHTLINE_ERP_URL, any SQLAlchemy URL; by default the simulated firm's SQLite file.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ingestion.source import Source, Table
from sightline.errors import SightlineEnvironmentError

if TYPE_CHECKING:
    from sightline.home import Home

OVERLAP = timedelta(hours=1)  # a transaction may stay open this long and still be read

SOURCE = Source(
    name="erp",
    dataset="raw_erp",
    cadence="* * * * *",
    department="operations",
    description="The ERP's own tables; an edited row arrives as a new version beside the old one.",
    tables=(
        Table("sorter", ("sorter_id",)),
        Table("sorter_day", ("sorter_day_id",)),
        Table("downtime", ("downtime_id",)),
        Table("recalibration", ("recalibration_id",)),
        Table("customer_order", ("order_id",)),
        Table("invoice", ("invoice_id",)),
    ),
)


def extract(home: Home, seen_at: datetime) -> list[Any]:
    """One dlt resource a table, with `changed_at` = last edit, or creation where never edited."""
    import sqlalchemy as sa

    from ingestion.overlap import Overlap
    from ingestion.sql import database, read_table

    url = os.environ.get("SIGHTLINE_ERP_URL") or f"sqlite:///{home.demo / 'erp.db'}"
    engine = database(url, setting="SIGHTLINE_ERP_URL")
    if engine is None:
        raise SightlineEnvironmentError(
            "there is no ERP database file; point SIGHTLINE_ERP_URL at the ERP, or run the demo"
        )
    return [
        read_table(
            engine,
            table.name,
            overlap=Overlap(table.name, "changed_at", OVERLAP),
            cursor=lambda columns: sa.func.coalesce(columns.c.write_date, columns.c.create_date),
        )
        for table in SOURCE.tables
    ]
