"""A csv → its heading and the rows below it, by comparing what stands at the top with the rest.

A heading is a row of words above columns of numbers and dates. It may hold what looks like a
number: 5k above clock times, 2019 above amounts. Titles stand above it and fill fewer columns.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from ingestion.mapping.look import text_format
from ingestion.mapping.value import plain
from ingestion.workbook import ZIPPED
from orchestration.written_day import MOSTLY, SAMPLE, day_of, period_form
from orchestration.written_number import looks_numeric, number
from sightline.errors import NothingCheckedError, SightlineEnvironmentError, UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    Row = tuple[int, list[str]]

# What xls and doc files begin with.
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_NO_DELIMITER = "\x1f"
_TOP, _BELOW = 30, 60  # rows among which a heading is looked for, and it is compared with
_FEW, _MANY = 3, 5  # numbers in a row, and growing ones, that chance hardly brings together
_MISSING = frozenset(
    ("", "na", "n/a", "n.a.", "nan", "null", "none", "-", "--", ".", "..", "?", "k. a.", "k.a.")
)
_YEAR = re.compile(r"(19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Table:
    """Names of the columns, and each row below with its line, padded to as many cells.

    heading_line: None where no row is a heading; above: how many lines stand above it; delimiter:
    what parts its cells.
    """

    path: Path
    heading: list[str]
    rows: list[Row]
    heading_line: int | None
    above: int = 0
    delimiter: str = ","
    notes: list[str] = field(default_factory=list)

    @property
    def place(self) -> str:
        """Where the names of the columns stand, for whoever has to look there."""
        if self.heading_line is None:
            return f"{self.path}, where no line looks like a heading"
        return f"{self.path}, line {self.heading_line}"

    def cells(self, at: int) -> list[str]:
        """A column from top to bottom."""
        return [row[at] for _, row in self.rows]


def table_of(path: Path, names: Collection[str]) -> Table:
    """Read the file; a row that holds all `names` is its heading rather than one that does not.

    Raises SightlineEnvironmentError where there is no file, UsageError for what is no csv and
    NothingCheckedError for what holds no rows.
    """
    if not path.is_file():
        raise SightlineEnvironmentError(f"there is no file {path}")
    rows, delimiter = _rows(path)
    if not rows:
        raise NothingCheckedError(f"{path} holds no rows")
    at = _heading_at(rows, {plain(name).casefold() for name in names})
    line, heading = (None, []) if at is None else rows[at]
    below = rows if at is None else rows[at + 1 :]
    body = [(number, row) for number, row in below if not row[0].startswith("#")]
    table = Table(path, _names(heading, body or rows), [], line, at or 0, delimiter)
    width = len(table.heading)
    table.rows.extend((number, (row + [""] * width)[:width]) for number, row in body)
    if line is None:
        table.notes.append("no line looks like a heading: columns go by number")
    if table.above:
        lines = "1 line" if table.above == 1 else f"{table.above} lines"
        table.notes.append(f"line {line} is taken for the heading; {lines} above it are not read")
    figures = [plain(cell) for cell in heading if looks_numeric(cell)]
    if figures:
        said = ", ".join(figures[:5])
        table.notes.append(f"line {line} is taken for the heading, though it holds {said}")
    if len(below) > len(body):
        table.notes.append(f"lines that begin with # are not read: {len(below) - len(body)}")
    return table


def _names(heading: Sequence[str], body: Sequence[Row]) -> list[str]:
    """A name for each column, the number where there is none."""
    width = max(len(heading), *(len(row) for _, row in body[:SAMPLE]))
    names = [plain(cell) for cell in heading]
    if names:
        names[0] = names[0].removeprefix("#").lstrip()
    named = [name or f"unnamed column {number}" for number, name in enumerate(names, 1)]
    return named + [f"column {number + 1}" for number in range(len(named), width)]


def _rows(path: Path) -> tuple[list[Row], str]:
    """Every line that is not blank, and what parts its cells."""
    content = path.read_bytes()
    _refuse_what_is_no_text(path, content)
    encoding, delimiter = text_format(path, [])
    text = content.decode(encoding, "replace").removeprefix("\ufeff")
    delimiter = "\t" if delimiter == "tab" else delimiter
    rows = _split(path, text, delimiter)
    if rows and len(rows[0][1]) == 1 and max(len(row) for _, row in rows[:SAMPLE]) > 1:
        whole = _split(path, text, _NO_DELIMITER)
        if all(looks_numeric(cell) for _, (cell, *_) in whole[1:_TOP]):
            # One heading over lines that are numbers: the commas belong to these.
            return whole, _NO_DELIMITER
    return rows, delimiter


def _refuse_what_is_no_text(path: Path, content: bytes) -> None:
    """Workbooks and pictures hold zeros, or control characters, that no text has."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return
    if content.startswith(b"PK\x03\x04") and path.suffix.lower() in (*ZIPPED, ".zip"):
        kind = "a workbook" if path.suffix.lower() in ZIPPED else "a zip"
    elif content.startswith(_OLD_WORKBOOK):
        kind = "a workbook of an old form"
    elif content.startswith(b"%PDF") or b"\0" in content:
        kind = "no text"
    else:
        return
    raise UsageError(
        f"{path} is {kind}, and no csv: save the table as csv; `sightline new source` reads tables "
        f"of workbooks ({', '.join(ZIPPED)}) as a source"
    )


def _split(path: Path, text: str, delimiter: str) -> list[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise UsageError(f"{path}, line {reader.line_num}: {error}") from error


class _Column(NamedTuple):
    """What stands far below: the form of its dates, or None and the units and sizes of numbers."""

    at: int
    form: str | None
    units: frozenset[str]
    sizes: tuple[float, ...]


class _Said(NamedTuple):
    """What a row says: cells unlike their columns, cells like them, and whether it is a heading."""

    words: int
    figures: int
    is_heading: bool


def _heading_at(lines: Sequence[Row], names: Collection[str]) -> int | None:
    """Which row is the heading, None where the first is one of numbers.

    The one that holds the names, unless these number columns. Of several that may be, the one that
    has most words, fills most cells, has no blank line between itself and the table, or stands
    above the others: units stand below it.
    """
    rows = [row for _, row in lines]
    named = next((at for at, row in enumerate(rows[:_TOP]) if _holds(row, names)), None)
    if named is not None and not all(_is_number_of(name, rows[named]) for name in names):
        return named
    columns = _columns(rows)
    top = [_says(row, columns) for row in rows[:_TOP]]
    begun = next((at for at, said in enumerate(top) if said.figures and not said.is_heading), None)
    if begun == 0:
        return None
    known = [at for at, said in enumerate(top[:begun]) if said.is_heading]
    if known:
        gap = max((at for at in range(known[-1]) if _is_blank_below(lines, at)), default=-1)

        def rank(at: int) -> tuple[int, int, bool, int]:
            row = rows[at]
            return top[at].words, _filled(row), at > gap, -at

        return max(known, key=rank)
    # Nothing tells: names stand in the first row that is not much narrower than those below.
    usual = sorted(map(_filled, rows[:SAMPLE]))[len(rows[:SAMPLE]) // 2]
    first = next(at for at, row in enumerate(rows) if _filled(row) >= usual / 2)
    return None if any(map(looks_numeric, rows[first])) else first


def _is_number_of(name: str, row: Sequence[str]) -> bool:
    """Does it number a column?"""
    return name.isdecimal() and 1 <= int(name) <= len(row)


def _is_blank_below(lines: Sequence[Row], at: int) -> bool:
    """Does a blank line part this row from the next, whose number is that of its last line?"""
    (line, _), (after, row) = lines[at], lines[at + 1]
    return after - line > 1 + sum(cell.count("\n") for cell in row)


def _holds(row: Sequence[str], names: Collection[str]) -> bool:
    return {plain(cell).casefold() for cell in row}.issuperset(names)


def _filled(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


def _columns(rows: Sequence[list[str]]) -> list[_Column]:
    """The columns that hold mostly numbers or dates, as their cells far from the top have it."""
    seen = rows[:SAMPLE]
    below = seen[len(seen) // 2 :]
    below = below[:: len(below) // _BELOW + 1]
    found = []
    for at in range(max(map(len, below))):
        cells = [row[at] for row in below if at < len(row) and not _is_missing(row[at])]
        numbers = [cell for cell in cells if looks_numeric(cell)]
        if cells and len(numbers) >= MOSTLY * len(cells):
            sizes = [value for cell in numbers if (value := number(cell, (".", None))) is not None]
            found.append(_Column(at, None, frozenset(map(_unit, numbers)), tuple(sizes)))
        elif form := period_form(cells):
            found.append(_Column(at, form, frozenset(), ()))
    return found


def _says(row: Sequence[str], columns: Sequence[_Column]) -> _Said:
    filled = [
        (plain(row[one.at]), one)
        for one in columns
        if one.at < len(row) and not _is_missing(row[one.at])
    ]
    alike = [(cell, one) for cell, one in filled if _is_like(cell, one)]
    words = len(filled) - len(alike)
    is_labelled = _filled(row) > len(filled)
    return _Said(words, len(alike), _is_heading(words, alike, is_labelled=is_labelled))


def _is_heading(words: int, alike: Sequence[tuple[str, _Column]], *, is_labelled: bool) -> bool:
    """More words than figures; or the figures number the columns: 1 to 12, or years.

    A row of years and no word could be one of data, unless what stands below are no years, and
    these come in a row or, beside a label, lie out of its range.
    """
    if words >= len(alike):
        return words > 0
    if not all(cell.isdecimal() for cell, _ in alike):
        return False
    steps = [int(later) - int(earlier) for (earlier, _), (later, _) in pairwise(alike)]
    years = all(_YEAR.fullmatch(cell) for cell, _ in alike)
    in_a_row = set(steps) <= {1}
    if words:
        return in_a_row or (min(steps) > 0 and (years or len(alike) >= _MANY))
    columns = [one for _, one in alike]
    if not years or any(sum(map(_is_year, one.sizes)) > len(one.sizes) / 2 for one in columns):
        return False
    between = (min(one.sizes) <= int(cell) <= max(one.sizes) for cell, one in alike)
    return (in_a_row and len(alike) >= _FEW) or (is_labelled and not any(between))


def _is_year(size: float) -> bool:
    return bool(_YEAR.fullmatch(f"{size:g}"))


def _is_like(cell: str, column: _Column) -> bool:
    if column.form is not None:
        return day_of(cell, column.form) is not None
    return looks_numeric(cell) and _unit(cell) in column.units


def _unit(cell: str) -> str:
    """The letters of a number, the marks of a clock time or of what is below 0, as in (5).

    None for 1e-3 and signs of money.
    """
    return re.sub(r"(?<=\d)e[-+]?\d+$|[^a-zµ%:(]", "", plain(cell).casefold())


def _is_missing(cell: str) -> bool:
    return plain(cell).casefold() in _MISSING
