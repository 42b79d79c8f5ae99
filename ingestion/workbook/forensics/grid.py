"""The cells of one sheet by row and column, with totals told from figures and runs from runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from ingestion.workbook.forensics import reference
from ingestion.workbook.reading import letters

if TYPE_CHECKING:
    from ingestion.workbook.reading import Cell

_AGGREGATE = re.compile(r"\b(SUM|AVERAGE|SUBTOTAL|COUNTA?|MIN|MAX|MEDIAN|AGGREGATE)\s*\(")
_TOTAL = re.compile(
    r"\b(grand |sub-?)?(totals?|sum|summe|gesamt|average|mean|ytd|to date)\b", re.IGNORECASE
)
# Two blank rows end a table, two blank columns a line; one is a gap in it.
LONGEST_GAP = 2
YEARS = range(1900, 2101)  # a heading may be a year


class Style(NamedTuple):
    """How a cell shows its value."""

    number_format: str
    font: tuple[str, float]


class Grid:
    """One sheet. Rows and columns count from 1; cells are there once, in reading order."""

    def __init__(self, name: str, cells: Sequence[Cell]) -> None:
        self.name = name
        self.rows: dict[int, list[Cell]] = {}
        self.columns: dict[int, list[Cell]] = {}
        for cell in cells:
            self.rows.setdefault(cell.row, []).append(cell)
            self.columns.setdefault(cell.column, []).append(cell)
        self._forms: dict[tuple[int, int], str | None] = {}

    def form(self, cell: Cell) -> str | None:
        """The R1C1 form of a formula, found once; None for a constant, in disguise or not."""
        place = cell.row, cell.column
        if place not in self._forms:
            is_constant = cell.formula is None or not reference.looks_at_something(cell.formula)
            self._forms[place] = (
                None if is_constant else reference.r1c1(cell.formula or "", cell.row, cell.column)
            )
        return self._forms[place]

    @cached_property
    def total_rows(self) -> frozenset[int]:
        """Rows that say so, or that aggregate figures of their own column."""
        return frozenset(row for row, cells in self.rows.items() if any(map(_is_total, cells)))

    @cached_property
    def is_newest_first(self) -> bool:
        """Whether the days of the sheet run backwards; without days, they run as people write."""
        for cells in self.columns.values():
            days = [cell.moment for cell in cells if cell.moment is not None]
            if len(days) > 1:
                return days[0] > days[-1]
        return False

    def heading(self, cell: Cell) -> str | None:
        """The nearest text above a cell in its column."""
        above = [one for one in self.columns[cell.column] if one.row < cell.row and is_text(one)]
        return above[-1].text.strip() if above else None

    def runs(self) -> Iterator[list[Cell]]:
        """Figures that stand under one another as one column of one table, totals left out."""
        for cells in self.columns.values():
            run: list[Cell] = []
            last_row = 0
            for cell in cells:
                if cell.row in self.total_rows:
                    last_row = cell.row
                    continue
                if run and (is_heading(cell) or cell.row - last_row > LONGEST_GAP):
                    yield run
                    run = []
                last_row = cell.row
                if is_figure(cell) or (run and is_text(cell) and not is_heading(cell)):
                    run.append(cell)
            if run:
                yield run

    def lines(self) -> Iterator[list[Cell]]:
        """Figures that stand beside one another as one line of one table, those of totals too."""
        for cells in self.rows.values():
            line: list[Cell] = []
            last_column = 0
            for cell in cells:
                if line and (is_heading(cell) or cell.column - last_column > LONGEST_GAP):
                    yield line
                    line = []
                last_column = cell.column
                if is_figure(cell):
                    line.append(cell)
            if line:
                yield line


def is_figure(cell: Cell) -> bool:
    """A number, or a formula without a value; one that yields words is none."""
    return cell.moment is None and (cell.number is not None or cell.is_unknown)


def is_text(cell: Cell) -> bool:
    """Text that somebody typed."""
    return cell.number is None and cell.moment is None and cell.formula is None


def is_heading(cell: Cell) -> bool:
    """Text with a letter and no digit in front: what may stand above a column."""
    return is_text(cell) and cell.text.strip()[:1].isalpha()


def aggregates_own_column(cell: Cell) -> bool:
    """Whether its formula sums up figures above or below itself."""
    return (
        cell.formula is not None
        and _AGGREGATE.search(cell.formula) is not None
        and any(
            area.first_column == area.last_column == cell.column
            and area.last_row > area.first_row
            and not area.first_row <= cell.row <= area.last_row
            for area in reference.areas(cell.formula)
        )
    )


def span(name: str, rows: Sequence[int], column: int) -> str:
    """`E5:E9`, or `E5` for one row; `5:9` for whole rows, with column 0."""
    letter = letters(column) if column else ""
    first, last = f"{letter}{rows[0]}", f"{letter}{rows[-1]}"
    return first if first == last and column else f"{first}:{last}"


def _is_total(cell: Cell) -> bool:
    if is_text(cell):
        return _TOTAL.match(cell.text.strip()) is not None
    return aggregates_own_column(cell)
