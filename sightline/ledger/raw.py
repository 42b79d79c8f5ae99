"""Raw tables as the ledger reads them: which there are, which loads count, what a row says.

A raw row is named by dataset, table, `_dlt_load_id` and `_row`, its number within table and load
from 0 on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sightline.ledger.canonical import text_sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ROW, LOAD = "_row", "_dlt_load_id"


@dataclass(frozen=True, slots=True)
class RawTable:
    """One raw table with its columns and their types, as the warehouse declares them."""

    dataset: str
    name: str
    columns: Mapping[str, str]

    @property
    def identifier(self) -> str:
        """Schema and table, quoted."""
        return f"{quoted(self.dataset)}.{quoted(self.name)}"

    @property
    def is_numbered(self) -> bool:
        """Whether its rows carry their number: a table dbt has just made may not, yet."""
        return ROW in self.columns


def raw_tables(connection: DuckDBPyConnection) -> dict[tuple[str, str], RawTable]:
    """The tables that a loader fills, by dataset and name; its own books are not among them."""
    found = connection.execute(
        """
        select schema_name, table_name from duckdb_tables()
        where database_name = current_database()
            and starts_with(schema_name, 'raw_') and schema_name <> 'raw_ledger'
            and not starts_with(table_name, '_dlt_')
        order by all
        """
    ).fetchall()
    tables = {}
    for dataset, name in found:
        # duckdb_columns() would first bind every view of the catalog, which takes 10 ms
        described = connection.table(f"{quoted(dataset)}.{quoted(name)}")
        columns = dict(zip(described.columns, map(str, described.types), strict=True))
        if LOAD in columns:
            tables[dataset, name] = RawTable(dataset, name, columns)
    return tables


def committed_loads(
    connection: DuckDBPyConnection, datasets: Collection[str]
) -> set[tuple[str, str]]:
    """Dataset and id of every load that counts, by the loader's own commit records."""
    recorded = connection.execute(
        "select schema_name from duckdb_tables() where database_name = current_database() "
        "and table_name = '_dlt_loads' and schema_name in (select unnest($datasets)) order by 1",
        {"datasets": sorted(datasets)},
    ).fetchall()
    return {
        (dataset, load_id)
        for (dataset,) in recorded
        for (load_id,) in connection.execute(
            f"select load_id from {quoted(dataset)}._dlt_loads where status = 0"  # noqa: S608 - quoted
        ).fetchall()
    }


def row_counts(
    connection: DuckDBPyConnection, table: RawTable, loads: Collection[str] | None = None
) -> dict[str | None, int]:
    """Rows of the table by load, in order of its id: of these loads, or of all."""
    chosen = "" if loads is None else f"where {LOAD} in (select unnest($loads))"
    found = connection.execute(
        f"select {LOAD}, count(*) from {table.identifier} {chosen} group by 1 order by 1",  # noqa: S608 - quoted
        None if loads is None else {"loads": list(loads)},
    ).fetchall()
    return dict(found)


def row_numbers(
    connection: DuckDBPyConnection, table: RawTable, load_id: str | None
) -> list[int | None]:
    """The numbers of the rows of one load, None for a row without."""
    number = ROW if table.is_numbered else "null"
    found = connection.execute(
        f"select {number} from {table.identifier} where {LOAD} is not distinct from $load",  # noqa: S608 - quoted
        {"load": load_id},
    ).fetchall()
    return [row for (row,) in found]


def row_texts(
    connection: DuckDBPyConnection, table: RawTable, load_id: str | None, row: int | None
) -> list[dict[str, str | None]]:
    """The rows of that name as canonical text by column: one, unless somebody was at it."""
    texts = ", ".join(
        f"{text_sql(name, kind)} as {quoted(name)}" for name, kind in table.columns.items()
    )
    number = ROW if table.is_numbered else "cast(null as bigint)"
    found = connection.execute(
        f"select {texts} from {table.identifier} "  # noqa: S608 - quoted
        f"where {LOAD} is not distinct from $load and {number} is not distinct from $row",
        {"load": load_id, "row": row},
    ).fetchall()
    return [dict(zip(table.columns, values, strict=True)) for values in found]


def quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'
