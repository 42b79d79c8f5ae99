"""Rows of Python values → Arrow tables of declared types, and what dlt must be told about them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from ingestion.source import ColumnType
from sightline.errors import SightlineEnvironmentError, UsageError

ARROW: dict[ColumnType, pa.DataType] = {
    "text": pa.string(),
    "bigint": pa.int64(),
    "decimal": pa.decimal128(38, 9),
    "double": pa.float64(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "bool": pa.bool_(),
}
NINE_PLACES = Decimal("1e-9")  # the scale of a raw decimal


def naive_utc(moment: datetime) -> datetime:
    """An aware moment as the warehouse keeps it: UTC without a zone. Naive input is refused."""
    if moment.tzinfo is None:
        raise UsageError(f"{moment.isoformat()} has no time zone")
    return moment.astimezone(UTC).replace(tzinfo=None)


def arrow_table(
    rows: Sequence[Mapping[str, Any]], declared: Mapping[str, ColumnType], *, name: str
) -> pa.Table:
    """Rows as one Arrow table: declared columns first, then any others in order of appearance.

    A column nobody declared gets the type of its first value, text when it has none; lists and
    mappings become JSON text. Raises SightlineEnvironmentError naming table, column and value when
    a value does not fit: nothing is coerced into NULL.
    """
    columns = dict.fromkeys([*declared, *(key for row in rows for key in row)])
    fields, arrays = [], []
    for column in columns:
        values = [_plain(row.get(column)) for row in rows]
        kind = declared.get(column) or _kind(values)
        try:
            arrays.append(pa.array([_fit(value, kind) for value in values], ARROW[kind]))
        except (TypeError, ValueError, ArithmeticError) as error:
            raise SightlineEnvironmentError(
                f"{name}.{column} is declared {kind}, which does not hold what came: {error}"
            ) from error
        fields.append(pa.field(column, ARROW[kind]))
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def hints(columns: Iterable[str]) -> dict[str, dict[str, Any]]:
    """dlt column hints for timestamps kept without a zone; unhinted, dlt makes TIMESTAMPTZ."""
    return {
        name: {"name": name, "data_type": "timestamp", "timezone": False, "nullable": True}
        for name in columns
    }


def _plain(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


def _kind(values: Sequence[Any]) -> ColumnType:
    value = next((value for value in values if value is not None), "")
    kinds: dict[type, ColumnType] = {
        bool: "bool",
        int: "bigint",
        float: "decimal",
        Decimal: "decimal",
        datetime: "timestamp",
        date: "date",
    }
    return kinds.get(type(value), "text")


def _fit(value: Any, kind: ColumnType) -> Any:
    """The value as its column keeps it, or TypeError: a type is never guessed from the content."""
    if value is None:
        return None
    if kind == "timestamp" and isinstance(value, datetime):
        return naive_utc(value) if value.tzinfo else value
    if kind == "decimal" and isinstance(value, int | float | Decimal):
        number = Decimal(str(value))
        if not number.is_finite():
            raise ValueError(f"{value!r} is not a finite number")
        return number.quantize(NINE_PLACES)
    expected: dict[ColumnType, type] = {"text": str, "bigint": int, "date": date, "bool": bool}
    fits = kind in expected and isinstance(value, expected[kind])
    if not fits or (kind == "date" and isinstance(value, datetime)):
        raise TypeError(f"{value!r} ({type(value).__name__})")
    return value
