"""The bytes of a raw row that are hashed: the same for the same row, in SQL and in Python.

    { " " [<bytes of value>] }                              of each column that the seal lists
    { LF <bytes of name> ":" <name> " " <bytes of value> }  of each other that has a value
    LF LF { <value> }                                       of all these, in the same order

A seal lists the columns that its table had, in order of their names, and its version stands for
this format: to head each row with it would cost many a block of SHA-256 more. A NULL has no length,
and every length counts bytes of UTF-8, so that under one list two different rows never share their
bytes. A column that came later changes no row sealed before, as long as it is NULL there. Values
are text: numbers as written in full, moments in UTC as ISO text, bytes in hex.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal


def row_bytes(values: Mapping[str, str | None], columns: Sequence[str]) -> bytes:
    """The canonical bytes of a row given as text by column, under a seal that lists `columns`."""
    later = sorted(name for name in values.keys() - set(columns) if values[name] is not None)
    lengths = [f" {_size(values.get(name))}" for name in columns]
    lengths += [f"\n{_size(name)}:{name} {_size(values[name])}" for name in later]
    told = [values.get(name) or "" for name in (*columns, *later)]
    return "".join([*lengths, "\n\n", *told]).encode()


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


def leaf_sql(types: Mapping[str, str], columns: Sequence[str]) -> str:
    """A DuckDB expression for the leaf hash of a row, in hex, under a seal that lists `columns`.

    What is hashed is the row's canonical text behind the zero that tells a leaf from a node (RFC
    6962). `types` gives the type of each column that the table has now.
    """
    later = sorted(types.keys() - set(columns))
    texts = {
        name: text_sql(name, types[name]) if name in types else "cast(null as varchar)"
        for name in (*columns, *later)
    }
    # concat() passes over NULL; the lengths first and the values after take half the time of pairs
    lengths = [part for name in columns for part in ("' '", f"strlen({texts[name]})")]
    labels = {name: _literal(f"\n{_size(name)}:{name} ") for name in later}
    lengths += [f"{labels[name]} || strlen({texts[name]})" for name in later]
    parts = ["chr(0)", *lengths, _literal("\n\n"), *texts.values()]
    return f"sha256(concat({', '.join(parts)}))"


def text_sql(name: str, kind: str) -> str:
    """A DuckDB expression that yields the canonical text of one column; NULL stays NULL."""
    column = '"' + name.replace('"', '""') + '"'
    if kind == "TIMESTAMP WITH TIME ZONE":
        column = f"timezone('UTC', {column})"  # else it would be told in the session's zone
    if kind == "BLOB":
        return f"hex({column})"
    return column if kind == "VARCHAR" else f"cast({column} as varchar)"


def _size(text: str | None) -> str:
    return "" if text is None else str(len(text.encode()))


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
