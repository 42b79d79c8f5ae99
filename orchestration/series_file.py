"""A csv of somebody's → values with their lines: nothing is guessed silently, nothing dropped.

Finds code page, delimiter, header, decimal mark and columns by looking; whatever was guessed is
said in `notes`. Every data row is either kept or rejected with its line and reason.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingestion.mapping.look import text_format
from ingestion.mapping.value import plain
from orchestration.written_cell import (
    MOSTLY,
    SAMPLE,
    day_of,
    looks_numeric,
    marks_of,
    number,
    other_reading,
    period_form,
    share_numeric,
)
from sightline.errors import NothingCheckedError, SightlineEnvironmentError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

NO_DELIMITER = "\x1f"
PERIOD_NAMES = re.compile(
    r"date|period|day|week|month|year|quarter|datum|tag|woche|monat|jahr", re.I
)
COUNT_NAMES = re.compile(
    r"^(n|counts?|freq|frequency|number|nr_of.*|students?|anzahl|h[aä]ufigkeit|persons?|cases)$",
    re.I,
)
ROW_NAMES = re.compile(r"^(id|index|row|nr|no|#|unnamed.*|)$", re.I)


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns to read, by heading or 1-based number; None where to guess or not to read."""

    value: str | None = None
    period: str | None = None
    numerator: str | None = None
    denominator: str | None = None
    reported: str | None = None
    recomputed: str | None = None
    count: str | None = None


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
    found = SeriesFile()
    roles = _roles(header, rows, wanted, found)
    marks = {
        role: marks_of([row[index] for _, row in rows], header[index])
        for role, index in roles.items()
        if role != "period"
    }
    form = period_form([row[roles["period"]] for _, row in rows]) if "period" in roles else None
    if "period" in roles and form is None:
        found.notes.append(
            f"{header[roles['period']]} holds no dates that are known: read without order"
        )
        del roles["period"]
    elif form is not None:
        said = other_reading([row[roles["period"]] for _, row in rows], form)
        found.notes += [said] if said else []
    found.columns = {role: header[index] for role, index in roles.items()}
    periods: list[date] = []
    found.numbers = {role: [] for role in marks}
    for line, row in rows:
        parsed = {
            role: number(row[index], marks[role]) for role, index in roles.items() if role in marks
        }
        bad = [role for role, value in parsed.items() if value is None or value != value]
        day = day_of(row[roles["period"]], form) if form is not None else None
        if bad:
            said = plain(row[roles[bad[0]]])[:40]
            reason = (
                f"no number in {header[roles[bad[0]]]}: {said!r}"
                if said
                else f"{header[roles[bad[0]]]} is blank"
            )
            found.rejected.append(Rejected(line, reason))
        elif form is not None and day is None:
            found.rejected.append(Rejected(line, f"no date: {plain(row[roles['period']])[:40]!r}"))
        else:
            found.lines.append(line)
            for role, value in parsed.items():
                found.numbers[role].append(float(value or 0.0))
            if day is not None:
                periods.append(day)
    if not found.lines:
        raise NothingCheckedError(f"{path} has no row with a number in it")
    _order(found, periods if form is not None else None)
    return found


def _table(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Heading and rows, each with its line, padded to the width of the heading; blanks left out."""
    if not path.is_file():
        raise SightlineEnvironmentError(f"there is no file {path}")
    encoding, delimiter = text_format(path, [])
    text = path.read_bytes().decode(encoding, "replace").removeprefix("\ufeff")
    rows = _split(path, text, "\t" if delimiter == "tab" else delimiter)
    if rows and len(rows[0][1]) == 1 and max(len(row) for _, row in rows[:SAMPLE]) > 1:
        # One heading over lines that hold commas: the commas belong to the numbers.
        rows = _split(path, text, NO_DELIMITER)
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


def _roles(
    header: Sequence[str], rows: Sequence[tuple[int, list[str]]], wanted: Columns, found: SeriesFile
) -> dict[str, int]:
    """Which column plays which part; what was guessed is noted."""
    roles = {
        role: _index(header, name)
        for role in (
            "value",
            "period",
            "numerator",
            "denominator",
            "reported",
            "recomputed",
            "count",
        )
        if (name := getattr(wanted, role)) is not None
    }
    for one, other in (("numerator", "denominator"), ("reported", "recomputed")):
        if (one in roles) != (other in roles):
            raise UsageError(f"--{one} and --{other} go together")
    sample = [row for _, row in rows[:SAMPLE]]
    free = [i for i in range(len(header)) if i not in roles.values()]
    numeric = [i for i in free if share_numeric(sample, i) >= MOSTLY]
    if "period" not in roles:
        dated = [
            i
            for i in free
            if PERIOD_NAMES.search(header[i]) and period_form([row[i] for row in sample])
        ]
        dated += [
            i
            for i in free
            if i not in dated and i not in numeric and period_form([row[i] for row in sample])
        ]
        if dated:
            roles["period"] = dated[0]
            found.notes.append(f"{header[dated[0]]} was taken for the period")
    numeric = [
        i for i in numeric if i != roles.get("period") and not ROW_NAMES.match(header[i])
    ] or [i for i in numeric if i != roles.get("period")]
    if (
        "count" not in roles
        and len(numeric) == 2
        and "numerator" not in roles
        and "reported" not in roles
    ):
        counts = [i for i in numeric if COUNT_NAMES.match(header[i]) and i != roles.get("value")]
        values_at = next((i for i in numeric if i not in counts), None)
        if (
            len(counts) == 1
            and values_at is not None
            and len({row[values_at] for row in sample}) == len(sample)
        ):
            roles["count"] = counts[0]
            found.notes.append(f"{header[counts[0]]} was taken for how often each value occurs")
    if not {"value", "numerator", "reported"} & roles.keys():
        values = [i for i in numeric if i != roles.get("count")]
        named = [
            i
            for i in values
            if re.fullmatch(
                r"values?|scores?|marks?|wert|result|time|minutes|amount", header[i], re.I
            )
        ]
        chosen = values if len(values) == 1 else named
        if not values:
            raise NothingCheckedError("no column holds numbers")
        if len(chosen) != 1:
            names = ", ".join(repr(header[i]) for i in values)
            raise UsageError(
                f"which column holds the values? Say --value NAME; columns of numbers: {names}"
            )
        roles["value"] = chosen[0]
        if len(header) > 1:
            found.notes.append(f"{header[chosen[0]]} was taken for the values")
    return roles


def _index(header: Sequence[str], name: str) -> int:
    folded = [heading.casefold() for heading in header]
    if name.casefold() in folded:
        return folded.index(name.casefold())
    if name.isdecimal() and 1 <= int(name) <= len(header):
        return int(name) - 1
    raise UsageError(f"there is no column {name!r}; there are: {', '.join(map(repr, header))}")


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
