"""Rows that share their key with another row: rejected, for the newest would hide the others.

Where no constraint of the database forbids it, the source counts the rows of each key before the
first row is taken, so that a read in many batches knows of every key.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ingestion.sql.database import REJECTED, Column

if TYPE_CHECKING:
    import pyarrow as pa
    import sqlalchemy as sa

    from ingestion.sql.database import TableReader

SHARED = "rows of its key"
"""In what REJECTED tells of a row, how many have its key; no column of raw has blanks."""


def is_constrained(table: sa.Table, key: Sequence[str]) -> bool:
    """Whether the database lets no two rows of a table have the same key."""
    import sqlalchemy as sa

    unique = [
        constraint.columns
        for constraint in table.constraints
        if isinstance(constraint, sa.UniqueConstraint)
        and not any(column.nullable for column in constraint.columns)
    ]
    return any(
        len(columns) > 0 and set(columns.keys()) <= set(key)
        for columns in (table.primary_key.columns, *unique)
    )


def shared_keys(reader: TableReader) -> pa.Table:
    """The keys that several rows have, and as SHARED how many."""
    import pyarrow as pa
    import sqlalchemy as sa

    from ingestion.sql.arrow_reading import read, sound

    nothing = reader.schema(reader.key).append(pa.field(SHARED, pa.int64())).empty_table()
    if not reader.may_share_keys:
        return nothing
    key = reader.chosen(reader.key)
    columns = [*key, Column(SHARED, "bigint", sa.func.count())]
    query = (
        sa.select(*(column.expression.label(column.name) for column in columns))
        .select_from(reader.table)
        .group_by(*(column.expression for column in key))
        .having(sa.func.count() > 1)
    )
    found = read(reader.engine, reader.table, query, columns)
    return pa.concat_tables([nothing, *map(sound, found)])


def told_apart(rows: pa.Table, reader: TableReader) -> pa.Table:
    """The rows, with those REJECTED that share their key with another row of the table."""
    import duckdb
    import pyarrow as pa

    from ingestion.sql.raw import same

    if not rows.num_rows or not (shared := reader.shared_keys).num_rows:
        return rows
    place = pa.arange(0, rows.num_rows)
    numbered = rows.select(list(reader.key)).append_column("row number", place)
    with duckdb.connect() as connection:
        connection.register("numbered", numbered)
        connection.register("shared", shared)
        found = connection.execute(
            f'select "row number", "{SHARED}" from numbered '  # noqa: S608 - quoted names
            f"inner join shared on {same('numbered', 'shared', reader.key)}"
        ).fetchall()
    why = rows[REJECTED].to_pylist()
    for row, sharing in found:
        told = json.loads(why[row] or "{}") | {SHARED: str(sharing)}
        why[row] = json.dumps(told, ensure_ascii=False)
    at = rows.column_names.index(REJECTED)
    return rows.set_column(at, REJECTED, pa.array(why, pa.string()))
