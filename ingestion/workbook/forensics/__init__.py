"""What is structurally odd about a workbook? Facts of the file, each with its place; no verdict.

A spreadsheet shows figures and hides how they came to be: a constant typed over a formula looks
like its neighbours. Each module looks for one sort of oddity in the cells of a sheet; what they
yield is landed beside the cells, and the guard `workbook_structure_intact` asks about it.
Totals are told from figures, so that a sheet with totals and formatting of its own is not odd.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ingestion.workbook.forensics import appearance, formulas, hidden, totals
from ingestion.workbook.forensics.grid import Grid, Style
from ingestion.workbook.reading import Oddity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingestion.workbook.reading import Cell, Sheet

__all__ = ["Style", "examine"]

Styles = Mapping[tuple[str, int, int], Style]
"""How a cell looks, by sheet, row and column; empty for formats that do not say."""

UNSTYLED: Styles = {}


def examine(
    sheets: Sequence[Sheet], cells: Sequence[Cell], styles: Styles = UNSTYLED
) -> Iterator[Oddity]:
    """Every oddity of a file's sheets, sheet by sheet; about 10 µs a cell."""
    by_sheet: dict[str, list[Cell]] = {sheet.name: [] for sheet in sheets}
    for cell in cells:
        by_sheet[cell.sheet].append(cell)
    for sheet in sheets:
        grid = Grid(sheet.name, by_sheet[sheet.name])
        yield from hidden.examine(sheet, grid)
        yield from formulas.examine(grid)
        yield from totals.examine(grid)
        yield from appearance.examine(grid, styles)
