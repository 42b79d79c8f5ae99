"""Rows of any SQLAlchemy query as Arrow tables of declared types; PostgreSQL through ADBC.

ADBC hands over Arrow made by the driver: ten million rows never pass through Python objects. Any
other database, or PostgreSQL without the driver, goes through dlt's own pyarrow backend.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.columns import ARROW
from ingestion.source import ColumnType
from sightline.errors import SightlineEnvironmentError

if TYPE_CHECKING:
    import sqlalchemy as sa

CHUNK = 50_000  # rows a Python-made chunk; ADBC makes chunks of 16 MB


def read(
    engine: sa.Engine,
    table: sa.Table,
    query: sa.Select[Any],
    columns: Mapping[str, ColumnType],
) -> Iterator[pa.Table]:
    """What the query answers, column by column of the types declared.

    Raises SightlineEnvironmentError naming table and column where a value does not fit: nothing is
    rounded or read as NULL, and a NaN or infinite number is refused.
    """
    from dlt.sources.sql_database import get_table_loader_class

    backend = _backend(engine)
    hints = {name: _hint(name, kind) for name, kind in columns.items()}
    loader = get_table_loader_class(backend)(
        engine, backend, table, hints, CHUNK, query_adapter_callback=lambda *_: query
    )
    for chunk in loader.load_rows():
        yield _conformed(chunk, columns, table.name)


def _backend(engine: sa.Engine) -> str:
    if engine.dialect.name != "postgresql" or find_spec("adbc_driver_postgresql") is None:
        return "pyarrow"
    _register()
    return "adbc"


@cache
def _register() -> None:
    from dlt.sources.sql_database import BaseTableLoader, register_table_loader_backend

    class AdbcLoader(BaseTableLoader):  # type: ignore[misc]  # dlt is not followed
        """A table loader of dlt that lets libpq answer in Arrow."""

        def load_rows(self, backend_kwargs: dict[str, Any] | None = None) -> Iterator[pa.Table]:
            from adbc_driver_manager import Error
            from adbc_driver_postgresql import dbapi

            query = self.compile_query(self.make_query())
            try:
                with (
                    closing(dbapi.connect(self.get_connection_url())) as connection,
                    closing(connection.cursor()) as cursor,
                ):
                    cursor.execute("set time zone 'UTC'")
                    cursor.execute(query)
                    for batch in cursor.fetch_record_batch():
                        yield pa.Table.from_batches([batch])
            except Error as error:  # its own words may hold the address
                raise SightlineEnvironmentError(
                    f"table {self.table.name} cannot be read ({type(error).__name__}); nothing "
                    "was loaded"
                ) from None

    register_table_loader_backend("adbc", AdbcLoader)


def _hint(name: str, kind: ColumnType) -> dict[str, Any]:
    hint: dict[str, Any] = {"name": name, "data_type": kind, "nullable": True}
    if kind == "timestamp":
        hint["timezone"] = False
    return hint


def _conformed(chunk: pa.Table, columns: Mapping[str, ColumnType], name: str) -> pa.Table:
    arrays = []
    for column, kind in columns.items():
        try:
            arrays.append(_fitted(chunk[column], kind))
        except (pa.ArrowException, ValueError) as error:
            reason = " ".join(str(error).split())[:200]
            raise SightlineEnvironmentError(
                f"{name}.{column} holds a value that is no {kind}: {reason}; nothing was loaded. "
                "Correct the value at the source, or cast the column"
            ) from error
    fields = [pa.field(column, array.type) for column, array in zip(columns, arrays, strict=True)]
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def _fitted(values: Any, kind: ColumnType) -> Any:
    wanted = ARROW[kind]
    if kind == "timestamp":
        values = values.cast(pa.timestamp("us", values.type.tz)).cast(wanted)  # UTC, zone dropped
    elif isinstance(values.type, pa.BaseExtensionType):
        values = values.cast(values.type.storage_type)
    if kind == "double" and not pc.all(pc.is_finite(values), min_count=0).as_py():
        raise ValueError("NaN or infinite")
    return values if values.type == wanted else values.cast(wanted)
