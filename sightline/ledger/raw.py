"""Raw tables as the ledger reads them: which there are, which loads count, leaf hashes of rows.

A raw row is named by dataset, table, `_dlt_load_id` and `_row`, its number within table and load
from 0 on. Leaves are computed in DuckDB, on all cores; `canonical` says over which bytes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sightline.ledger.canonical import row_sql, text_sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ROW, LOAD = "_row", "_dlt_load_id"
_A_QUERY = 250_000  # rows hashed at once: 16 MB of hashes in hex


@dataclass(frozen=True, slots=True)
class RawTable:
    """One raw table with its columns and their types, as the warehouse declares them."""

    dataset: str
    name: str
    columns: Mapping[str, str]

    @property
    def identifier(self) -> str:
        """Schema and table, quoted."""
        return f"{_quoted(self.dataset)}.{_quoted(self.name)}"

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
            f"select load_id from {_quoted(dataset)}._dlt_loads where status = 0"  # noqa: S608 - quoted
        ).fetchall()
    }


def row_counts(connection: DuckDBPyConnection, table: RawTable) -> dict[str | None, int]:
    """Rows of the table by load."""
    return dict(
        connection.execute(
            f"select {LOAD}, count(*) from {table.identifier} group by 1"  # noqa: S608 - quoted
        ).fetchall()
    )


def leaves(
    connection: DuckDBPyConnection, table: RawTable, loads: Mapping[str, int]
) -> Iterator[tuple[str, bytes]]:
    """Id and leaf hashes, in order of row number, of each load; `loads` says how many rows it has.

    A row without a number stands last. A load without rows here is left out.
    """
    for batch in _batches(loads):
        hashed = connection.execute(
            f"select {LOAD}, string_agg({_leaf_sql(table)}, '' order by {ROW} nulls last) "  # noqa: S608 - quoted
            f"from {table.identifier} where {LOAD} in (select unnest($loads)) group by 1",
            {"loads": batch},
        ).fetchall()
        for load_id, digits in hashed:
            yield load_id, bytes.fromhex(digits)


def numbered_leaves(
    connection: DuckDBPyConnection, table: RawTable, load_id: str
) -> list[tuple[int | None, bytes]]:
    """Row number and leaf hash of every row of one load, in order of both."""
    hashed = connection.execute(
        f"select {ROW}, {_leaf_sql(table)} from {table.identifier} "  # noqa: S608 - quoted
        f"where {LOAD} = $load order by 1 nulls last, 2",
        {"load": load_id},
    ).fetchall()
    return [(number, bytes.fromhex(digits)) for number, digits in hashed]


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
        f"{text_sql(name, kind)} as {_quoted(name)}" for name, kind in table.columns.items()
    )
    number = ROW if table.is_numbered else "cast(null as bigint)"
    found = connection.execute(
        f"select {texts} from {table.identifier} "  # noqa: S608 - quoted
        f"where {LOAD} is not distinct from $load and {number} is not distinct from $row",
        {"load": load_id, "row": row},
    ).fetchall()
    return [dict(zip(table.columns, values, strict=True)) for values in found]


def _leaf_sql(table: RawTable) -> str:
    return f"sha256(concat(chr(0), {row_sql(table.columns)}))"


def _batches(loads: Mapping[str, int]) -> Iterator[list[str]]:
    batch: list[str] = []
    rows = 0
    for load_id, count in loads.items():
        if batch and rows + count > _A_QUERY:
            yield batch
            batch, rows = [], 0
        batch.append(load_id)
        rows += count
    if batch:
        yield batch


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'
