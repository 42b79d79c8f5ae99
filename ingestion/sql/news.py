"""The mark of an SQL source: for each table the newest values of its audit columns.

An index answers that; of a table without audit columns it is the number of its rows. A deletion, or
an edit below the newest stamp, does not move it, so it holds for minutes only.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from ingestion.sql.database import reflected

if TYPE_CHECKING:
    import sqlalchemy as sa

    from ingestion.sql.source import SqlSource


class SqlWatch:
    """Takes the mark of one source again and again; tables are looked up once."""

    holds_for = timedelta(minutes=5)

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
