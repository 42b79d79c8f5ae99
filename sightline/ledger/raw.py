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
    found: dict[tuple[str, str], dict[str, str]] = {}
    rows = connection.execute(
        """
        select schema_name, table_name, column_name, data_type
        from duckdb_columns()
        where database_name = current_database()
            and starts_with(schema_name, 'raw_') and schema_name <> 'raw_ledger'
            and not starts_with(table_name, '_dlt_')
        order by schema_name, table_name, column_index
        """
    ).fetchall()
    for dataset, table, column, kind in rows:
        found.setdefault((dataset, table), {})[column] = kind
    return {key: RawTable(*key, columns) for key, columns in found.items() if LOAD in columns}


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


def row_counts(connection: DuckDBPyConnection, table: RawTable) -> dict[str | None, int]:
    """Rows of the table by load."""
    return dict(
        connection.execute(
            f"select {LOAD}, count(*) from {table.identifier} group by 1"  # noqa: S608 - quoted
        ).fetchall()
    )


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
