"""The bytes of a raw row that are hashed: the same for the same row, in SQL and in Python.

    sightline-row/1 { LF <bytes of name> ":" <name> " " <bytes of value> } LF LF { <value> }

Columns stand in order of their names, and every length counts bytes of UTF-8, so that two different
rows never share their bytes. A NULL is left out: a column added later changes no row sealed before.
Values are text: numbers as written in full, moments in UTC as ISO text, bytes in hex.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

HEADING = "sightline-row/1"


def row_bytes(values: Mapping[str, str | None]) -> bytes:
    """The canonical bytes of a row given as text by column."""
    there = {name: value for name, value in sorted(values.items()) if value is not None}
    lengths = "".join(f"\n{_size(name)}:{name} {_size(value)}" for name, value in there.items())
    return f"{HEADING}{lengths}\n\n{''.join(there.values())}".encode()


def text(value: object) -> str | None:
    """The canonical text of one value of a raw column; TypeError for a type raw does not hold."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return value.hex().upper()
    if isinstance(value, datetime):
        naive = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        fraction = f"{naive:%f}".rstrip("0")
        return f"{naive:%Y-%m-%d %H:%M:%S}".zfill(19) + (f".{fraction}" if fraction else "")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and math.isnan(value):
        return "-nan" if math.copysign(1, value) < 0 else "nan"  # DuckDB tells its sign
    if isinstance(value, int | float | Decimal):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    raise TypeError(f"no raw column holds a {type(value).__name__}")


def row_sql(columns: Mapping[str, str]) -> str:
    """A DuckDB expression that yields the canonical text of a row of these columns and types."""
    texts = {name: text_sql(name, columns[name]) for name in sorted(columns)}
    # concat() passes over NULL; the lengths first and the values after take half the time of pairs
    labels = {name: _literal(f"\n{_size(name)}:{name} ") for name in texts}
    lengths = [f"{labels[name]} || strlen({value})" for name, value in texts.items()]
    parts = [_literal(HEADING), *lengths, _literal("\n\n"), *texts.values()]
    return f"concat({', '.join(parts)})"


def text_sql(name: str, kind: str) -> str:
    """A DuckDB expression that yields the canonical text of one column; NULL stays NULL."""
    column = '"' + name.replace('"', '""') + '"'
    if kind == "TIMESTAMP WITH TIME ZONE":
        column = f"timezone('UTC', {column})"  # else it would be told in the session's zone
    if kind == "BLOB":
        return f"hex({column})"
    return column if kind == "VARCHAR" else f"cast({column} as varchar)"


def _size(text: str) -> int:
    return len(text.encode())


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
