"""What does the sheet not show: hidden sheets, and hidden rows and columns between the others?"""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.workbook.forensics.grid import Grid
from ingestion.workbook.reading import Oddity, Sheet, letters


def examine(sheet: Sheet, grid: Grid) -> Iterator[Oddity]:
    """A hidden sheet that is filled, or each hidden row and column of one that is shown.

    A row of words alone is a note. What a filter or a group has folded away is marked as such at
    the edge of the sheet.
    """
    if sheet.is_hidden:
        if grid.rows:
            yield Oddity(
                rule="very_hidden_sheet" if sheet.is_very_hidden else "hidden_sheet",
                sheet=sheet.name,
                observed=f"a hidden sheet with {sum(map(len, grid.rows.values()))} filled cells"
                + (" that no menu brings back" if sheet.is_very_hidden else ""),
                expected="every sheet shown",
            )
        return
    for row in sorted((sheet.hidden_rows - sheet.folded_rows) & grid.rows.keys()):
        figures = [cell.address for cell in grid.rows[row] if cell.number is not None]
        if not figures:
            continue
        yield Oddity(
            rule="hidden_row",
            sheet=sheet.name,
            row=row,
            cell=f"{row}:{row}",
            observed=f"a hidden row that holds {', '.join(figures[:4])}",
            expected="every row with figures shown",
        )
    for column, cells in sorted(grid.columns.items()):
        figures = [cell.address for cell in cells if cell.number is not None]
        if figures and any(cell.is_hidden and cell.row not in sheet.hidden_rows for cell in cells):
            yield Oddity(
                rule="hidden_column",
                sheet=sheet.name,
                cell=f"{letters(column)}:{letters(column)}",
                observed=f"a hidden column that holds {', '.join(figures[:4])}",
                expected="every column with figures shown",
            )
