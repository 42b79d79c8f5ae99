"""What does the sheet not show: hidden sheets, and hidden rows between the others?"""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.workbook.forensics.grid import Grid
from ingestion.workbook.reading import Oddity, Sheet


def examine(sheet: Sheet, grid: Grid) -> Iterator[Oddity]:
    """A hidden sheet with something on it, or each hidden row of a sheet that is shown."""
    if sheet.is_hidden:
        if grid.rows:
            yield Oddity(
                rule="very_hidden_sheet" if sheet.is_very_hidden else "hidden_sheet",
                sheet=sheet.name,
                observed=f"a hidden sheet with {sum(map(len, grid.rows.values()))} filled cells"
                + (" that no menu brings back" if sheet.is_very_hidden else ""),
                expected="every sheet with figures shown",
            )
        return
    for row in sorted(sheet.hidden_rows & grid.rows.keys()):
        filled = ", ".join(cell.address for cell in grid.rows[row][:4])
        yield Oddity(
            rule="hidden_row",
            sheet=sheet.name,
            row=row,
            cell=f"{row}:{row}",
            observed=f"a hidden row that holds {filled}",
            expected="every row with figures shown",
        )
