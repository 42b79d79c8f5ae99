"""From a look at a file to a mapping on disk that has read it: what `sightline new source` does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingestion.mapping import load_one
from ingestion.mapping.look import look_at, table_id
from ingestion.mapping.table import read_table
from ingestion.workbook.reading import Refusal
from sightline.errors import DefinitionError, SightlineEnvironmentError, UsageError

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./ -]*[A-Za-z0-9]|[A-Za-z]")
_WORDS = {"null", "true", "false"}


@dataclass(frozen=True, slots=True)
class Draft:
    """A mapping that was written, what the look was unsure of, and what it reads."""

    path: Path
    unsure: tuple[str, ...]
    kept: int
    rejected: tuple[Mapping[str, Any], ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "written": str(self.path),
            "unsure": list(self.unsure),
            "kept": self.kept,
            "rejected": list(self.rejected),
        }


def draft(file: Path, where: Path, *, name: str | None = None, sheet: str | None = None) -> Draft:
    """Write `<where>/<name>.yml` for a file and try it on the file.

    Raises UsageError when there is such a mapping already, or no table in the file;
    SightlineEnvironmentError when the file cannot be read.
    """
    if not file.is_file():
        raise UsageError(f"there is no file {file}")
    target = where / f"{name or table_id(file)}.yml"
    if target.exists():
        raise UsageError(f"{target} is there already; edit it, or give another name with --name")
    look = look_at(file, table_id=target.stem, sheet=sheet)
    where.mkdir(parents=True, exist_ok=True)
    target.write_text("\n".join([*_comments(look.unsure), *_lines(look.mapping)]) + "\n", "utf-8")
    try:
        mapping = load_one(target)
    except DefinitionError:
        target.unlink()
        raise
    try:
        table = read_table(mapping, look.reading)
    except Refusal as refusal:
        raise SightlineEnvironmentError(
            f"{target} was written and does not read the file yet: {refusal.reason}"
        ) from None
    rejected = tuple(
        {name: row[name] for name in ("cell", "rule", "reason")} for row in table.rejected
    )
    return Draft(target, tuple(look.unsure), len(table.kept), rejected)


def _comments(unsure: list[str]) -> Iterator[str]:
    yield "# How this table is read; written after a look at the file, yours to correct."
    for doubt in unsure:
        yield f"# Unsure: {' '.join(doubt.split())}"


def _lines(mapping: Mapping[str, Any]) -> Iterator[str]:
    for key, value in mapping.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield f"{key}:"
            yield from (f"  - {_flow(item)}" for item in value)
        else:
            yield f"{key}: {_flow(value)}"


def _flow(value: Any) -> str:
    """A value on one line; text is quoted unless nobody could read it as anything else."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    is_plain = isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS
    return str(value) if is_plain else json.dumps(value, ensure_ascii=False)
