"""A csv of somebody's → values with their lines: nothing is guessed silently, nothing dropped.

Finds code page, delimiter, heading, decimal mark and columns by looking; whatever was guessed is
said in `notes`. Every data row is either kept or rejected with its line and reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isnan
from typing import TYPE_CHECKING, NamedTuple

from ingestion.mapping.value import plain
from orchestration.series_columns import Columns, parts
from orchestration.series_table import Table, table_of
from orchestration.written_cell import (
    day_of,
    decimal_mark_of,
    decimals_before_32_bits,
    marks_of,
    number,
    other_reading,
    period_form,
    time_of,
)
from sightline.errors import NothingCheckedError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

FEW_LOST = 0.02


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is not used, its line in the file, and why."""

    line: int
    reason: str


@dataclass(slots=True)
class SeriesFile:
    """What was read: numbers by role and the line of each kept row; seen = kept + rejected.

    heading_line: None where columns go by number; lines_above: titles above it, which are no rows;
    decimal_mark: None where no number shows one; without_order: why periods that the file has
    give no order.
    """

    lines: list[int] = field(default_factory=list)
    numbers: dict[str, list[float]] = field(default_factory=dict)
    periods: list[date] | None = None
    rejected: list[Rejected] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    heading_line: int | None = None
    lines_above: int = 0
    decimal_mark: str | None = None
    without_order: str | None = None

    @property
    def seen(self) -> int:
        """Data rows of the file that are not blank."""
        return len(self.lines) + len(self.rejected)


def read(path: Path, wanted: Columns) -> SeriesFile:
    """Read the file.

    Raises UsageError for columns that are not there or cannot be told apart, NothingCheckedError
    where there is no number to read.
    """
    table = table_of(path, wanted.names())
    columns, guessed = parts(table, wanted)
    found = SeriesFile(notes=table.notes + guessed, numbers={})
    found.heading_line, found.lines_above = table.heading_line, table.above
    dated = _dated(table, columns.pop("period", None), found, is_named=wanted.period is not None)
    marks = {
        part: marks_of(table.cells(at), f"{table.place}: {table.heading[at]}")
        for part, at in columns.items()
    }
    told = [decimal_mark_of(table.cells(at), marks[part]) for part, at in columns.items()]
    found.decimal_mark = next((mark for mark in told if mark is not None), None)
    found.columns = {part: table.heading[at] for part, at in columns.items()}
    found.numbers = {part: [] for part in columns}
    if dated is not None:
        found.columns["period"] = table.heading[dated.column]
    moments: list[_Moment] = []
    for line, row in table.rows:
        numbers = {part: number(row[at], marks[part]) for part, at in columns.items()}
        bad = next((columns[part] for part, value in numbers.items() if _is_none(value)), None)
        day = None if dated is None else day_of(row[dated.column], dated.form)
        if bad is not None:
            said = _no_number(table.heading[bad], plain(row[bad])[:40])
            found.rejected.append(Rejected(line, said))
        elif dated is not None and day is None:
            said = plain(row[dated.column])[:40]
            found.rejected.append(Rejected(line, f"no date: {said!r}"))
        else:
            found.lines.append(line)
            for part, value in numbers.items():
                found.numbers[part].append(float(value or 0.0))
            if dated is not None and day is not None:
                moments.append(_Moment(day, time_of(row[dated.column])))
    if not found.lines:
        first = found.rejected[0]
        raise NothingCheckedError(
            f"{path}, line {first.line}: {first.reason}, and no other of {found.seen:,} rows has "
            "all that is asked for; --value NAME or --period NAME takes another column"
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


def _dated(table: Table, column: int | None, found: SeriesFile, *, is_named: bool) -> _Dated | None:
    """How the periods are read, if they can be; what has to be said of them is noted."""
    if column is None:
        return None
    cells, name = table.cells(column), table.heading[column]
    form = period_form(cells)
    if form is None:
        _without_order(found, f"{name} holds no dates that are known: read without order")
        return None
    exchanged = other_reading(cells, form)
    found.notes += [exchanged] if exchanged else []
    lost = sum(day_of(cell, form) is None for cell in cells)
    if not is_named and lost > FEW_LOST * len(cells):
        # No row is lost for a column that nobody named.
        _without_order(found, f"not all of {name} are dates: read without order")
        return None
    return _Dated(column, form)


def _without_order(found: SeriesFile, reason: str) -> None:
    found.without_order = reason
    found.notes.append(reason)


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
        "without_order": found.without_order,
        "notes": found.notes,
    }
