"""Where on a sheet does its table stand, and how many of its rows are headings? A guess."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ingestion.mapping.table import Area
from ingestion.mapping.value import plain
from ingestion.workbook.reading import Cell, letters

HEADING_ROWS = 30  # a table's headings stand in the first rows that are filled, or not at all


def largest_table(cells: dict[tuple[int, int], Cell]) -> tuple[Area, list[str]]:
    """The area of the largest table, and where others begin: they stand apart by blank columns, or
    below a blank row with headings of their own."""
    areas = []
    for first, last in _runs({column for _, column in cells}):
        columns = range(first, last + 1)
        begun: list[list[int]] = []
        for top, bottom in _runs({row for row, column in cells if column in columns}):
            if begun and not _is_heading(cells, top, columns):
                begun[-1][1] = bottom  # a blank row inside a table
            else:
                begun.append([top, bottom])
        areas += [Area(top, first, bottom, last) for top, bottom in begun]
    filled = {area: sum(map(area.holds, cells.values())) for area in areas}
    largest = max(areas, key=lambda area: filled[area])
    others = [area for area in areas if area != largest and filled[area] > 3]
    return _without_title(cells, largest), [f"{letters(area.column)}{area.row}" for area in others]


def _runs(numbers: set[int]) -> list[tuple[int, int]]:
    """First and last of each run of numbers without a gap."""
    firsts = sorted(number for number in numbers if number - 1 not in numbers)
    lasts = sorted(number for number in numbers if number + 1 not in numbers)
    return list(zip(firsts, lasts, strict=True))


def is_below(where: str, area: Area) -> bool:
    column, row = re.fullmatch(r"([A-Z]+)(\d+)", where).groups()  # type: ignore[union-attr]  # made by us
    return int(row) > (area.last_row or 0) and column == letters(area.column)


def heading_rows(cells: dict[tuple[int, int], Cell], area: Area, unsure: list[str]) -> int:
    """How many rows from the top of the area are headings: words over what is not words."""
    columns = range(area.column, (area.last_column or area.column) + 1)
    last = min(area.last_row or area.row, area.row + 10)
    typed = {
        column
        for column in columns
        for row in range(area.row + 1, last + 1)
        if (row, column) in cells and not _is_word(cells[row, column])
    }
    if last == area.row:
        return int(_is_heading(cells, last, columns))
    count = 0
    for row in range(area.row, last):
        found = [column for column in columns if (row, column) in cells]
        if not found or not all(_is_word(cells[row, column]) for column in found):
            break
        if count and not typed & set(found):
            break
        count += 1
        if not typed:
            unsure.append("every cell is text; the first row is taken for the headings")
            break
    if not count:
        unsure.append("no row looks like headings; columns are found by their letters")
    return count


def _without_title(cells: dict[tuple[int, int], Cell], area: Area) -> Area:
    """The area from the first row on that is as wide as most: titles and notes are narrower."""
    rows: dict[int, int] = {}
    for row, column in cells:
        if area.holds(cells[row, column]):
            rows[row] = rows.get(row, 0) + 1
    ordered = sorted(rows)
    usual = Counter(rows.values()).most_common(1)[0][0]
    top = next((row for row in ordered[:HEADING_ROWS] if rows[row] >= 0.6 * usual), ordered[0])
    before = [row for row in ordered if row < top]
    # a row of merged headings right above is narrower, and part of the table
    while before and before[-1] == top - 1 and rows[before[-1]] > 1:
        top = before.pop()
    inside = [column for row, column in cells if row >= top and area.holds(cells[row, column])]
    return Area(top, min(inside), area.last_row, max(inside))


def _is_heading(cells: dict[tuple[int, int], Cell], row: int, group: Sequence[int]) -> bool:
    found = [cells[row, column] for column in group if (row, column) in cells]
    return len(found) > 1 and all(_is_word(cell) for cell in found)


def _is_word(cell: Cell) -> bool:
    """Text that is no figure and no date: what headings are made of. A year may head a column."""
    is_year = cell.number is not None and re.fullmatch(r"(19|20)\d\d(\.0)?", cell.number)
    is_text = cell.number is None and cell.moment is None and cell.rule is None
    return bool(is_year) or (is_text and not re.match(r"[-+]?[\d.,' ]+\D{0,3}$", plain(cell.text)))
