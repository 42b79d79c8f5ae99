"""A csv of somebody's → values with their lines: nothing is guessed silently, nothing dropped.

Finds code page, delimiter, header, decimal mark and columns by looking; whatever was guessed is
said in `notes`. Every data row is either kept or rejected with its line and reason.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from math import isnan
from typing import TYPE_CHECKING, NamedTuple

from ingestion.mapping.look import text_format
from ingestion.mapping.value import plain
from orchestration.series_columns import Columns, parts
from orchestration.written_cell import (
    SAMPLE,
    day_of,
    decimals_before_32_bits,
    looks_numeric,
    marks_of,
    number,
    other_reading,
    period_form,
)
from sightline.errors import NothingCheckedError, SightlineEnvironmentError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

_NO_DELIMITER = "\x1f"
FEW_LOST = 0.02


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is not used, its line in the file, and why."""

    line: int
    reason: str


@dataclass(slots=True)
class SeriesFile:
    """What was read: numbers by role and the line of each kept row; seen = kept + rejected."""

    lines: list[int] = field(default_factory=list)
    numbers: dict[str, list[float]] = field(default_factory=dict)
    periods: list[date] | None = None
    rejected: list[Rejected] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def seen(self) -> int:
        """Data rows of the file that are not blank."""
        return len(self.lines) + len(self.rejected)


def read(path: Path, wanted: Columns) -> SeriesFile:
    """Read the file.

    Raises UsageError for columns that are not there or cannot be told apart, NothingCheckedError
    where there is no number to read.
    """
    header, rows = _table(path)
    columns, notes = parts(header, [row for _, row in rows[:SAMPLE]], wanted)
    dated = _dated(header, rows, columns.pop("period", None), notes)
    if dated is not None and wanted.period is None and _loses_rows(rows, dated):
        notes.append(f"not all of {header[dated.column]} are dates: read without order")
        dated = None
    marks = {
        part: marks_of([row[at] for _, row in rows], header[at]) for part, at in columns.items()
    }
    found = SeriesFile(notes=notes, numbers={part: [] for part in columns})
    found.columns = {part: header[at] for part, at in columns.items()}
    if dated is not None:
        found.columns["period"] = header[dated.column]
    periods: list[date] = []
    for line, row in rows:
        numbers = {part: number(row[at], marks[part]) for part, at in columns.items()}
        bad = next((columns[part] for part, value in numbers.items() if _is_none(value)), None)
        day = None if dated is None else day_of(row[dated.column], dated.form)
        if bad is not None:
            found.rejected.append(Rejected(line, _no_number(header[bad], plain(row[bad])[:40])))
        elif dated is not None and day is None:
            said = plain(row[dated.column])[:40]
            found.rejected.append(Rejected(line, f"no date: {said!r}"))
        else:
            found.lines.append(line)
            for part, value in numbers.items():
                found.numbers[part].append(float(value or 0.0))
            if day is not None:
                periods.append(day)
    if not found.lines:
        raise NothingCheckedError(f"{path} has no row with a number in it")
    for part, values in found.numbers.items():
        found.numbers[part] = decimals_before_32_bits(values)
        if found.numbers[part] is not values:
            notes.append(f"{found.columns[part]} went through 32 bits: rounded to what it was")
    _order(found, None if dated is None else periods)
    return found


class _Dated(NamedTuple):
    """The column of the periods and the form its dates are in."""

    column: int
    form: str


def _dated(
    header: Sequence[str],
    rows: Sequence[tuple[int, list[str]]],
    column: int | None,
    notes: list[str],
) -> _Dated | None:
    """How the periods are read, if they can be; what has to be said of them is noted."""
    if column is None:
        return None
    cells = [row[column] for _, row in rows]
    form = period_form(cells)
    if form is None:
        notes.append(f"{header[column]} holds no dates that are known: read without order")
        return None
    exchanged = other_reading(cells, form)
    notes += [exchanged] if exchanged else []
    return _Dated(column, form)


def _loses_rows(rows: Sequence[tuple[int, list[str]]], dated: _Dated) -> bool:
    """Would more than a few rows be rejected for a column that nobody named?"""
    lost = sum(day_of(row[dated.column], dated.form) is None for _, row in rows)
    return lost > FEW_LOST * len(rows)


def _is_none(value: float | None) -> bool:
    return value is None or isnan(value)


def _no_number(name: str, said: str) -> str:
    return f"no number in {name}: {said!r}" if said else f"{name} is blank"


def _table(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Heading and rows, each with its line, padded to the width of the heading; blanks left out."""
    if not path.is_file():
        raise SightlineEnvironmentError(f"there is no file {path}")
    encoding, delimiter = text_format(path, [])
    text = path.read_bytes().decode(encoding, "replace").removeprefix("\ufeff")
    rows = _split(path, text, "\t" if delimiter == "tab" else delimiter)
    if rows and len(rows[0][1]) == 1 and max(len(row) for _, row in rows[:SAMPLE]) > 1:
        # One heading over lines that hold commas: the commas belong to the numbers.
        rows = _split(path, text, _NO_DELIMITER)
    if not rows:
        raise NothingCheckedError(f"{path} holds no rows")
    first = rows[0][1]
    has_header = not any(looks_numeric(cell) for cell in first)
    width = max(len(row) for _, row in rows[:SAMPLE])
    if has_header:
        header = [plain(cell) for cell in first] + [
            f"column {i + 1}" for i in range(len(first), width)
        ]
    else:
        header = [f"column {i + 1}" for i in range(width)]
    body = rows[1:] if has_header else rows
    return header, [(line, (row + [""] * len(header))[: len(header)]) for line, row in body]


def _split(path: Path, text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise UsageError(f"{path}, line {reader.line_num}: {error}") from error
    return [(line, row) for line, row in rows if not row[0].startswith("#")]


def _order(found: SeriesFile, periods: list[date] | None) -> None:
    """In order of time where every period comes once; else as they stand, and without order."""
    if periods is None:
        return
    if len(set(periods)) < len(periods):
        found.notes.append("several rows share a period: read without order in time")
        return
    order = sorted(range(len(periods)), key=lambda index: periods[index])
    found.periods = [periods[index] for index in order]
    found.lines = [found.lines[index] for index in order]
    found.numbers = {role: [values[i] for i in order] for role, values in found.numbers.items()}


def summary(found: SeriesFile, name: str) -> Mapping[str, object]:
    """What was seen, kept and rejected, for people and programs."""
    return {
        "file": name,
        "seen": found.seen,
        "kept": len(found.lines),
        "rejected": [{"line": one.line, "reason": one.reason} for one in found.rejected],
        "columns": found.columns,
        "notes": found.notes,
    }
