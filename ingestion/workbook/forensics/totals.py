"""Does a total still cover everything it stands for?

A total that sums up figures of its own column is odd when it passes over figures between it and the
ones it covers, between those, or right before them, up to the next total or the heading. A range
over less than half of the figures is a window ("last four weeks") and not a total. In a row of
totals, a constant or a stray formula is odd as it is in a column.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.workbook.forensics import reference
from ingestion.workbook.forensics.formulas import form_of, oddity, offenders
from ingestion.workbook.forensics.grid import Grid, aggregates_own_column, is_figure
from ingestion.workbook.reading import Cell, Oddity, letters

FEWEST_TOTALS = 2
COVERED_SHARE = 0.5
YEARS = range(1900, 2101)  # a heading may be a year


def examine(grid: Grid) -> Iterator[Oddity]:
    """Shortened ranges, and totals that are no longer computed as those beside them."""
    for row in sorted(grid.total_rows):
        cells = [cell for cell in grid.rows[row] if is_figure(cell)]
        totals = [cell for cell in cells if aggregates_own_column(cell)]
        shortened = {cell: left_out for cell in totals if (left_out := _left_out(grid, cell))}
        for cell, left_out in shortened.items():
            yield Oddity(
                rule="shortened_range",
                sheet=grid.name,
                row=row,
                cell=cell.address,
                column_name=grid.heading(cell),
                observed=f"{cell.formula} leaves out {_named(left_out, cell.column)}",
                expected="every figure the total stands for",
            )
        if len(totals) >= FEWEST_TOTALS:
            for cell, neighbour in offenders(cells):
                if form_of(cell) is None and neighbour in totals and _has_figures(grid, cell):
                    yield oddity(grid, cell, neighbour)


def _left_out(grid: Grid, total: Cell) -> list[int]:
    """Rows of figures a total passes over; none when it is meant to cover a part only."""
    covered = {
        row
        for area in reference.areas(total.formula or "")
        if area.first_column == area.last_column == total.column
        for row in range(area.first_row, min(area.last_row, area.first_row + 1_048_576) + 1)
    }
    first, last = min(covered), max(covered)
    if first <= total.row <= last:
        return []
    is_below = total.row > last
    column = grid.columns[total.column]
    figures = [cell.row for cell in column if is_figure(cell) and cell.row not in grid.total_rows]
    between = [
        row
        for row in figures
        if row not in covered and (first < row < total.row if is_below else total.row < row < last)
    ]
    between = [row for row in between if not _belongs_elsewhere(grid, row, total, is_below)]
    beyond = _next_to(grid, total.column, first if is_below else last, -1 if is_below else 1)
    counted = sum(row in covered for row in figures)
    left_out = sorted({*between, *beyond})
    return left_out if counted >= COVERED_SHARE * (counted + len(left_out)) else []


def _belongs_elsewhere(grid: Grid, row: int, total: Cell, is_below: bool) -> bool:
    """Whether another total lies between a figure and this one: it then sums up that figure."""
    low, high = (row, total.row) if is_below else (total.row, row)
    return any(
        low < cell.row < high and aggregates_own_column(cell) for cell in grid.columns[total.column]
    )


def _next_to(grid: Grid, column: int, edge: int, step: int) -> list[int]:
    """Rows of figures that join on to a range at its far edge, without a gap."""
    there = {cell.row: cell for cell in grid.columns[column]}
    found = []
    row = edge + step
    while row in there and is_figure(there[row]) and row not in grid.total_rows:
        found.append(row)
        row += step
    if found and step < 0 and _is_year(there[found[-1]]):
        found.pop()
    return found


def _is_year(cell: Cell) -> bool:
    return cell.formula is None and cell.text in map(str, YEARS)


def _has_figures(grid: Grid, cell: Cell) -> bool:
    """Whether there is something to sum up in the column: a target beside totals has nothing."""
    others = [one for one in grid.columns[cell.column] if one.row not in grid.total_rows]
    return sum(map(is_figure, others)) >= FEWEST_TOTALS


def _named(rows: list[int], column: int) -> str:
    letter = letters(column)
    names = [f"{letter}{row}" for row in rows]
    return ", ".join(names) if len(names) < 4 else f"{names[0]} to {names[-1]}"
