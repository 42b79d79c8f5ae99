"""Has the source anything new? A mark of an SQL source, cheap to take, that differs with news.

For each table with audit columns it is their newest values, which an index answers; for one
without, the number of its rows. A deletion, or an edit below the newest stamp, does not move it:
those come with the cadence. Only whether two marks differ means anything.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from ingestion.sql.database import reflected

if TYPE_CHECKING:
    import sqlalchemy as sa

    from ingestion.sql.source import SqlSource


class Watch:
    """Takes the mark of one source again and again; tables are looked up once."""

    def __init__(self, engine: sa.Engine, source: SqlSource) -> None:
        import sqlalchemy as sa

        self._engine = engine
        self._queries: list[sa.Select[Any]] = []
        for name, said in source.tables.items():
            table = reflected(engine, said.source_table or name)
            stamps = [table.columns[stamp] for stamp in source.stamps(name)]
            asked = sa.select(*map(sa.func.max, stamps)) if stamps else sa.select(sa.func.count())
            self._queries.append(asked.select_from(table))

    def mark(self) -> str:
        """What distinguishes the present state; OperationalError where there is no answer."""
        with self._engine.connect() as connection:
            found = [tuple(connection.execute(query).one()) for query in self._queries]
        return sha256(repr(found).encode()).hexdigest()
