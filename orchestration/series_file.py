"""A csv of somebody's → values with their lines: nothing is guessed silently, nothing dropped.

Finds code page, delimiter, heading, decimal mark and columns by looking; whatever was guessed is
said in `notes`. Every data row is either kept or rejected with its line and reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isnan
from typing import TYPE_CHECKING, NamedTuple

from ingestion.mapping.value import plain
from orchestration.column_marks import ColumnMarks, decimal_mark_of, marks_of
from orchestration.series_columns import Columns, parts, unread_period
from orchestration.series_table import Table, table_of
from orchestration.written_day import (
    SERIAL,
    day_of,
    is_serial,
    other_reading,
    period_form,
    time_of,
    why_unread,
)
from orchestration.written_number import decimals_before_32_bits, is_credit, number
from sightline.errors import NothingCheckedError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

FEW_LOST = 0.02
LARGEST_EXACT = 2**53


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is not used, its line in the file, and why."""

    line: int
    reason: str


@dataclass(slots=True)
class SeriesFile:
    """What was read: numbers by role and the line of each kept row; seen = kept + rejected.

    heading_line: None where columns go by number; lines_above: titles above it, which are no rows;
    marks: of each role; decimal_mark: None where no number shows one; without_order: why periods
    that the file has give no order.
    """

    lines: list[int] = field(default_factory=list)
    numbers: dict[str, list[float]] = field(default_factory=dict)
    periods: list[date] | None = None
    rejected: list[Rejected] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    heading_line: int | None = None
    lines_above: int = 0
    marks: dict[str, ColumnMarks] = field(default_factory=dict)
    decimal_mark: str | None = None
    without_order: str | None = None

    @property
    def seen(self) -> int:
        """Data rows of the file that are not blank."""
        return len(self.lines) + len(self.rejected)


def read(path: Path, wanted: Columns, decimal_mark: str | None = None) -> SeriesFile:
    """Read the file, with the decimal mark that somebody named or the one that its cells show.

    Raises UsageError for columns that are not there or cannot be told apart, NothingCheckedError
    where there is no number to read.
    """
    table = table_of(path, wanted.names())
    columns, guessed = parts(table, wanted)
    found = SeriesFile(notes=table.notes + guessed, numbers={})
    found.heading_line, found.lines_above = table.heading_line, table.above
    dated = _dated(table, columns, found, is_named=wanted.period is not None)
    columns.pop("period", None)
    marks = {part: marks_of(table, at, decimal_mark) for part, at in columns.items()}
    found.marks = marks
    found.notes += [mark.guess for mark in marks.values() if mark.guess]
    found.notes += filter(None, (_credits(table, at) for at in columns.values()))
    told = [decimal_mark_of(table.cells(at), marks[part]) for part, at in columns.items()]
    found.decimal_mark = next((mark for mark in told if mark is not None), None)
    found.columns = {part: table.heading[at] for part, at in columns.items()}
    found.numbers = {part: [] for part in columns}
    if dated is not None:
        found.columns["period"] = table.heading[dated.column]
    moments: list[_Moment] = []
    for line, row in table.rows:
        numbers = {part: number(row[at], marks[part].pair) for part, at in columns.items()}
        bad = next((columns[part] for part, value in numbers.items() if _is_none(value)), None)
        day = None if dated is None else day_of(row[dated.column], dated.form)
        if bad is not None:
            said = _no_number(table.heading[bad], plain(row[bad])[:40])
            found.rejected.append(Rejected(line, said))
        elif dated is not None and day is None:
            said = plain(row[dated.column])[:40]
            found.rejected.append(Rejected(line, f"no date: {said!r}"))
        elif (reason := _out_of_range(numbers)) is not None:
            found.rejected.append(Rejected(line, reason))
        else:
            found.lines.append(line)
            for part, value in numbers.items():
                found.numbers[part].append(float(value or 0.0))
            if dated is not None and day is not None:
                moments.append(_Moment(day, time_of(row[dated.column])))
    if not found.lines:
        first = found.rejected[0]
        ways = " or ".join(f"--{part} NAME" for part in found.columns)
        raise NothingCheckedError(
            f"{path}, line {first.line}: {first.reason}, and no other of {found.seen:,} rows has "
            f"all that is asked for; {ways} takes another column"
        )
    for part, values in found.numbers.items():
        found.numbers[part] = decimals_before_32_bits(values)
        if found.numbers[part] is not values:
            name = found.columns[part]
            found.notes.append(f"{name} went through 32 bits: rounded to what it was")
    if dated is not None:
        _order(found, moments)
    return found


class _Moment(NamedTuple):
    """The period of a row, and the time of the day as it is written, if one is."""

    day: date
    time: str | None


class _Dated(NamedTuple):
    """The column of the periods and the form its dates are in."""

    column: int
    form: str


def _dated(
    table: Table, columns: Mapping[str, int], found: SeriesFile, *, is_named: bool
) -> _Dated | None:
    """How the periods are read, if they can be; what has to be said of them is noted."""
    column = columns.get("period", unread_period(table, columns.values()))
    if column is None:
        return None
    cells, name = table.cells(column), table.heading[column]
    form = period_form(cells) or (SERIAL if is_serial(cells) else None)
    if form is None or "period" not in columns:
        _without_order(found, why_unread(name, cells))
        return None
    exchanged = other_reading(cells, form)
    found.notes += [exchanged] if exchanged else []
    lost = sum(day_of(cell, form) is None for cell in cells)
    if not is_named and lost > FEW_LOST * len(cells):
        # No row is lost for a column that nobody named.
        _without_order(
            found,
            f"not all of {name} are dates: read without order; --period {name} leaves the others "
            "out",
        )
        return None
    return _Dated(column, form)


def _without_order(found: SeriesFile, reason: str) -> None:
    found.without_order = reason
    found.notes.append(reason)


def _credits(table: Table, at: int) -> str | None:
    """How many figures stand in parentheses, and one of them; None where none does."""
    cells = [plain(cell) for cell in table.cells(at) if is_credit(cell)]
    if not cells:
        return None
    return f"{table.heading[at]}: {len(cells):,} in parentheses are below 0, such as {cells[0]}"


def _out_of_range(numbers: Mapping[str, float | None]) -> str | None:
    """Why numbers of a row cannot be what their columns are said to hold, None where they can."""
    count, top, below = (numbers.get(part) for part in ("count", "numerator", "denominator"))
    if count is not None and (count < 0 or count % 1):
        return f"a count {'below 0' if count < 0 else 'of no whole number'}: {count:g}"
    if top is None or below is None:
        return None
    if below > LARGEST_EXACT:
        return f"{below:.15g} is beyond the whole numbers that are told apart here"
    if below > 0 and 0 <= top <= below and top % 1 == below % 1 == 0:
        return None
    return f"{top:.15g} of {below:.15g} is no whole part of a whole number above 0"


def _is_none(value: float | None) -> bool:
    return value is None or isnan(value)


def _no_number(name: str, said: str) -> str:
    return f"no number in {name}: {said!r}" if said else f"{name} is blank"


def _order(found: SeriesFile, moments: list[_Moment]) -> None:
    """In order of time where every day comes once; else as they stand, and without order.

    Guards that look at order were measured on one value a day or longer. Times within the day
    have an order too, but a daily curve comes again each day, and would be asked about.
    """
    periods = [moment.day for moment in moments]
    days, times = len(set(periods)), len(set(moments))
    if days < len(periods):
        _without_order(found, _several_a_day(found, periods, times))
        return
    order = sorted(range(len(periods)), key=lambda index: periods[index])
    found.periods = [periods[index] for index in order]
    found.lines = [found.lines[index] for index in order]
    found.numbers = {role: [values[i] for i in order] for role, values in found.numbers.items()}


def _several_a_day(found: SeriesFile, periods: list[date], times: int) -> str:
    """What stands in the way of an order, and the way out.

    A clock that is put back has an hour twice: times may differ in all but a few rows.
    """
    days = len(set(periods))
    if times > days and times >= (1 - FEW_LOST) * len(periods):
        return (
            f"{found.columns['period']} has {times:,} times on {days:,} days: read without order "
            "in time; a sum or mean of each day would have one"
        )
    first: dict[date, int] = {}
    again = next(i for i, day in enumerate(periods) if first.setdefault(day, i) != i)
    day, lines = periods[again], (found.lines[first[periods[again]]], found.lines[again])
    return (
        f"several rows share a period (lines {lines[0]} and {lines[1]}: {day}): read without order "
        "in time; a file for each series, or one value a period, would have one"
    )


def summary(found: SeriesFile, name: str) -> Mapping[str, object]:
    """What was seen, kept and rejected, for people and programs."""
    return {
        "file": name,
        "heading_line": found.heading_line,
        "lines_above": found.lines_above,
        "seen": found.seen,
        "kept": len(found.lines),
        "rejected": [{"line": one.line, "reason": one.reason} for one in found.rejected],
        "columns": found.columns,
        "marks": {part: marks._asdict() for part, marks in found.marks.items()},
        "without_order": found.without_order,
        "notes": found.notes,
    }
