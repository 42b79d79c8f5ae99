"""Does every cell of a formula column, and of a line that is filled across, hold its formula?

Formulas are compared by their R1C1 form, so that `=100*D41/C41` and `=100*D42/C42` are the same. A
constant is odd when the nearest formulas before and after it have one form, or, at the newest end,
the last two before it; constants at the oldest end are history that was brought in as values. A
column that counts its lines (`=A41+1`), or a line that counts its columns, computes nothing and may
start anew.

A formula whose form occurs once is odd among cells of the column's usual form, or, where there is
no such form, between two and two of one form; a form that returns, such as the one that restarts a
running total, is a pattern, and one that is filled across its row makes a line of another sort. So
does a row of constants where the rows around it are filled across.

Of a line, which may end in assumptions and has its actual years typed, only what stands alone
between two cells of one form is odd, unless its column is filled with it, or unless as much stands
alone along the row or down the column.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from ingestion.workbook.forensics import reference
from ingestion.workbook.forensics.grid import Grid, aggregates_own_column, is_figure
from ingestion.workbook.reading import Cell, Oddity

FEWEST_FORMULAS = 4
# Below this share of formulas a column is one of typed values with a formula here and there.
FORMULA_SHARE = 0.5
USUAL_FORM_SHARE = 2 / 3
FEWEST_ALIKE = 3  # cells that make a line
PATTERN_SHARE = 0.1  # what returns more often along a row or down a column is a pattern
_COUNTS_ROWS = re.compile(r"=\+?R\[-?1\]C\[0\][+-]\d+")
_COUNTS_COLUMNS = re.compile(r"=\+?R\[0\]C\[-?1\][+-]\d+")


def examine(grid: Grid) -> Iterator[Oddity]:
    """Constants and stray formulas in the formula columns and filled lines of a sheet."""
    found = dict(_in_columns(grid))
    for cell, neighbour in _in_lines(grid):
        found.setdefault(cell, neighbour)
    for cell, neighbour in found.items():
        yield oddity(grid, cell, neighbour)


def _in_columns(grid: Grid) -> Iterator[tuple[Cell, Cell]]:
    """What breaks a column, but for a line that is typed where others are filled across."""
    found = []
    for run in grid.runs():
        cells = [cell for cell in run if is_figure(cell)]
        if grid.is_newest_first:
            cells.reverse()
        if _is_computed(grid, cells):
            broken = offenders(grid, cells)
            found += [(cell, near) for cell, near in broken if not _is_filled_across(grid, cell)]
    typed = Counter((cell.row, grid.form(near)) for cell, near in found if grid.form(cell) is None)
    for cell, near in found:
        form = grid.form(near)
        is_broken = any(grid.form(one) == form for one in grid.rows[cell.row])
        if grid.form(cell) is not None or is_broken or typed[cell.row, form] < FEWEST_ALIKE:
            yield cell, near


def _in_lines(grid: Grid) -> Iterator[tuple[Cell, Cell]]:
    """What stands alone in a line, but for a pattern of the line or of the column."""
    found = []
    in_row, in_column = Counter[int](), Counter[int]()
    for line in grid.lines():
        if _is_computed(grid, line):
            in_row[line[0].row] += len(line)
            in_column.update(cell.column for cell in line)
            alone = _alone_in_line(grid, line)
            found += [(cell, near) for cell, near in alone if not _is_filled_down(grid, cell)]
    odd_in_row = Counter(cell.row for cell, _ in found)
    odd_in_column = Counter(cell.column for cell, _ in found)
    for cell, near in found:
        most_of_row = max(1, PATTERN_SHARE * in_row[cell.row])
        most_of_column = max(1, PATTERN_SHARE * in_column[cell.column])
        if odd_in_row[cell.row] <= most_of_row and odd_in_column[cell.column] <= most_of_column:
            yield cell, near


def _alone_in_line(grid: Grid, line: Sequence[Cell]) -> Iterator[tuple[Cell, Cell]]:
    """Each cell between two of the line's form, with the one before it."""
    forms = [grid.form(cell) for cell in line]
    times = Counter(forms)
    for place in range(1, len(line) - 1):
        form, before, after = forms[place], forms[place - 1], forms[place + 1]
        if before is None or before != after or times[before] < FEWEST_ALIKE:
            continue
        if (form is not None and times[form] > 1) or _COUNTS_COLUMNS.fullmatch(before):
            continue
        # A constant in a row of totals is for `totals` to find.
        if form is not None or not aggregates_own_column(line[place - 1]):
            yield line[place], line[place - 1]


def _is_computed(grid: Grid, cells: Sequence[Cell]) -> bool:
    formulas = sum(grid.form(cell) is not None for cell in cells)
    return formulas >= max(FEWEST_FORMULAS, FORMULA_SHARE * len(cells))


def _is_filled_across(grid: Grid, cell: Cell) -> bool:
    """Whether its formula is that of its row: a line of another sort than those around it."""
    return _is_filled(grid, cell, grid.rows[cell.row])


def _is_filled_down(grid: Grid, cell: Cell) -> bool:
    """Whether its formula is that of its column: a column of sums between months, for example."""
    return _is_filled(grid, cell, grid.columns[cell.column])


def _is_filled(grid: Grid, cell: Cell, cells: Sequence[Cell]) -> bool:
    form = grid.form(cell)
    return form is not None and any(grid.form(one) == form for one in cells if one is not cell)


def offenders(grid: Grid, cells: Sequence[Cell]) -> list[tuple[Cell, Cell]]:
    """Each cell that breaks the sequence, with the neighbour whose formula belongs there.

    cells: the figures of one column, the oldest first, or of one row of totals.
    """
    forms = [grid.form(cell) for cell in cells]
    times = Counter(form for form in forms if form is not None)
    usual, most = times.most_common(1)[0]
    has_usual = most >= USUAL_FORM_SHARE * times.total()
    if _COUNTS_ROWS.fullmatch(usual):
        return []
    guides = [
        place
        for place, form in enumerate(forms)
        if form is not None and (not has_usual or form == usual)
    ]
    found = []
    passed = 0  # how many guides stand before the cell
    for place, form in enumerate(forms):
        before = guides[max(passed - 2, 0) : passed]
        is_guide = passed < len(guides) and guides[passed] == place
        passed += is_guide
        if form is not None and (times[form] > 1 or form == usual):
            continue
        after = guides[passed : passed + 2]
        if form is not None and not has_usual:
            neighbours, needed = [*before, *after], 4  # no form is usual but just here
        else:
            is_newest = form is None and not after
            neighbours, needed = before if is_newest else [*before[-1:], *after[:1]], 2
        if len(neighbours) == needed and len({forms[at] for at in neighbours}) == 1:
            found.append((cells[place], cells[neighbours[0]]))
    return found


def oddity(grid: Grid, cell: Cell, neighbour: Cell) -> Oddity:
    """What the cell holds, and what it would hold as its neighbour does."""
    belongs = reference.filled(
        neighbour.formula or "",
        down=cell.row - neighbour.row,
        across=cell.column - neighbour.column,
    )
    is_constant = grid.form(cell) is None
    holds = f"the formula {cell.formula}" if cell.formula else f"the constant {cell.text}"
    return Oddity(
        rule="constant_among_formulas" if is_constant else "other_formula",
        sheet=grid.name,
        row=cell.row,
        cell=cell.address,
        column_name=grid.heading(cell),
        observed=holds,
        expected=f"the formula of its neighbours, here {belongs}",
    )
