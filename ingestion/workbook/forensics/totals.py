"""Does a total still cover everything it stands for?

A total that sums up figures of its own column is odd when it passes over figures that join on to
the ones it covers, towards itself or between them. What joins on at the far end may be of another
block without a gap, as revenue above a sum of costs: it is left out if totals beside it count it,
or if a total with none beside it counts a long list. What the formula names is not left out.
A range over less than half of the figures is a window ("last four weeks") and not a total.

In a row of totals, a constant is odd as it is in a column. So is one that is nearly the sum of what
a computed total beside it adds up in its own column, or, with none beside, of the block it ends: a
total that was typed over, for a figure that is no total lies elsewhere by chance.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal

from ingestion.workbook.forensics import reference
from ingestion.workbook.forensics.formulas import oddity, offenders
from ingestion.workbook.forensics.grid import YEARS, Grid, aggregates_own_column, is_figure, span
from ingestion.workbook.reading import Cell, Oddity, letters

FEWEST_TOTALS = 2
FEWEST_PARTS = 3
COVERED_SHARE = 0.5
LONE_SHARE = 0.1  # of a long list, what is left out at its far end is few
NEARLY = Decimal("0.25")  # farther from the sum stands a target, a price or a share


def examine(grid: Grid) -> Iterator[Oddity]:
    """Shortened ranges, and totals that are no longer computed."""
    for row in sorted(grid.total_rows):
        cells = [cell for cell in grid.rows[row] if is_figure(cell)]
        totals = [cell for cell in cells if aggregates_own_column(cell)]
        if totals:
            yield from _shortened(grid, totals)
            yield from _typed(grid, cells, totals)
    for cell in _alone(grid):
        rows = _next_to(grid, cell, cell.row, -1)
        yield from _not_the_sum(grid, cell, _figures(grid, cell.column, rows))


def _shortened(grid: Grid, totals: list[Cell]) -> Iterator[Oddity]:
    covered = {cell: _covered(grid, cell) for cell in totals}
    for cell in totals:
        beside = [covered[other] for other in totals if other is not cell]
        left_out = _left_out(grid, cell, covered[cell], beside)
        if left_out:
            yield Oddity(
                rule="shortened_range",
                sheet=grid.name,
                row=cell.row,
                cell=cell.address,
                column_name=grid.heading(cell),
                observed=f"{cell.formula} leaves out {_named(left_out, cell.column)}",
                expected="every figure the total stands for",
            )


def _typed(grid: Grid, cells: list[Cell], totals: list[Cell]) -> Iterator[Oddity]:
    """Constants where the totals around are computed alike, or that are nearly their own sum."""
    broken = {}
    if len(totals) >= FEWEST_TOTALS:
        broken = {
            cell: neighbour
            for cell, neighbour in offenders(grid, cells)
            if grid.form(cell) is None and neighbour in totals and _has_figures(grid, cell)
        }
    for cell in cells:
        if cell in broken:
            yield oddity(grid, cell, broken[cell])
        elif _is_typed(grid, cell):
            yield from _not_the_sum(grid, cell, _parts_beside(grid, cell, totals))


def _alone(grid: Grid) -> Iterator[Cell]:
    """Typed figures, each the only one of its row, that end a block or stand in a row of totals.

    Only columns are looked at that have a computed total elsewhere: statements that are typed
    throughout have totals of parts that are no sums of what stands above.
    """
    for cells in grid.columns.values():
        if not any(map(aggregates_own_column, cells)):
            continue
        figures = {cell.row for cell in cells if is_figure(cell)}
        for cell in cells:
            ends = cell.row in grid.total_rows or cell.row + 1 not in figures
            if ends and cell.row - 1 in figures and _is_typed(grid, cell):
                beside = [one for one in grid.rows[cell.row] if one is not cell]
                if not any(_is_typed(grid, one) or aggregates_own_column(one) for one in beside):
                    yield cell


def _parts_beside(grid: Grid, cell: Cell, totals: list[Cell]) -> list[Cell]:
    """Figures of its own column in the rows that the nearest total beside it adds up."""
    nearest = min(totals, key=lambda one: abs(one.column - cell.column))
    rows = _covered(grid, nearest)
    added = _figures(grid, nearest.column, rows)
    is_sum = _has_number(nearest) and _off(nearest, added) <= _rounding(nearest, added)
    return _figures(grid, cell.column, rows) if is_sum else []


def _figures(grid: Grid, column: int, rows: Collection[int]) -> list[Cell]:
    return [cell for cell in grid.columns[column] if cell.row in rows and _has_number(cell)]


def _is_typed(grid: Grid, cell: Cell) -> bool:
    return grid.form(cell) is None and _has_number(cell)


def _has_number(cell: Cell) -> bool:
    return cell.number is not None and cell.rule is None


def _not_the_sum(grid: Grid, cell: Cell, parts: list[Cell]) -> Iterator[Oddity]:
    """Whether a typed figure is nearly the sum of its parts, and not what rounding makes of it."""
    most = NEARLY * abs(_sum(parts))
    if len(parts) < FEWEST_PARTS or not _rounding(cell, parts) < _off(cell, parts) <= most:
        return
    inside = span(grid.name, [parts[0].row, parts[-1].row], cell.column)
    yield Oddity(
        rule="constant_among_formulas",
        sheet=grid.name,
        row=cell.row,
        cell=cell.address,
        column_name=grid.heading(cell),
        observed=f"the constant {cell.text}, where {inside} add up to {_sum(parts).normalize():f}",
        expected=f"the formula =SUM({inside})",
    )


def _sum(parts: list[Cell]) -> Decimal:
    return sum((Decimal(one.number or 0) for one in parts), Decimal(0))


def _off(cell: Cell, parts: list[Cell]) -> Decimal:
    return abs(Decimal(cell.number or 0) - _sum(parts))


def _rounding(cell: Cell, parts: list[Cell]) -> Decimal:
    """Half a unit of its last digit; programs compute with fifteen digits."""
    last = Decimal(cell.number or 0).as_tuple().exponent
    unit = Decimal(10) ** min(0, last) if isinstance(last, int) else Decimal(0)
    return max(unit / 2, abs(_sum(parts)) / 10**9)


def _covered(grid: Grid, total: Cell) -> set[int]:
    """Filled rows of its own column that a total sums up; a range may reach to the last row."""
    areas = [
        range(area.first_row, area.last_row + 1)
        for area in reference.areas(total.formula or "")
        if area.first_column == area.last_column == total.column
    ]
    rows = [cell.row for cell in grid.columns[total.column]]
    return {row for row in rows if any(row in area for area in areas)}


def _left_out(grid: Grid, total: Cell, covered: set[int], beside: list[set[int]]) -> list[int]:
    """Rows of figures a total passes over; none when it is meant to cover a part only."""
    if not covered or min(covered) <= total.row <= max(covered):
        return []
    first, last = min(covered), max(covered)
    towards = 1 if total.row > last else -1
    near, far = (last, first) if towards > 0 else (first, last)
    named = covered | reference.rows_named(total.formula or "", total.column)
    gaps = [edge for edge in covered if edge + 1 not in covered and edge != last]
    passed_over = [
        *_next_to(grid, total, near, towards),
        *(row for edge in gaps for row in _next_to(grid, total, edge, 1) if row < last),
    ]
    beyond = _next_to(grid, total, far, -towards)
    counted = [cell for cell in grid.columns[total.column] if cell.row in covered]
    counts = sum(is_figure(cell) and cell.row not in grid.total_rows for cell in counted)
    if beside:
        beyond = [row for row in beyond if 2 * sum(row in rows for rows in beside) >= len(beside)]
    elif len(beyond) > LONE_SHARE * counts:
        beyond = []
    found = {*passed_over, *beyond} - named
    left_out = sorted(found - _counted_elsewhere(grid, total, covered)) if found else []
    return left_out if counts >= COVERED_SHARE * (counts + len(left_out)) else []


def _counted_elsewhere(grid: Grid, total: Cell, covered: set[int]) -> set[int]:
    """Rows that other totals of the column sum up: those before this one, and of other blocks."""
    between = range(
        *sorted((total.row, max(covered) if total.row > max(covered) else min(covered)))
    )
    others = filter(aggregates_own_column, grid.columns[total.column])
    rows = [(one.row, _covered(grid, one)) for one in others if one is not total]
    return set[int]().union(*(r for at, r in rows if at in between or not covered <= r))


def _next_to(grid: Grid, total: Cell, edge: int, step: int) -> list[int]:
    """Rows of figures that join on to a range at an edge; a row that is blank ends them."""
    there = {cell.row: cell for cell in grid.columns[total.column]}
    found = []
    row = edge + step
    while row != total.row and row not in grid.total_rows and row in grid.rows:
        if row in there:
            if not is_figure(there[row]):
                break
            found.append(row)
        elif not any(map(is_figure, grid.rows[row])):
            break
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
