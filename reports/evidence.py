"""What does a guard's evidence say? JSON from the marts as facts and one table people can read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from reports import wording

# Enough to check a claim on the spot; the rest is in fct_integrity_finding.
_ROWS = 12
# What is a value of the KPI wherever it stands, and what is one where its neighbours say so.
_LIMITS = frozenset({"target", "floor", "tolerance"})
_VALUES = _LIMITS | {"reported", "recomputed", "recomputed_value"}
_CHANGED = frozenset({"old_value", "new_value", "value"})


@dataclass(frozen=True, slots=True)
class Evidence:
    """`facts` are label and text; `columns` and `rows` one table of at most twelve rows.

    `common`: what is the same in every row, and so in no column; `hidden`: how many rows more there
    are; `invisible`: what the guard cannot see.
    """

    facts: tuple[tuple[str, str], ...]
    common: tuple[tuple[str, str], ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    hidden: int = 0
    invisible: tuple[str, ...] = ()


def read_evidence(text: str, symbol: str | None, decimals: int) -> Evidence:
    """Facts first, then the rows it rests on. Text that is no JSON object is one fact as it is.

    Values of the KPI are written as everywhere, with its unit `symbol` and `decimals`.
    """
    try:
        content = json.loads(text)
    except ValueError:
        content = text
    if not isinstance(content, dict):
        return Evidence((("evidence", wording.plain(content)),))
    invisible = content.pop("invisible", ())
    facts: list[tuple[str, str]] = []
    table: list[dict[str, Any]] = []
    said = _in_words(content, symbol, decimals)
    for key, value in content.items():
        if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            table = table or value
        elif key == "q_value":
            facts.append((_label(key), wording.p_value(value).removeprefix("= ")))
        elif value not in (None, "", [], {}):
            facts.append((_label(key), said[key]))
    written = [_in_words(row, symbol, decimals) for row in table]
    columns = list(dict.fromkeys(key for row in written for key in row))
    common = [key for key in columns if _is_common(key, table)]
    varying = [key for key in columns if key not in common]
    return Evidence(
        facts=tuple(facts),
        common=tuple((_label(key), written[0].get(key, "–")) for key in common),
        columns=tuple(map(_label, varying)),
        rows=tuple(tuple(row.get(key, "–") for key in varying) for row in written[:_ROWS]),
        hidden=max(len(table) - _ROWS, 0),
        invisible=tuple(map(wording.plain, invisible)),
    )


def _is_common(key: str, rows: list[dict[str, Any]]) -> bool:
    """Whether a column says the same in each of several rows."""
    return len(rows) > 1 and all(row.get(key) == rows[0].get(key) for row in rows)


def _in_words(content: dict[str, Any], symbol: str | None, decimals: int) -> dict[str, str]:
    """Each entry as it is shown; values of the KPI so that they look as different as they are."""
    names = _VALUES
    if "target" in content or content.get("field") in ("target", "floor", "value"):
        names |= _CHANGED
    values = {key: value for key in names if (value := _number(content.get(key))) is not None}
    shown = {key: _written(value) for key, value in content.items()}
    for key, value in values.items():
        others = () if key in _LIMITS else {other for other in values.values() if other != value}
        nearest = min(others, key=lambda other: (abs(other - value), other), default=Decimal())
        shown[key] = wording.quantity_beside(value, nearest, symbol, decimals)
    return shown


def _number(value: Any) -> Decimal | None:
    """The number that a value is, or is the text of."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _label(key: str) -> str:
    return wording.plain(key.replace("_", " "))


def _written(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, list):
        return "; ".join(map(_written, value))
    if isinstance(value, dict):
        return ", ".join(f"{_label(key)} {_written(item)}" for key, item in value.items())
    return wording.plain(value)
