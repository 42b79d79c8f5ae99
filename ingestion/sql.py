"""Reading a table of any SQLAlchemy database incrementally, in Arrow, through dlt's sql_table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.overlap import Overlap
from sightline.errors import SightlineEnvironmentError

if TYPE_CHECKING:
    import sqlalchemy as sa


def database(url: str, *, setting: str) -> sa.Engine | None:
    """An engine for the URL; None when it names an SQLite file that is not there.

    A plain `postgresql://` means psycopg2, the driver this project installs. Raises
    SightlineEnvironmentError, which names the setting and never the URL with its password.
    """
    import sqlalchemy as sa

    try:
        parsed = sa.make_url(url)
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg2")
        if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
            return None
        return sa.create_engine(parsed, poolclass=sa.NullPool)  # nothing stays open after a pull
    except (sa.exc.ArgumentError, ImportError) as error:
        raise SightlineEnvironmentError(
            f"{setting} is no usable SQLAlchemy URL ({type(error).__name__}): expected the form "
            "dialect+driver://user:password@host/database with its driver installed"
        ) from None


def read_table(
    engine: sa.Engine,
    name: str,
    *,
    overlap: Overlap,
    cursor: Callable[[sa.Table], sa.ColumnElement[Any]],
) -> Any:
    """A dlt resource over one table: all its columns, and `overlap.cursor` computed by `cursor`.

    Yields Arrow tables of rows not read before, in order of the cursor.
    """
    import sqlalchemy as sa
    from dlt.sources.sql_database import sql_table

    def with_cursor(table: sa.Table) -> sa.Table:
        for column in table.columns:
            if isinstance(column.type, sa.DateTime):
                column.type = sa.DateTime(timezone=False)  # raw keeps UTC without a zone
        if overlap.cursor not in table.columns:
            table.append_column(sa.Column(overlap.cursor, cursor(table).type))
        return table

    def since(_: object, table: sa.Table) -> sa.Select[Any]:
        # a NULL cursor raises in dlt, or silently drops the row: hence the expression, here too
        moment = cursor(table)
        columns = [column for column in table.columns if column.name != overlap.cursor]
        query = sa.select(*columns, moment.label(overlap.cursor)).order_by(moment)
        start = overlap.start()
        return query if start is None else query.where(moment >= start)

    try:
        resource = sql_table(
            engine,
            table=name,
            backend="pyarrow",
            table_adapter_callback=with_cursor,
            query_adapter_callback=since,
            write_disposition="append",
        )
    except sa.exc.SQLAlchemyError as error:
        raise SightlineEnvironmentError(
            f"table {name} cannot be read: {type(error).__name__}"
        ) from error
    resource.add_map(overlap.fresh)
    return resource
