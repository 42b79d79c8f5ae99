"""The casebook: what people did about a case, what was announced, what was delivered.

Setting: SIGHTLINE_CASEBOOK_URL. A casebook nobody has opened yet has no rows, which is no error.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ingestion.source import Source, Table

if TYPE_CHECKING:
    from ingestion.news import Watch
    from ingestion.sql.database import TableReader
    from sightline.home import Home

SETTING = "SIGHTLINE_CASEBOOK_URL"

OVERLAP = 100  # sequence numbers read again: a server may commit them out of order

SOURCE = Source(
    name="casebook",
    dataset="raw_casebook",
    cadence="2-59/5 * * * *",  # after the pulses of others, which may make its own needless
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

# What people expect, and answers to findings; whatever else is done and told changes no verdict.
CHANGE_VERDICTS = ("checkin", "finding_act")
ACTS = tuple(table.name for table in SOURCE.tables if table.name not in CHANGE_VERDICTS)


@dataclass(frozen=True)
class _Acts:
    """Counts the rows of tables to which rows are only ever added; none where there is no table.

    Unlike the highest sequence, their number moves too when a server commits out of order.
    """

    url: str
    tables: Collection[str]
    holds_for = timedelta(hours=1)

    def mark(self) -> str:
        import sqlalchemy as sa

        from ingestion.sql.database import database

        counts = dict.fromkeys(self.tables, 0)
        if (engine := database(self.url, setting=SETTING)) is not None:
            there = counts.keys() & set(sa.inspect(engine).get_table_names())
            with engine.connect() as connection:
                for name in there:
                    counted = sa.select(sa.func.count()).select_from(sa.table(name))
                    counts[name] = connection.execute(counted).scalar_one()
        return ", ".join(f"{name} {count}" for name, count in counts.items())


def watch(home: Home, tables: Collection[str] = CHANGE_VERDICTS) -> Watch:
    """Looks at acts, by default at those that change verdicts: the others can wait."""
    return _Acts(home.casebook_url, tables)


def extract(home: Home, seen_at: datetime) -> list[Any]:
    """One dlt resource for each table the casebook has, read on by its sequence."""
    import dlt
    import sqlalchemy as sa

    from ingestion.columns import hints
    from ingestion.sql.database import database, plain_reader

    engine = database(home.casebook_url, setting=SETTING)
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
