"""openpyxl for cells alone.

It also rebuilds what no figure needs: pictures, charts, properties, and a cell with a border for
each place of a merged area. One missing part there refuses a whole workbook, and a merged column
has a million places.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from openpyxl.reader import excel
from openpyxl.worksheet._reader import WorksheetReader
from openpyxl.worksheet.cell_range import CellRange, MultiCellRange


def load(path: Path, *, data_only: bool = False) -> Any:
    """The workbook with its formulas, or with the values they had when it was saved."""
    reader = _Reader(path, data_only=data_only, keep_links=False)
    reader.read()
    return reader.wb


class _Sheet(WorksheetReader):
    def bind_merged_cells(self) -> None:
        merged = self.parser.merged_cells
        ranges = [CellRange(cell.ref) for cell in merged.mergeCell] if merged else []
        self.ws.merged_cells = MultiCellRange(ranges)
        for area in ranges:
            for row, column in _covered(area, self.ws._cells):
                del self.ws._cells[row, column]


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
