"""A reading and a mapping → the rows of one table: kept with values, or rejected and why."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ingestion.mapping import Column, SheetMapping
from ingestion.mapping.value import plain, value_of
from ingestion.workbook.reading import Cell, Reading, Refusal, Sheet, column_number, letters
from sightline.finding import did_you_mean

Row = dict[str, Any]
_INVISIBLE = ("Cf", "Cs", "Co", "Cn")  # soft hyphens, marks of direction and order, and worse


@dataclass(frozen=True, slots=True)
class MappedTable:
    """Every filled row of the table once, in `kept` or in `rejected`."""

    kept: list[Row] = field(default_factory=list)
    rejected: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Area:
    """The rectangle a table may fill; `last_row` and `last_column` are inclusive, None: no end."""

    row: int
    column: int
    last_row: int | None = None
    last_column: int | None = None

    def holds(self, cell: Cell) -> bool:
        return self.row <= cell.row <= (
            self.last_row or cell.row
        ) and self.column <= cell.column <= (self.last_column or cell.column)


def read_table(mapping: SheetMapping, reading: Reading) -> MappedTable:
    """The rows of the mapping's table. Raises Refusal where its sheet or a heading is not there."""
    sheet = _sheet(mapping, reading)
    cells = {(cell.row, cell.column): cell for cell in reading.cells if cell.sheet == sheet.name}
    area = _area(mapping, list(cells.values()))
    columns = _columns(mapping, headings(cells, area, mapping.header_rows, sheet.merged))
    table = MappedTable()
    for number, row in _rows(mapping, cells, area, columns):
        place = {"file": None, "sheet": sheet.name, "row_number": number}
        kept, rejected = _read_row(mapping, row, number, columns)
        is_hidden = any(cell.is_hidden for cell in row.values())
        if rejected:
            table.rejected.append(place | {"is_hidden": is_hidden} | rejected)
        else:
            table.kept.append(place | {"is_hidden": is_hidden} | kept)
    return table


def headings(
    cells: dict[tuple[int, int], Cell],
    area: Area,
    rows: int,
    merged: tuple[tuple[int, int, int, int], ...],
) -> dict[int, str]:
    """Column number → heading: the texts of its heading rows from above, divided by ` / `.

    A merged cell says the same in every place it covers. Where a format knows no merging, as csv,
    an upper row's text holds on to the right until the next.
    """
    covering = {
        (row, column): (first_row, first_column)
        for first_row, first_column, last_row, last_column in merged
        if last_column - first_column < 1000 and first_row < area.row + rows
        for row in range(first_row, min(last_row, area.row + rows) + 1)
        for column in range(first_column, last_column + 1)
    }
    last = max((c for r, c in cells if area.row <= r < area.row + rows), default=0)
    last = min(last, area.last_column or last)
    found: dict[int, list[str]] = {}
    for row in range(area.row, area.row + rows):
        above = ""
        for column in range(area.column, last + 1):
            cell = cells.get(covering.get((row, column), (row, column)))
            text = heading_text(cell.text) if cell else ""
            is_upper = row < area.row + rows - 1
            if not text and is_upper and not merged:
                text = above
            above = text
            parts = found.setdefault(column, [])
            if text and text not in parts[-1:]:
                parts.append(text)
    return {column: " / ".join(parts) for column, parts in found.items() if parts}


def heading_text(text: str) -> str:
    """A heading as it is compared: on one line, without what nobody sees."""
    seen = (character for character in text if unicodedata.category(character) not in _INVISIBLE)
    return plain("".join(character if character.isprintable() else " " for character in seen))


def _sheet(mapping: SheetMapping, reading: Reading) -> Sheet:
    if mapping.sheet is None and reading.sheets:
        return reading.sheets[0]
    for sheet in reading.sheets:
        if plain(sheet.name) == plain(mapping.sheet or ""):
            return sheet
    hint = did_you_mean(mapping.sheet, [sheet.name for sheet in reading.sheets])
    raise Refusal("no_such_sheet", f"{mapping.id}: there is no sheet {mapping.sheet!r}; {hint}")


def _area(mapping: SheetMapping, cells: list[Cell]) -> Area:
    if mapping.range:
        first, _, last = mapping.range.partition(":")
        column, row = re.fullmatch(r"([A-Z]+)(\d+)", first).groups()  # type: ignore[union-attr]  # the model saw to it
        last_column, last_row = re.fullmatch(r"([A-Z]+)(\d*)", last).groups()  # type: ignore[union-attr]
        return Area(
            int(row),
            column_number(column),
            int(last_row) if last_row else None,
            column_number(last_column),
        )
    if mapping.anchor is None:
        return Area(1, 1)
    wanted = heading_text(mapping.anchor)
    found = [cell for cell in cells if heading_text(cell.text) == wanted]
    if len(found) != 1:
        where = ", ".join(cell.address for cell in found[:5]) or "nowhere"
        raise Refusal(
            "anchor_not_found", f"{mapping.id}: the anchor {mapping.anchor!r} stands at {where}"
        )
    return Area(found[0].row, found[0].column)


def _columns(mapping: SheetMapping, found: dict[int, str]) -> list[tuple[int, Column]]:
    """Each mapped column with its number; a heading that is not there once refuses the table."""
    columns = []
    for column in mapping.columns:
        if column.letter:
            columns.append((column_number(column.letter), column))
            continue
        wanted = heading_text(column.heading or "")
        places = [number for number, text in found.items() if text == wanted]
        if not places:
            hint = did_you_mean(wanted, found.values())
            raise Refusal(
                "heading_not_found", f"{mapping.id}: no column is headed {wanted!r}; {hint}"
            )
        # an anchored table ends where another one repeats its headings; elsewhere it is ambiguous
        if len(places) > 1 and not mapping.anchor:
            where = ", ".join(letters(number) for number in places)
            raise Refusal(
                "heading_twice",
                f"{mapping.id}: columns {where} are headed {wanted!r}; give a range, or a letter",
            )
        columns.append((places[0], column))
    return columns


def _rows(
    mapping: SheetMapping,
    cells: dict[tuple[int, int], Cell],
    area: Area,
    columns: list[tuple[int, Column]],
) -> Iterator[tuple[int, dict[int, Cell]]]:
    """Number and mapped cells of every row that has any; an anchored table ends at a gap.

    Walks the cells there are, so that a stray one far out costs one row.
    """
    numbers = {number for number, _ in columns}
    first = mapping.first_row or area.row + mapping.header_rows
    by_row: dict[int, dict[int, Cell]] = {}
    for (row, column), cell in cells.items():
        if row >= first and column in numbers and area.holds(cell):
            by_row.setdefault(row, {})[column] = cell
    before = first - 1
    for row in sorted(by_row):
        if mapping.anchor and row > before + 1:
            return
        yield row, by_row[row]
        before = row


def _read_row(
    mapping: SheetMapping, row: dict[int, Cell], number: int, columns: list[tuple[int, Column]]
) -> tuple[Row, Row]:
    """The values of a row and nothing, or nothing and why it is rejected."""
    values: Row = {}
    offences: list[tuple[str, str, str]] = []
    for place, column in columns:
        cell = row.get(place)
        is_empty = cell is None or (cell.rule is None and plain(cell.text) in mapping.empty)
        if is_empty or cell is None:
            values[column.name] = None
            if not column.optional:
                address = f"{letters(place)}{number}"
                offences.append((address, "empty", f"{column.name} is empty"))
            continue
        try:
            values[column.name] = value_of(cell, column, mapping)
        except Refusal as refusal:
            offences.append((cell.address, refusal.rule, f"{column.name}: {refusal.reason}"))
    skipped = _skipped(mapping, row, columns)
    if skipped:
        offences = [skipped]
    if not offences:
        return values, {}
    address, rule, _ = offences[0]
    shown = {column.name: row[place].text for place, column in columns if place in row}
    reason = "; ".join(f"{where}: {what}" for where, _, what in offences)
    content = json.dumps(shown, ensure_ascii=False)
    return {}, {"cell": address, "rule": rule, "reason": reason, "content": content}


def _skipped(
    mapping: SheetMapping, row: dict[int, Cell], columns: list[tuple[int, Column]]
) -> tuple[str, str, str] | None:
    places = {column.name: place for place, column in columns}
    for skip in mapping.skip:
        cell = row.get(places[skip.column])
        if cell is not None and re.search(skip.matches, plain(cell.text)):
            return cell.address, "skipped", f"{skip.column} matches {skip.matches!r}"
    return None
