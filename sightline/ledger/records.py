"""`raw_ledger`: the seals as the warehouse has them, for models and readers, and what is broken.

The copy is for convenience: whoever can write to the warehouse can rewrite it, so it is compared
with the archive and never believed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sightline.ledger import merkle

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from sightline.ledger.seal import Seal

Row = tuple[Any, ...]

_TABLES = {
    "seal": "seal_number bigint, dataset varchar, load_id varchar, sealed_at timestamp, "
    "is_late boolean, row_count bigint, seal_hash varchar, log_root varchar, content varchar, "
    "checkpoint varchar",
    "definition_file": "seal_number bigint, path varchar, sha256 varchar",
    "verification": "dataset varchar, table_name varchar, load_id varchar, first_row bigint, "
    "verified_at timestamp",
    "breach": "breach_id varchar, dataset varchar, table_name varchar, load_id varchar, "
    "what varchar, row_count bigint, observed varchar, evidence varchar, found_at timestamp, "
    "mended_at timestamp",
    "broken_row": "breach_id varchar, dataset varchar, table_name varchar, load_id varchar, "
    "row_number bigint, found_at timestamp, mended_at timestamp",
}

COPIES = ("seal", "definition_file")
"""The tables that repeat what the archive says; the others hold what was looked at and found."""

_A_STATEMENT = 500  # rows inserted at once


def create(connection: DuckDBPyConnection) -> None:
    """Make the tables that are missing, or have other columns than they were made with."""
    connection.execute("create schema if not exists raw_ledger")
    for table, declared in _TABLES.items():
        if not stands(connection, table):
            connection.execute(f"create or replace table raw_ledger.{table} ({declared})")


def types(table: str) -> dict[str, str]:
    """The type of each column of one of these tables."""
    return dict(column.split(" ") for column in _TABLES[table].split(", "))


def insert(
    connection: DuckDBPyConnection,
    sealed: Seal,
    *,
    changed: Mapping[str, str | None],
    checkpoint: str,
) -> None:
    """Copy one exported seal into the warehouse, in one transaction, whatever stood there of it."""
    number = sealed.number
    connection.execute("begin")
    for table in COPIES:
        connection.execute(f"delete from raw_ledger.{table} where seal_number = ?", [number])  # noqa: S608 - ours
    _insert(connection, "seal", [row(sealed, checkpoint)])
    changes = [(number, path, digest) for path, digest in changed.items()]
    _insert(connection, "definition_file", changes)
    hashed = [
        (sealed.dataset, name, sealed.load_id, first, naive(sealed.sealed_at))
        for name, table in sealed.tables.items()
        for first in range(0, table.rows, merkle.SLICE)
    ]
    _insert(connection, "verification", hashed)
    connection.execute("commit")


def replace(connection: DuckDBPyConnection, copies: Mapping[str, Sequence[Row]]) -> None:
    """Put these rows in the place of all that the copies hold, in one transaction."""
    create(connection)
    connection.execute("begin")
    for table in COPIES:
        connection.execute(f"delete from raw_ledger.{table}")  # noqa: S608 - ours
        rows = copies[table]
        for first in range(0, len(rows), _A_STATEMENT):
            _insert(connection, table, rows[first : first + _A_STATEMENT])
    connection.execute("commit")


def row(sealed: Seal, checkpoint: str | None) -> Row:
    """The row of raw_ledger.seal that a seal and its checkpoint make."""
    return (
        sealed.number,
        sealed.dataset,
        sealed.load_id,
        naive(sealed.sealed_at),
        sealed.is_late,
        sealed.rows,
        sealed.hash.hex(),
        sealed.log.root().hex(),
        sealed.text(),
        checkpoint,
    )


def rows(connection: DuckDBPyConnection, table: str) -> list[Row]:
    """The rows of one table of raw_ledger; none where it does not stand."""
    there = stands(connection, table)
    return connection.execute(f"from raw_ledger.{table}").fetchall() if there else []


def stands(connection: DuckDBPyConnection, table: str) -> bool:
    """Whether raw_ledger holds a table of that name with the columns it was made with."""
    import duckdb

    try:
        # duckdb_columns() would first bind every view of the catalog, which takes 10 ms
        found = connection.table(f"raw_ledger.{table}")
    except duckdb.CatalogException:
        return False
    kinds = [str(kind).lower() for kind in found.types]
    return dict(zip(found.columns, kinds, strict=True)) == types(table)


def size(connection: DuckDBPyConnection) -> int:
    """How many seals the copy knows of, by the number of its newest."""
    if not stands(connection, "seal"):
        return 0
    ((newest,),) = connection.execute("select max(seal_number) from raw_ledger.seal").fetchall()
    return 0 if newest is None else int(newest) + 1


def naive(moment: datetime) -> datetime:
    """An aware moment as the warehouse keeps it: UTC without a zone."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def _insert(connection: DuckDBPyConnection, table: str, rows: Sequence[Row]) -> None:
    if rows:
        group = f"({', '.join('?' * len(rows[0]))})"
        connection.execute(
            f"insert into raw_ledger.{table} values {', '.join([group] * len(rows))}",  # noqa: S608 - ours
            [value for row in rows for value in row],
        )
