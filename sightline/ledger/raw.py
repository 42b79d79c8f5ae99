"""Raw tables as the ledger reads them: which there are, which loads count, what a row says.

A raw row is named by dataset, table, `_dlt_load_id` and `_row`, its number within table and load
from 0 on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sightline.ledger import merkle
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
    connection: DuckDBPyConnection, tables: Collection[RawTable]
) -> list[dict[str | None, int | None]]:
    """The rows of each table by load; None unless all have a number, from 0 to one below them.

    One query, as planning one for each table takes longer than counting.
    """
    counts: list[dict[str | None, int | None]] = [{} for _ in tables]
    if not tables:
        return counts
    rows = " union all ".join(
        f"select {place} as place, {LOAD} as load_id, {number_sql(table)} as number "  # noqa: S608 - quoted
        f"from {table.identifier}"
        for place, table in enumerate(tables)
    )
    found = connection.execute(
        f"""
        select place, load_id, case
            when count(number) = count(*) and min(number) = 0 and max(number) = count(*) - 1
                then count(*)
        end
        from ({rows}) group by all order by all
        """  # noqa: S608 - quoted
    ).fetchall()
    for place, load_id, count in found:
        counts[place][load_id] = count
    return counts


def slice_counts(
    connection: DuckDBPyConnection, table: RawTable, loads: Collection[str]
) -> dict[tuple[str, int], int]:
    """The numbered rows of these loads, by load and the number with which their slice begins."""
    number = number_sql(table)
    found = connection.execute(
        f"""
        select {LOAD}, {number} - {number} % $slice as first, count(*) from {table.identifier}
        where {LOAD} in (select unnest($loads)) and {number} >= 0 group by all
        """,  # noqa: S608 - quoted
        {"loads": list(loads), "slice": merkle.SLICE},
    ).fetchall()
    return {(load_id, first): rows for load_id, first, rows in found}


def numbers_beyond(
    connection: DuckDBPyConnection, table: RawTable, load_id: str | None, rows: int
) -> list[int | None]:
    """The numbers of a load's rows that are none of its first `rows`, None for a row without."""
    number = number_sql(table)
    found = connection.execute(
        f"""
        select {number} from {table.identifier} where {LOAD} is not distinct from $load
            and ({number} is null or {number} < 0 or {number} >= $rows)
        """,  # noqa: S608 - quoted
        {"load": load_id, "rows": rows},
    ).fetchall()
    return [row for (row,) in found]


def number_sql(table: RawTable) -> str:
    """A DuckDB expression for the number of a row; NULL for a row, or a table, without."""
    return f"try_cast({ROW if table.is_numbered else 'null'} as bigint)"


def row_texts(
    connection: DuckDBPyConnection, table: RawTable, load_id: str | None, row: int | None
) -> list[dict[str, str | None]]:
    """The rows of that name as canonical text by column: one, unless somebody was at it."""
    texts = ", ".join(
        f"{text_sql(name, kind)} as {quoted(name)}" for name, kind in table.columns.items()
    )
    number = number_sql(table)
    found = connection.execute(
        f"select {texts} from {table.identifier} "  # noqa: S608 - quoted
        f"where {LOAD} is not distinct from $load and {number} is not distinct from $row",
        {"load": load_id, "row": row},
    ).fetchall()
    return [dict(zip(table.columns, values, strict=True)) for values in found]


def quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'
