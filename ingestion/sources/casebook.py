"""The casebook: what people did about a case, what was announced, what was delivered.

Setting: SIGHTLINE_CASEBOOK_URL. A casebook nobody has opened yet has no rows, which is no error.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ingestion.source import Source, Table

if TYPE_CHECKING:
    from ingestion.sql.database import TableReader
    from sightline.home import Home

OVERLAP = 100  # sequence numbers read again: a server may commit them out of order

SOURCE = Source(
    name="casebook",
    dataset="raw_casebook",
    cadence="*/5 * * * *",
    department="data",
    description="Acts on cases and findings, messages, deliveries and check-ins, in sequence.",
    tables=(
        Table("case_event", ("sequence",)),
        Table("outbox_message", ("sequence",)),
        Table("delivery", ("sequence",)),
        Table("checkin", ("sequence",)),
        Table("finding_act", ("sequence",)),
    ),
)


def extract(home: Home, seen_at: datetime) -> list[Any]:
    """One dlt resource for each table the casebook has, read on by its sequence."""
    import dlt
    import sqlalchemy as sa

    from ingestion.columns import hints
    from ingestion.sql.database import database, plain_reader

    engine = database(home.casebook_url, setting="SIGHTLINE_CASEBOOK_URL")
    if engine is None:
        return []
    there = set(sa.inspect(engine).get_table_names())
    readers = [
        plain_reader(engine, table.name, table.key)
        for table in SOURCE.tables
        if table.name in there
    ]
    return [
        dlt.resource(_fresh(reader), name=reader.table.name, columns=hints(reader.moments))
        for reader in readers
    ]


def _fresh(reader: TableReader) -> Iterator[Any]:
    from ingestion.overlap import Overlap
    from ingestion.sql.arrow_reading import whole

    overlap = Overlap(reader.table.name, "sequence", OVERLAP)
    for chunk in reader.since("sequence", overlap.start()):
        yield overlap.fresh(whole(chunk))
