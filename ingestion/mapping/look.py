"""A look at a file → the mapping that reads it as it is, and what the look is unsure of."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingestion.mapping import FILE_COLUMNS, OWN_TABLES, PLACE_COLUMNS
from ingestion.mapping.column import guess_column
from ingestion.mapping.layout import heading_rows, is_below, largest_table
from ingestion.mapping.table import Area, headings
from ingestion.mapping.value import plain
from ingestion.workbook import DELIMITED, Job, read_all
from ingestion.workbook.reading import Cell, Reading, Refusal, is_mojibake, letters
from sightline.errors import SightlineEnvironmentError, UsageError

TOTAL = re.compile(
    r"(?i)^(grand |sub)?totals?\b|^(gesamt|zwischen)?summe\b|^gesamt\b|^total(e|es)?\b"
)
SKIP_TOTALS = "(?i)^((grand |sub)?totals?|(gesamt|zwischen)?summe|gesamt|totale|totales)\\b"
_UNIT = re.compile(r"[(\[]\s*([^()\[\]]{1,8})\s*[)\]]$|\s(%|€|\$|kg|km|h)$")
_LETTERS = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "%": " percent ", "€": " eur ", "é": "e"}


@dataclass(slots=True)
class Look:
    """The mapping as plain data, in the order it is written, and the doubts in words."""

    mapping: dict[str, Any]
    reading: Reading
    unsure: list[str] = field(default_factory=list)


def look_at(path: Path, *, table_id: str, sheet: str | None = None) -> Look:
    """Guess how the largest table of a sheet is to be read.

    Raises SightlineEnvironmentError when the file cannot be read, UsageError when there is no such
    sheet or no table in it.
    """
    mapping = {"id": table_id, "file": path.name}
    unsure: list[str] = []
    job = Job(path)
    is_text = path.suffix.lower() in DELIMITED
    if is_text:
        encoding, delimiter = text_format(path, unsure)
        job = Job(path, encoding, "\t" if delimiter == "tab" else delimiter)
        mapping |= {"encoding": encoding, "delimiter": delimiter}
    [reading] = read_all([job])
    if isinstance(reading, Refusal):
        raise SightlineEnvironmentError(f"{path.name} cannot be looked at: {reading.reason}")
    found = Look(mapping, reading, unsure)
    _look_at_sheet(found, sheet, is_text=is_text)
    return found


def _look_at_sheet(found: Look, wanted: str | None, *, is_text: bool) -> None:
    reading = found.reading
    filled = Counter(cell.sheet for cell in reading.cells)
    if not filled or (wanted is not None and wanted not in filled):
        names = ", ".join(sheet.name for sheet in reading.sheets)
        raise UsageError(f"there is no table to look at; the sheets are: {names}")
    name = wanted or filled.most_common(1)[0][0]
    sheet = next(sheet for sheet in reading.sheets if sheet.name == name)
    if not is_text:
        found.mapping["sheet"] = name
    others = [other for other in filled if other != name]
    if others:
        found.unsure.append(f"the sheets {', '.join(others)} are not mapped; --sheet looks at one")
    cells = {(cell.row, cell.column): cell for cell in reading.cells if cell.sheet == name}
    if any(cell.is_hidden for cell in cells.values()):
        found.unsure.append("some rows or columns are hidden; they are read, and marked is_hidden")
    area, rest = largest_table(cells)
    for where in rest:
        found.unsure.append(
            f"another table seems to stand at {where}; give it a mapping of its own"
        )
    header_rows = heading_rows(cells, area, found.unsure)
    whole = Area(1, 1) == Area(area.row, area.column) and not rest
    if not whole:
        last_row = area.last_row if any(is_below(where, area) for where in rest) else ""
        found.mapping["range"] = (
            f"{letters(area.column)}{area.row}:{letters(area.last_column or 0)}{last_row}"
        )
    if header_rows != 1:
        found.mapping["header_rows"] = header_rows
    named = headings(cells, area, header_rows, sheet.merged)
    _describe_columns(found, cells, area, header_rows, named)


def _describe_columns(
    found: Look,
    cells: dict[tuple[int, int], Cell],
    area: Area,
    header_rows: int,
    named: dict[int, str],
) -> None:
    """Columns with their types, the marks of their numbers, and rows that are no data."""
    first = area.row + header_rows
    rows = sorted({row for row, column in cells if row >= first and area.holds(cells[row, column])})
    numbers = range(area.column, (area.last_column or area.column) + 1)
    totals = [row for row in rows if _total(cells, row, numbers)]
    data = [row for row in rows if row not in totals]
    values = {number: [cells.get((row, number)) for row in data] for number in numbers}
    values = {number: column for number, column in values.items() if any(column)}
    if not values:
        raise UsageError("there is nothing below the headings to look at; fill in a row or two")
    first_guesses = [guess_column(column) for column in values.values()]
    sure = Counter(guess.marks for guess in first_guesses if guess.marks and guess.is_sure)
    known = sure.most_common(1)[0][0] if sure else None
    guesses = {number: guess_column(column, known) for number, column in values.items()}
    marks = Counter(guess.marks for guess in guesses.values() if guess.marks)
    decimal_mark, thousands = marks.most_common(1)[0][0] if marks else (".", None)
    if decimal_mark != ".":
        found.mapping["decimal_mark"] = decimal_mark
    if thousands:
        found.mapping["thousands_mark"] = thousands
    missing = sorted({word for guess in guesses.values() for word in guess.empty_words})
    if missing:
        found.mapping["empty"] = missing
        found.unsure.append(f"taken for empty: {', '.join(missing)}")
    twice = {text for text, times in Counter(named.values()).items() if times > 1}
    columns, used = [], set(PLACE_COLUMNS) | set(FILE_COLUMNS)
    for number, guess in guesses.items():
        heading = named.get(number)
        name = _unique(_identifier(heading or f"column_{letters(number).lower()}"), used)
        by_letter = heading is None or heading in twice
        place = {"letter": letters(number)} if by_letter else {"heading": heading or ""}
        unit = _unit(heading) if guess.type in ("decimal", "integer") else None
        written: dict[str, Any] = {"unit": guess.unit or unit} if guess.unit or unit else {}
        if guess.marks and guess.marks != (decimal_mark, thousands) and guess.type != "text":
            written["decimal_mark"] = guess.marks[0]
            written |= {"thousands_mark": guess.marks[1]} if guess.marks[1] else {}
        columns.append({"name": name, **place, "type": guess.type, **guess.details, **written})
        where = heading or letters(number)
        if by_letter and heading:
            found.unsure.append(f"{heading!r} heads several columns; taken by their letters")
        found.unsure.extend(f"{where}: {doubt}" for doubt in guess.doubts)
    if totals:
        number = min(_total(cells, row, numbers) or 0 for row in totals)
        skipping = [name["name"] for name, at in zip(columns, guesses, strict=True) if at == number]
        found.mapping["skip"] = [{"column": name, "matches": SKIP_TOTALS} for name in skipping]
        shown = ", ".join(str(row) for row in totals[:5])
        found.unsure.append(f"rows {shown} look like totals and are skipped")
    found.mapping["columns"] = columns


def _total(cells: dict[tuple[int, int], Cell], row: int, numbers: range) -> int | None:
    """The column in which a row says that it is a total."""
    for number in numbers:
        cell = cells.get((row, number))
        if cell is not None and cell.number is None and TOTAL.match(plain(cell.text)):
            return number
    return None


def text_format(path: Path, unsure: list[str]) -> tuple[str, str]:
    """Code page and delimiter of a text file."""
    content = path.read_bytes()
    encoding = _encoding(content, unsure)
    sample = content.decode(encoding, "replace").removeprefix("\ufeff")
    best = (0.0, ",")
    for word, delimiter in ((";", ";"), (",", ","), ("tab", "\t"), ("|", "|")):
        try:
            rows = list(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter))[:200]
        except csv.Error:
            continue
        widths = Counter(len(row) for row in rows if any(row))
        width, times = widths.most_common(1)[0] if widths else (1, 0)
        if width > 1:
            # the delimiter gives most rows one width; of two that do, the one that gives more cells
            best = max(best, (times / widths.total() + width / 10_000, word))
    if not best[0]:
        unsure.append("no delimiter divides the lines; the file is read as one column")
    return encoding, best[1]


def _encoding(content: bytes, unsure: list[str]) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    for encoding in ("utf-8", "cp1252", "cp850"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "utf-8":
            odd = sorted({character for character in text if not character.isascii()})
            shown = " ".join(odd[:12])
            unsure.append(f"read as {encoding}, which makes these characters: {shown}")
        elif is_mojibake(text):
            unsure.append("the text was saved in a wrong code page before; such cells are rejected")
        return "utf-8" if encoding == "utf-8" else encoding
    return "latin-1"


def _identifier(heading: str) -> str:
    """A column's name from its heading: lower case, words divided by underscores."""
    text = _UNIT.sub("", heading.casefold()) or heading.casefold()
    for letter, spelt in _LETTERS.items():
        text = text.replace(letter, spelt)
    name = re.sub(r"[^a-z0-9]+", "_", text).strip("_")[:60]
    return name if re.match(r"[a-z]", name) else f"column_{name}".rstrip("_")


def _unique(name: str, used: set[str]) -> str:
    number, candidate = 1, name
    while candidate in used:
        number += 1
        candidate = f"{name}_{number}"
    used.add(candidate)
    return candidate


def _unit(heading: str | None) -> str | None:
    found = _UNIT.search(heading or "")
    return plain(found[1] or found[2]) if found else None


def table_id(path: Path) -> str:
    """The name of a file as that of a table."""
    name = _identifier(path.stem)
    return f"{name}_table" if name in OWN_TABLES else name
