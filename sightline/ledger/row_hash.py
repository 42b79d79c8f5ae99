"""Leaf hashes of raw rows, over the bytes that `canonical` lays down, and the root over many.

DuckDB writes the text of each row and hashes it, on all cores. OpenSSL needs half the time for a
hash, but Python asks it from one core at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sightline.ledger import merkle, raw
from sightline.ledger.canonical import row_sql
from sightline.ledger.raw import LOAD, ROW

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from sightline.ledger.raw import RawTable

_A_QUERY = 250_000  # rows of many small loads hashed at once
_MANY = 16_384  # hashes in a level of the tree from which on DuckDB is the faster one


def leaves(
    connection: DuckDBPyConnection,
    table: RawTable,
    load_ids: Collection[str],
    columns: Sequence[str],
) -> bytes:
    """The leaf hashes of all rows of these loads, in order of load and row number.

    `columns` are those that their seals list. A row without a number stands last in its load.
    """
    return _joined(_hashed(connection, table, load_ids, columns, "leaf")["leaf"])


def by_load(
    connection: DuckDBPyConnection,
    table: RawTable,
    loads: Mapping[str, int],
    columns: Sequence[str],
) -> Iterator[tuple[str, bytes]]:
    """Id and leaf hashes, in order of row number, of each load; `loads` says how many rows it has.

    `columns` are those that their seals list. A load without rows here is left out.
    """
    for batch in _batches(loads):
        hashes, first = leaves(connection, table, batch, columns), 0
        for load_id, rows in raw.row_counts(connection, table, batch).items():
            end = first + rows * merkle.SIZE
            yield str(load_id), hashes[first:end]
            first = end


def numbered(
    connection: DuckDBPyConnection, table: RawTable, load_id: str, columns: Sequence[str]
) -> list[tuple[int | None, bytes]]:
    """Row number and leaf hash of every row of one load, in order of the number."""
    hashed = _hashed(connection, table, [load_id], columns, "number, leaf")
    return list(zip(hashed["number"].to_pylist(), hashed["leaf"].to_pylist(), strict=True))


def root(connection: DuckDBPyConnection, leaves: bytes) -> bytes:
    """What `merkle.root` gives, with the large levels of the tree hashed on all cores."""
    import pyarrow as pa  # type: ignore[import-untyped]  # carries none

    level = leaves
    while len(level) >= _MANY * merkle.SIZE:
        pairs = len(level) // (2 * merkle.SIZE)
        whole = pairs * 2 * merkle.SIZE
        buffers = [None, pa.py_buffer(level)]
        siblings = pa.Array.from_buffers(pa.binary(2 * merkle.SIZE), pairs, buffers)
        connection.register("siblings", pa.table({"pair": siblings}))
        nodes = connection.sql("select unhex(sha256('\\x01'::blob || pair)) as node from siblings")
        level = _joined(nodes.to_arrow_table()["node"]) + level[whole:]
        connection.unregister("siblings")
    return merkle.root(level)


def _hashed(
    connection: DuckDBPyConnection,
    table: RawTable,
    load_ids: Collection[str],
    columns: Sequence[str],
    told: str,
) -> Any:
    """What is told, of load, number and leaf, of every row of these loads, in their order."""
    return connection.sql(
        f"""
        select {told} from (
            select {LOAD} as load_id, try_cast({ROW} as bigint) as number,
                unhex(sha256(concat(chr(0), {row_sql(table.columns, columns)}))) as leaf
            from {table.identifier} where {LOAD} in (select unnest($loads))
        )
        order by load_id, number nulls last
        """,  # noqa: S608 - quoted
        params={"loads": list(load_ids)},
    ).to_arrow_table()


def _joined(hashes: Any) -> bytes:
    """The hashes of an Arrow column, one behind the other."""
    parts = []
    for chunk in hashes.chunks:
        content = chunk.buffers()[2]
        parts.append(content[: len(chunk) * merkle.SIZE].to_pybytes())
    return b"".join(parts)


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
