"""What does a guard's evidence say? JSON from the marts as facts and one table people can read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from reports import wording

# Enough to check a claim on the spot; the rest is in fct_integrity_finding.
_ROWS = 12


@dataclass(frozen=True, slots=True)
class Evidence:
    """`facts` are label and text; `columns` and `rows` one table of at most twelve rows."""

    facts: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    hidden: int


def read_evidence(text: str) -> Evidence:
    """Facts first, then the rows it rests on. Text that is no JSON object is one fact as it is."""
    try:
        content = json.loads(text)
    except ValueError:
        content = text
    if not isinstance(content, dict):
        return Evidence((("evidence", wording.plain(content)),), (), (), 0)
    facts: list[tuple[str, str]] = []
    table: list[dict[str, Any]] = []
    for key, value in content.items():
        if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            table = table or value
        elif key == "q_value":
            facts.append((_label(key), wording.p_value(value).removeprefix("= ")))
        elif value not in (None, "", [], {}):
            facts.append((_label(key), _written(value)))
    columns = tuple(dict.fromkeys(key for row in table for key in row))
    return Evidence(
        facts=tuple(facts),
        columns=tuple(map(_label, columns)),
        rows=tuple(tuple(_written(row.get(column)) for column in columns) for row in table[:_ROWS]),
        hidden=max(len(table) - _ROWS, 0),
    )


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
