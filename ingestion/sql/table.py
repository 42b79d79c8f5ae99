"""A table as the YAML file says it, joined to the table that the database has.

What does not fit is refused before a row is read, with the line of the file and the way out:
a column that is not there, a type that raw cannot hold, a column that raw has and the source lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ingestion.sql.column import as_read, carried, moment_of, raw_name
from ingestion.sql.database import REJECTED, Column, TableReader, reflected
from ingestion.sql.sharing import is_constrained
from ingestion.sql.source import SqlSource
from sightline.errors import SightlineEnvironmentError
from sightline.finding import did_you_mean, nearest

if TYPE_CHECKING:
    import sqlalchemy as sa

CURSOR = "changed_at"  # the raw column that every table of an SQL source gets
RESERVED = frozenset(
    {CURSOR, REJECTED, "_deleted_at", "_found_by", "_seen_at", "_row", "_dlt_id", "_dlt_load_id"}
)
"""Names in raw that no column of a source may have."""


def table_reader(
    engine: sa.Engine, source: SqlSource, name: str, in_raw: frozenset[str]
) -> TableReader:
    """The reader of one table; `in_raw` names the columns that its raw table has by now.

    Raises DefinitionError at the table's line in the file.
    """
    import sqlalchemy as sa

    said = source.tables[name]
    table = _reflected(engine, source, name, said.source_table or name)
    named = (*said.key, *source.stamps(name), *said.exclude, *said.cast)
    dated_by = () if said.dated_by is None else (said.dated_by,)
    _refuse_unknown(source, name, table, (*named, *dated_by))
    dialect = engine.dialect.name
    columns = [
        carried(source, name, column, dialect)
        for column in table.columns
        if column.name not in said.exclude and not _is_ours(source, name, column.name)
    ]
    stamps = [
        moment_of(source, name, table.columns[stamp], dialect) for stamp in source.stamps(name)
    ]
    moment = sa.func.coalesce(*stamps) if len(stamps) > 1 else stamps[0]
    columns.append(Column(CURSOR, "timestamp", moment))
    _refuse_undated(source, name, columns, dated_by)
    _refuse_lost(source, name, {column.name for column in columns}, in_raw)
    key = tuple(map(raw_name, said.key))
    may_share_keys = not is_constrained(table, said.key)
    return TableReader(engine, table, tuple(columns), key, may_share_keys)


def log_reader(engine: sa.Engine, source: SqlSource, name: str, reader: TableReader) -> TableReader:
    """The reader of a table's deletion log: its keys under the table's own names, and when."""
    log = source.tables[name].deletion_log
    if log is None:
        raise ValueError(f"table {name} has no deletion log")
    table = _reflected(engine, source, name, log.table)
    _refuse_unknown(source, name, table, (*log.key, log.deleted_at))
    keys = [
        Column(key, reader.column(key).kind, as_read(table.columns[logged]))
        for key, logged in zip(reader.key, log.key, strict=True)
    ]
    moment = moment_of(source, name, table.columns[log.deleted_at], engine.dialect.name)
    columns = (*keys, Column(CURSOR, "timestamp", moment))
    return TableReader(engine, table, columns, reader.key, may_share_keys=False)  # of deletions


def _reflected(engine: sa.Engine, source: SqlSource, name: str, inside: str) -> sa.Table:
    """The database's own description of what it calls `inside`."""
    import sqlalchemy as sa

    try:
        return reflected(engine, inside)
    except sa.exc.NoSuchTableError:
        schema, _, _ = inside.rpartition(".")
        there = sa.inspect(engine)
        tables = there.get_table_names(schema or None) + there.get_view_names(schema or None)
        near = did_you_mean(inside, [f"{schema}.{each}" if schema else each for each in tables])
        raise source.refused(
            name,
            "unknown_table",
            f"the database has no table {inside}",
            f"{near}; or give its user the right to see it",
        ) from None
    except sa.exc.SQLAlchemyError as error:  # its own words may hold the address
        place = source.place("tables", name)
        raise SightlineEnvironmentError(
            f"{place}: table {name}: the database does not answer ({type(error).__name__}); "
            "nothing was loaded\n"
            "    way out: see that it is up, and that the URL of this source names its host, user "
            "and password"
        ) from None


def _is_ours(source: SqlSource, name: str, column: str) -> bool:
    """Whether a stamp of the source is told by the cursor, which has its name in raw.

    Any other column with the name of one of ours is refused.
    """
    inside = raw_name(column)
    if inside == CURSOR and column in source.stamps(name):
        return True
    if inside in RESERVED:
        raise source.refused(
            name,
            "reserved_column",
            f"{column} would be {inside} in raw, where a column of ours has that name",
            f"write `exclude: [{column}]`, or read `from:` a view that gives it another name",
        )
    return False


def _refuse_unknown(source: SqlSource, name: str, table: sa.Table, columns: Iterable[str]) -> None:
    for column in columns:
        if column not in table.columns:
            raise source.refused(
                name,
                "unknown_column",
                f"the database has no column {column} in {table.name}",
                did_you_mean(column, table.columns.keys()),
            )


def _refuse_undated(
    source: SqlSource, name: str, columns: Sequence[Column], dated_by: Sequence[str]
) -> None:
    dates = {column.name for column in columns if column.kind in {"date", "timestamp"}}
    for column in dated_by:
        if raw_name(column) not in dates:
            raise source.refused(
                name,
                "no_date",
                f"dated_by names {column}, which raw does not hold as a date",
                "name a column of dates or timestamps, or none: all rows are then one period",
            )


def _refuse_lost(
    source: SqlSource, name: str, columns: Iterable[str], in_raw: frozenset[str]
) -> None:
    """A column gone at the source would read as NULL from now on, and its KPI would read on."""
    known = set(columns)
    said = source.tables[name]
    given_up = {raw_name(column) for column in (*said.exclude, *said.retired)}
    lost = sorted(each for each in in_raw - known - given_up if not each.startswith("_"))
    if lost:
        new = nearest(lost[0], known - in_raw) or next(iter(sorted(known - in_raw)), None)
        renamed = f"; new there is {new}, which may be its new name" if in_raw and new else ""
        raise source.refused(
            name,
            "column_gone",
            f"the column {lost[0]} is gone at the source{renamed}; nothing was loaded",
            f"restore it there, or write `retired: [{lost[0]}]` once nothing reads it any more",
        )
