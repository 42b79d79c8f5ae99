"""Leaf hashes of raw rows, over the bytes that `canonical` lays down.

DuckDB writes the text of each row and hashes it, on all cores. OpenSSL needs half the time for a
hash, but Python asks it from one core at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from sightline.ledger import merkle
from sightline.ledger.canonical import leaf_sql
from sightline.ledger.raw import LOAD, number_sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

    from sightline.ledger.raw import RawTable

_A_QUERY = 250_000  # rows of many small loads hashed at once
_A_PART = 8  # slices of a large load hashed at once


def leaves(
    connection: DuckDBPyConnection,
    table: RawTable,
    load_id: str,
    columns: Sequence[str],
    firsts: Sequence[int] | None = None,
) -> Iterator[tuple[int, bytes]]:
    """First number and leaf hashes of slices of one load, in order of row number.

    `firsts` are the numbers with which the slices begin, all that its rows fill by default, and
    `columns` those that its seal lists. DuckDB goes ahead while the caller works on one slice.
    """
    if firsts is None:
        firsts = range(0, _rows_of(connection, table, load_id), merkle.SLICE)
    with ThreadPoolExecutor(1) as ahead, connection.cursor() as another:

        def hashed(part: Sequence[int]) -> list[tuple[int, bytes]]:
            found = another.sql(
                f"select number, unhex(leaf) as leaf from ({_rows(table, columns)}) "  # noqa: S608 - quoted
                f"where load_id = $load and {_within(part[0], part[-1] + merkle.SLICE)}",
                params={"load": load_id},
            ).to_arrow_table()
            return list(_slices(found, part))

        yield from chain.from_iterable(ahead.map(hashed, _parts(firsts)))


def _rows_of(connection: DuckDBPyConnection, table: RawTable, load_id: str) -> int:
    ((rows,),) = connection.execute(
        f"select count(*) from {table.identifier} where {LOAD} = $load",  # noqa: S608 - quoted
        {"load": load_id},
    ).fetchall()
    return int(rows)


def _parts(firsts: Sequence[int]) -> Iterator[Sequence[int]]:
    """Slices that follow one upon the other, some at a time."""
    begin = 0
    for end in range(1, len(firsts) + 1):
        follows = end < len(firsts) and firsts[end] == firsts[end - 1] + merkle.SLICE
        if not follows or end - begin == _A_PART:
            yield firsts[begin:end]
            begin = end


def _slices(found: Any, part: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """The Arrow table of numbers and leaves by slice; rows mostly lie in order of their number."""
    numbers = _numbers(found)
    if (numbers[1:] < numbers[:-1]).any():
        found = found.sort_by("number")
        numbers = _numbers(found)
    hashes = _content(found["leaf"], 2, merkle.SIZE)
    ends = numbers.searchsorted([first + merkle.SLICE for first in part]) * merkle.SIZE
    for first, begin, end in zip(part, [0, *ends], ends, strict=False):
        yield first, hashes[begin:end]


def _numbers(found: Any) -> NDArray[np.int64]:
    return np.frombuffer(_content(found["number"], 1, 8), np.int64)


def _content(column: Any, buffer: int, size: int) -> bytes:
    """The values of an Arrow column, so many bytes each, one behind the other."""
    parts = []
    for chunk in column.chunks:
        begin, end = chunk.offset * size, (chunk.offset + len(chunk)) * size
        parts.append(chunk.buffers()[buffer][begin:end].to_pybytes())
    return b"".join(parts)


def by_load(
    connection: DuckDBPyConnection,
    table: RawTable,
    loads: Mapping[str, int],
    columns: Sequence[str],
) -> Iterator[tuple[str, bytes]]:
    """Id and leaf hashes, in order of row number, of loads that are a single slice each.

    `loads` says how many rows were sealed of it, and `columns` are those that their seals list. A
    load without rows is left out.
    """
    for batch in _batches(loads):
        found = connection.execute(
            f"select load_id, string_agg(leaf, '' order by number) "  # noqa: S608 - quoted
            f"from ({_rows(table, columns)}) where load_id in ({', '.join('?' * len(batch))}) "
            f"and {_within(0, merkle.SLICE)} group by load_id",
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
        f"where load_id = $load and {_within(first, first + merkle.SLICE)} order by number",
        {"load": load_id},
    ).fetchall()


def _rows(table: RawTable, columns: Sequence[str]) -> str:
    """A query for load, number and leaf hash, in hex, of every row of a table."""
    return f"""
        select {LOAD} as load_id, {number_sql(table)} as number,
            {leaf_sql(table.columns, columns)} as leaf
        from {table.identifier}
    """  # noqa: S608 - quoted


def _within(first: int, end: int) -> str:
    return f"number between {first} and {end - 1}"


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
