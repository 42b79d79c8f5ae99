"""openpyxl for cells alone, each with its formula and the value it had when it was saved.

Left to itself it keeps one of the two, and each book would be read twice. It also rebuilds what no
figure needs: pictures, charts, properties, and a cell with a border for each place of a merged
area. One missing part there refuses a whole workbook, and a merged column has a million places.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from openpyxl.reader import excel
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser, WorksheetReader
from openpyxl.worksheet.cell_range import CellRange, MultiCellRange


def load(path: Path) -> Any:
    """The workbook with saved values; each of its sheets has `formulas`, by row and column."""
    reader = _Reader(path, data_only=True, keep_links=False)
    reader.read()
    return reader.wb


class _Parser(WorkSheetParser):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.formulas: dict[tuple[int, int], Any] = {}

    def parse_cell(self, element: Any) -> dict[str, Any]:
        cell: dict[str, Any] = super().parse_cell(element)
        if element.find(FORMULA_TAG) is not None:
            parse: Any = self.parse_formula  # its stub tells no types
            self.formulas[cell["row"], cell["column"]] = parse(element)
        return cell


class _Sheet(WorksheetReader):
    def __init__(self, ws: Any, source: Any, strings: Any, data_only: bool, rich: bool) -> None:
        super().__init__(ws, source, strings, data_only, rich)
        book = ws.parent
        formats = (book._date_formats, book._timedelta_formats)
        parser = _Parser(source, strings, data_only, book.epoch, *formats, rich)
        self.parser = parser
        self.formulas = ws.formulas = parser.formulas

    def bind_merged_cells(self) -> None:
        merged = self.parser.merged_cells
        ranges = [CellRange(cell.ref) for cell in merged.mergeCell] if merged else []
        self.ws.merged_cells = MultiCellRange(ranges)
        for area in ranges:
            for row, column in _covered(area, self.ws._cells):
                del self.ws._cells[row, column]
                self.formulas.pop((row, column), None)


def _covered(area: CellRange, cells: dict[tuple[int, int], Any]) -> list[tuple[int, int]]:
    """The places of a merged area behind its first cell, of which nothing is shown."""
    places = cells if area.size["rows"] * area.size["columns"] > len(cells) else area.cells
    return [
        (row, column)
        for row, column in places
        if (row, column) in cells
        and area.min_row <= row <= area.max_row
        and area.min_col <= column <= area.max_col
        and (row, column) != (area.min_row, area.min_col)
    ]


class _Reader(excel.ExcelReader):
    def read_properties(self) -> None:
        """Not needed: they are read from the file itself, which tells unknown from today."""

    def read_custom(self) -> None:
        """Not needed."""


# Its reader takes both from its own module, for all of a process: import this where it only reads.
setattr(excel, "WorksheetReader", _Sheet)  # noqa: B010 - untyped names of its module
setattr(excel, "find_images", lambda _archive, _path: ([], []))  # noqa: B010 - the same
