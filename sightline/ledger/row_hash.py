"""Leaf hashes of raw rows, over the bytes that `canonical` lays down.

DuckDB writes the text of each row and hashes it, on all cores. OpenSSL needs half the time for a
hash, but Python asks it from one core at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from sightline.ledger import merkle
from sightline.ledger.canonical import row_sql
from sightline.ledger.raw import LOAD, number_sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from sightline.ledger.raw import RawTable

_A_QUERY = 250_000  # rows of many small loads hashed at once
_A_PART = 8 * merkle.SLICE  # rows of a large load hashed at once


def leaves(
    connection: DuckDBPyConnection, table: RawTable, load_id: str, columns: Sequence[str]
) -> Iterator[bytes]:
    """The leaf hashes of all rows of one load, in order of row number, some slices at a time.

    `columns` are those that its seal lists. DuckDB goes ahead while the caller works on one part. A
    row whose number is none of the first, as many as there are rows, has none.
    """
    ((rows,),) = connection.execute(
        f"select count(*) from {table.identifier} where {LOAD} = $load",  # noqa: S608 - quoted
        {"load": load_id},
    ).fetchall()

    def part(first: int) -> bytes:
        return _joined(
            connection.sql(
                f"select unhex(leaf) as leaf from ({_rows(table, columns)}) "  # noqa: S608 - quoted
                f"where load_id = $load and {_within(first, _A_PART)} order by number",
                params={"load": load_id},
            ).to_arrow_table()["leaf"]
        )

    with ThreadPoolExecutor(1) as ahead:
        yield from ahead.map(part, range(0, rows, _A_PART))


def _joined(hashes: Any) -> bytes:
    """The hashes of an Arrow column, one behind the other."""
    parts = []
    for chunk in hashes.chunks:
        content = chunk.buffers()[2]
        parts.append(content[: len(chunk) * merkle.SIZE].to_pybytes())
    return b"".join(parts)


def by_load(
    connection: DuckDBPyConnection,
    table: RawTable,
    loads: Mapping[str, int],
    columns: Sequence[str],
    first: int,
) -> Iterator[tuple[str, bytes]]:
    """Id and leaf hashes, in order of row number, of the slice of each load that begins at `first`.

    `loads` says how many rows were sealed of it, and `columns` are those that their seals list. A
    load without rows there is left out.
    """
    for batch in _batches(loads):
        found = connection.execute(
            f"select load_id, string_agg(leaf, '' order by number) "  # noqa: S608 - quoted
            f"from ({_rows(table, columns)}) where load_id in ({', '.join('?' * len(batch))}) "
            f"and {_within(first, merkle.SLICE)} group by load_id",
            batch,
        ).fetchall()
        yield from ((load_id, bytes.fromhex(hashes)) for load_id, hashes in found)


def numbered(
    connection: DuckDBPyConnection,
    table: RawTable,
    load_id: str,
    columns: Sequence[str],
    first: int,
) -> list[tuple[int, bytes]]:
    """Row number and leaf hash of every row of one slice of a load, in order of the number."""
    return connection.execute(
        f"select number, unhex(leaf) from ({_rows(table, columns)}) "  # noqa: S608 - quoted
        f"where load_id = $load and {_within(first, merkle.SLICE)} order by number",
        {"load": load_id},
    ).fetchall()


def _rows(table: RawTable, columns: Sequence[str]) -> str:
    """A query for load, number and leaf hash, in hex, of every row of a table."""
    return f"""
        select {LOAD} as load_id, {number_sql(table)} as number,
            sha256(concat(chr(0), {row_sql(table.columns, columns)})) as leaf
        from {table.identifier}
    """  # noqa: S608 - quoted


def _within(first: int, rows: int) -> str:
    return f"number between {first} and {first + rows - 1}"


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
