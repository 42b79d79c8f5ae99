"""The casebook: what people did about a case, what was announced, what was delivered.

Setting: SIGHTLINE_CASEBOOK_URL. A casebook nobody has opened yet has no rows, which is no error.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from ingestion.source import Source, Table

if TYPE_CHECKING:
    from sightline.home import Home

OVERLAP = 100  # sequence numbers read again: a server may commit them out of order

SOURCE = Source(
    name="casebook",
    dataset="raw_casebook",
    cadence="*/5 * * * *",
    department="data",
    description="Acts on cases, messages of the outbox and attempts to deliver them, in sequence.",
    tables=(
        Table("case_event", ("sequence",)),
        Table("outbox_message", ("sequence",)),
        Table("delivery", ("sequence",)),
    ),
)


def extract(home: Home, seen_at: datetime) -> list[Any]:
    """One dlt resource for each table the casebook has, read on by its sequence."""
    import sqlalchemy as sa

    from ingestion.overlap import Overlap
    from ingestion.sql import database, read_table

    engine = database(home.casebook_url, setting="SIGHTLINE_CASEBOOK_URL")
    if engine is None:
        return []
    there = set(sa.inspect(engine).get_table_names())
    return [
        read_table(
            engine,
            table.name,
            overlap=Overlap(table.name, "sequence", OVERLAP),
            cursor=lambda columns: columns.c.sequence,
        )
        for table in SOURCE.tables
        if table.name in there
    ]
