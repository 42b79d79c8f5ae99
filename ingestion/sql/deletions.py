"""Rows that a cursor cannot see: deleted ones become tombstones, missed ones are read by key.

A tombstone is a raw row of key columns with `_deleted_at`; a row read here carries `_found_by`.
Both are as new as the moment they were found, so they are the newest version of their row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from ingestion.sql.arrow_reading import sound
from ingestion.sql.raw import Raw, names, same
from ingestion.sql.table import CURSOR

if TYPE_CHECKING:
    import sqlalchemy as sa

    from ingestion.sql.database import TableReader

FEW = 10  # as many rows may always vanish at once, unless they are all there were
KEYS_A_QUERY = 500


@dataclass(frozen=True)
class KeyComparison:
    """Keys of one table: alive in raw but gone at the source, deleted in raw but there, not in raw.

    `alive` counts the rows alive in raw.
    """

    vanished: pa.Table
    returned: pa.Table
    unknown: pa.Table
    alive: int


def is_believable(gone: int, alive: int, most_vanished: float) -> bool:
    """Whether so many of the rows alive may have been deleted at once; all of them never are."""
    return gone == 0 or (gone < alive and gone <= max(FEW, most_vanished * alive))


def compare_keys(raw: Raw, reader: TableReader, table: str) -> KeyComparison:
    """Read all keys at the source, and nothing but keys, and compare them with those in raw."""
    key, connection = reader.key, raw.connection
    schema = reader.schema(key)
    found_there = [sound(rows) for rows in reader.rows(only=key)]
    connection.register("there", pa.concat_tables([schema.empty_table(), *found_there]))
    known = raw.newest(table, key)
    if not raw.columns(table):  # so far every row was rejected
        known = f"select {names(key)}, cast(null as timestamp) as _deleted_at from there limit 0"  # noqa: S608 - quoted names
    connection.execute(f"create or replace temp table known as {known}")

    def found(query: str) -> pa.Table:
        keys: pa.Table = connection.sql(query).to_arrow_table()
        return keys.cast(schema)

    chosen, matched = names(key), same("there", "known", key)
    comparison = KeyComparison(
        vanished=found(
            f"select {chosen} from known anti join there on {matched} "  # noqa: S608 - quoted names
            "where known._deleted_at is null"
        ),
        returned=found(
            f"select distinct {chosen} from there semi join known "  # noqa: S608 - quoted names
            f"on {matched} and known._deleted_at is not null"
        ),
        unknown=found(f"select distinct {chosen} from there anti join known on {matched}"),  # noqa: S608 - quoted names
        alive=connection.execute("select count(*) from known where _deleted_at is null").fetchall()[
            0
        ][0],
    )
    connection.unregister("there")
    connection.execute("drop table known")
    return comparison


def tombstones(reader: TableReader, keys: pa.Table, at: datetime | pa.ChunkedArray) -> pa.Table:
    """One raw row for each deleted row: its key, and when it went or its absence was seen."""
    moments = at
    if isinstance(at, datetime):
        moments = pa.repeat(pa.scalar(at, pa.timestamp("us")), keys.num_rows)
    given = {name: keys[name] for name in reader.key} | {CURSOR: moments}
    schema = reader.schema()
    arrays = [
        given.get(field.name, pa.nulls(keys.num_rows, field.type))  # a tombstone has no content
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema).append_column("_deleted_at", moments)


def read_by_key(
    reader: TableReader, keys: pa.Table, condition: sa.ColumnElement[bool] | None, now: datetime
) -> Iterator[pa.Table]:
    """The rows of these keys that meet the condition, as versions of this moment (naive UTC)."""
    import sqlalchemy as sa

    wanted = keys.to_pylist()
    chosen: sa.ColumnElement[bool]
    for first in range(0, len(wanted), KEYS_A_QUERY):
        part = wanted[first : first + KEYS_A_QUERY]
        if len(reader.key) == 1:
            (name,) = reader.key
            chosen = reader.expression(name).in_([reader.told(name, row[name]) for row in part])
        else:
            of_rows = (
                sa.and_(*(reader.expression(name) == reader.told(name, row[name]) for name in row))
                for row in part
            )
            chosen = sa.or_(*of_rows)
        for chunk in reader.rows(chosen, *([] if condition is None else [condition])):
            yield at_moment(chunk, now)


def at_moment(rows: pa.Table, now: datetime) -> pa.Table:
    """The rows as changed by that moment (naive UTC) at the latest: their own stamp says less."""
    moments = pa.repeat(pa.scalar(now, pa.timestamp("us")), rows.num_rows)
    return rows.set_column(rows.column_names.index(CURSOR), CURSOR, moments)


def without(rows: pa.Table, taken: Sequence[pa.Table], key: Sequence[str]) -> pa.Table:
    """The rows whose keys are in none of the tables."""
    gone = {tuple(row.values()) for table in taken for row in table.select(list(key)).to_pylist()}
    keep = [tuple(row.values()) not in gone for row in rows.select(list(key)).to_pylist()]
    return rows.filter(pa.array(keep, pa.bool_()))


def version(rows: pa.Table, found_by: str | None = None) -> pa.Table:
    """Rows as raw keeps them: `_deleted_at`, and how they were found where it was not by cursor."""
    if "_deleted_at" not in rows.column_names:
        rows = rows.append_column("_deleted_at", pa.nulls(rows.num_rows, pa.timestamp("us")))
    found = pa.repeat(pa.scalar(found_by, pa.string()), rows.num_rows)
    return rows.append_column("_found_by", found)
