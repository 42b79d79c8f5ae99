"""Rows of any SQLAlchemy query as Arrow tables of declared types; PostgreSQL through ADBC.

ADBC hands over Arrow made by the driver: ten million rows never pass through Python objects. Any
other database, or PostgreSQL without the driver, goes through dlt's own conversion of rows.

A row with a value that its column cannot hold (NaN, an infinity, a number past nine places) is not
lost and holds back no other: the value is left out and told in the column REJECTED.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.columns import ARROW
from ingestion.mapping.value import number_pattern
from ingestion.source import ColumnType
from ingestion.sql.database import REJECTED, Column
from sightline.errors import SightlineEnvironmentError

if TYPE_CHECKING:
    import sqlalchemy as sa

CHUNK = 50_000  # rows a Python-made chunk; ADBC makes chunks of 16 MB

YEAR_1, YEAR_10000 = -719_162, 2_932_897  # as days since 1970; what is infinite lies beyond them
A_DAY = 86_400_000_000  # microseconds


def read(
    engine: sa.Engine,
    table: sa.Table,
    query: sa.Select[Any],
    columns: Sequence[Column],
) -> Iterator[pa.Table]:
    """What the query answers, column by column of the types declared, and REJECTED.

    Nothing is rounded or read as NULL unsaid. Raises SightlineEnvironmentError where the database
    cannot be read or a column as a whole is of another type.
    """
    if engine.dialect.name == "postgresql" and find_spec("adbc_driver_postgresql") is not None:
        chunks = _by_adbc(engine, table, query)
    else:
        answers = {column.name: column.answer for column in columns}
        chunks = _by_driver(engine, query, answers)
    for chunk in chunks:
        yield _conformed(chunk, columns, table.name)


def sound(rows: pa.Table) -> pa.Table:
    """The rows whose every value fits, without the column REJECTED."""
    why = rows[REJECTED]
    kept = rows if why.null_count == rows.num_rows else rows.filter(pc.is_null(why))
    return kept.drop_columns([REJECTED])


def refused(rows: pa.Table) -> pa.Table:
    """The rows of which REJECTED tells why."""
    return rows.filter(pc.is_valid(rows[REJECTED]))


def whole(rows: pa.Table) -> pa.Table:
    """All rows, without the column REJECTED; SightlineEnvironmentError where one does not fit."""
    odd = refused(rows)
    if odd.num_rows:
        raise SightlineEnvironmentError(
            f"a row of our own holds what raw cannot: {odd[REJECTED][0]}; nothing was loaded"
        )
    return rows.drop_columns([REJECTED])


def _by_adbc(engine: sa.Engine, table: sa.Table, query: sa.Select[Any]) -> Iterator[pa.Table]:
    """Let libpq answer in Arrow."""
    from adbc_driver_manager import Error
    from adbc_driver_postgresql import dbapi

    statement = str(query.compile(engine, compile_kwargs={"literal_binds": True}))
    plain = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        with closing(dbapi.connect(plain)) as connection, closing(connection.cursor()) as cursor:
            cursor.execute("set time zone 'UTC'")
            cursor.execute(statement)
            for batch in cursor.fetch_record_batch():
                yield pa.Table.from_batches([batch])
    except Error as error:  # its own words may hold the address
        raise SightlineEnvironmentError(
            f"table {table.name} cannot be read ({type(error).__name__}); nothing was loaded"
        ) from None


def _by_driver(
    engine: sa.Engine, query: sa.Select[Any], columns: Mapping[str, ColumnType]
) -> Iterator[pa.Table]:
    """Rows as Python objects, a chunk at a time."""
    with engine.connect() as connection:
        result = connection.execution_options(yield_per=CHUNK).execute(query)
        for rows in result.partitions(CHUNK):
            yield _from_rows([tuple(row) for row in rows], columns)


def _from_rows(rows: list[tuple[Any, ...]], columns: Mapping[str, ColumnType]) -> pa.Table:
    """Rows as Arrow; a column with a value that is not of its type comes as text."""
    from dlt.common.libs.pyarrow import PyToArrowConversionException
    from dlt.sources.sql_database.arrow_helpers import row_tuples_to_arrow

    hints = {name: _hint(name, kind) for name, kind in columns.items()}
    try:
        return row_tuples_to_arrow(rows, columns=hints, tz="UTC")
    except PyToArrowConversionException as odd:
        at = list(columns).index(odd.field_name)
        if columns[odd.field_name] == "text":
            raise
        told = [(*row[:at], _text(row[at]), *row[at + 1 :]) for row in rows]
        return _from_rows(told, {**columns, odd.field_name: "text"})


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _hint(name: str, kind: ColumnType) -> dict[str, Any]:
    hint: dict[str, Any] = {"name": name, "data_type": kind, "nullable": True}
    if kind == "timestamp":
        hint["timezone"] = False
    return hint


def _conformed(chunk: pa.Table, columns: Sequence[Column], table: str) -> pa.Table:
    arrays: list[pa.ChunkedArray] = []
    odd: dict[int, dict[str, str]] = {}
    for column in columns:
        values = chunk[column.name]
        if isinstance(values.type, pa.BaseExtensionType):
            values = values.cast(values.type.storage_type)
        try:
            plain = _without_comma(values) if column.has_decimal_comma else values
            fitted = _fitted(plain, column.kind)
        except pa.ArrowException as error:
            raise SightlineEnvironmentError(
                f"{table}.{column.name} comes as {values.type}, which is no {column.kind}; "
                "nothing was loaded. Cast the column"
            ) from error
        arrays.append(fitted)
        if fitted.null_count > values.null_count:
            lost = pc.and_(pc.is_null(fitted), pc.is_valid(values))
            for row in pc.indices_nonzero(lost).to_pylist():
                odd.setdefault(row, {})[column.name] = _told(values[row])
    why = pa.nulls(chunk.num_rows, pa.string())
    if odd:
        told = {row: json.dumps(cells, ensure_ascii=False) for row, cells in odd.items()}
        why = pa.array([told.get(row) for row in range(chunk.num_rows)], pa.string())
    fields = [
        pa.field(column.name, array.type) for column, array in zip(columns, arrays, strict=True)
    ]
    schema = pa.schema([*fields, pa.field(REJECTED, pa.string())])
    return pa.Table.from_arrays([*arrays, why], schema=schema)


def _told(value: pa.Scalar) -> str:
    """One value as text; a moment past what Python holds can only be told as what it is."""
    try:
        return str(value.as_py())
    except (ValueError, OverflowError):
        return "infinite, or beyond the years 1 to 9999"


def _without_comma(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """1.234,5 as 1234.5, as a sheet is read; NULL for what is not written so."""
    values = pc.utf8_trim_whitespace(values.cast(pa.string()))
    is_number = pc.match_substring_regex(values, number_pattern(",", "."))
    plain = pc.replace_substring(pc.replace_substring(values, ".", ""), ",", ".")
    return pc.if_else(is_number, plain, pa.scalar(None, pa.string()))


def _fitted(values: pa.ChunkedArray, kind: ColumnType) -> pa.ChunkedArray:
    """The values as the type declared, NULL where one does not fit."""
    try:
        return _within(_cast(values, kind), kind)
    except pa.ArrowInvalid:
        if len(values) == 1:
            return pa.chunked_array([pa.nulls(1, ARROW[kind])])
        half = len(values) // 2
        parts = [_fitted(part, kind) for part in (values[:half], values[half:])]
        return pa.chunked_array([chunk for part in parts for chunk in part.chunks], ARROW[kind])


def _cast(values: pa.ChunkedArray, kind: ColumnType) -> pa.ChunkedArray:
    wanted = ARROW[kind]
    if kind == "timestamp" and pa.types.is_timestamp(values.type):
        values = values.cast(pa.timestamp("us", values.type.tz))  # UTC, whose name is dropped
    if kind == "timestamp" and pa.types.is_string(values.type):
        with suppress(pa.ArrowInvalid):  # unless each tells its offset
            values = values.cast(pa.timestamp("us", "UTC"))
    return values if values.type == wanted else values.cast(wanted)


def _within(values: pa.ChunkedArray, kind: ColumnType) -> pa.ChunkedArray:
    """The values, NULL for those that no KPI can be computed from: NaN, infinite, out of time."""
    if kind == "double":
        fits = pc.is_finite(values)
    elif kind in {"date", "timestamp"}:
        days = 1 if kind == "date" else A_DAY
        since_1970 = values.cast(pa.int32() if kind == "date" else pa.int64())
        first, end = YEAR_1 * days, YEAR_10000 * days
        fits = pc.and_(pc.greater_equal(since_1970, first), pc.less(since_1970, end))
    else:
        return values
    if pc.all(fits, min_count=0).as_py():
        return values
    return pc.if_else(fits, values, pa.scalar(None, values.type))
