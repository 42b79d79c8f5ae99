"""Leaf hashes of raw rows, over the bytes that `canonical` lays down.

DuckDB writes the text of each row and Python hashes it: OpenSSL needs half the time of DuckDB's own
SHA-256, and the two work side by side. Rows stream through, so that a load may be of any size.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sightline.ledger import merkle
from sightline.ledger.canonical import row_sql
from sightline.ledger.raw import LOAD, ROW

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from sightline.ledger.raw import RawTable

_A_QUERY = 250_000  # rows of many small loads hashed at once
_A_BATCH = 50_000  # rows handed over at once: some 10 MB of text
_NO_NUMBER = 2**63 - 1  # a row without a number stands last


def by_load(
    connection: DuckDBPyConnection, table: RawTable, loads: Mapping[str, int]
) -> Iterator[tuple[str, bytes]]:
    """Id and leaf hashes, in order of row number, of each load; `loads` says how many rows it has.

    A row without a number stands last. A load without rows here is left out.
    """
    for batch in _batches(loads):
        hashed = _hashed(connection, table, batch)
        for number, load_id in enumerate(batch):
            found = hashed.of(number)
            if found:
                yield load_id, found


def numbered(
    connection: DuckDBPyConnection, table: RawTable, load_id: str
) -> list[tuple[int | None, bytes]]:
    """Row number and leaf hash of every row of one load, in order of the number."""
    hashed = _hashed(connection, table, [load_id])
    digests = hashed.of(0)
    return [
        (None if row == _NO_NUMBER else row, digests[at * merkle.SIZE : (at + 1) * merkle.SIZE])
        for at, row in enumerate(hashed.rows.tolist())
    ]


@dataclass(frozen=True, slots=True)
class _Hashed:
    """Leaf hashes sorted by load and row: load (by its place in the query) and row of each."""

    loads: Any
    rows: Any
    digests: bytes

    def of(self, load: int) -> bytes:
        first, end = self.loads.searchsorted([load, load + 1])
        return self.digests[first * merkle.SIZE : end * merkle.SIZE]


def _hashed(connection: DuckDBPyConnection, table: RawTable, load_ids: Sequence[str]) -> _Hashed:
    import numpy as np

    rows = connection.sql(
        f"""
        select chosen.place, coalesce(try_cast(there.number as bigint), {_NO_NUMBER}), there.leaf
        from (
            select {LOAD} as load_id, {ROW} as number,
                concat(chr(0), {row_sql(table.columns)}) as leaf
            from {table.identifier} where {LOAD} in (select unnest($loads))
        ) as there
        inner join (
            select unnest($loads) as load_id, generate_subscripts($loads, 1) - 1 as place
        ) as chosen on chosen.load_id = there.load_id
        """,  # noqa: S608 - quoted
        params={"loads": list(load_ids)},
    )
    loads, numbers, digests = [], [], []
    for batch in rows.to_arrow_reader(_A_BATCH):
        loads.append(batch.column(0).to_numpy())
        numbers.append(batch.column(1).to_numpy())
        digests.append(_digests(batch.column(2)))
    if not loads:
        return _Hashed(np.empty(0, np.int64), np.empty(0, np.int64), b"")
    by_load, by_row = np.concatenate(loads), np.concatenate(numbers)
    order = np.lexsort((by_row, by_load))  # DuckDB hands over what is ready first
    joined = np.frombuffer(b"".join(digests), np.dtype((np.void, merkle.SIZE)))
    return _Hashed(by_load[order], by_row[order], joined[order].tobytes())


def _digests(texts: Any) -> bytes:
    """SHA-256 of each text of an Arrow array, one behind the other."""
    import numpy as np

    _, offsets, content = texts.buffers()
    ends = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1].tolist()
    data = content.to_pybytes()
    return b"".join([sha256(data[first:end]).digest() for first, end in pairwise(ends)])


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
