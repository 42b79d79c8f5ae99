"""Does every cell of a formula column still hold the column's formula?

Formulas are compared by their R1C1 form, so that `=100*D41/C41` and `=100*D42/C42` are the same. A
constant is odd when the nearest formulas before and after it have one form, or, at the newest end,
the last two before it; constants at the oldest end are history that was brought in as values. A
column that counts its lines (`=A41+1`) computes nothing and may start anew.

A formula whose form occurs once is odd among cells of the column's usual form, or, where there is
no such form, between two and two of one form; a form that returns, such as the one that restarts a
running total, is a pattern, and one that is filled across its row makes a line of another sort.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from ingestion.workbook.forensics import reference
from ingestion.workbook.forensics.grid import Grid, is_figure
from ingestion.workbook.reading import Cell, Oddity

FEWEST_FORMULAS = 4
# Below this share of formulas a column is one of typed values with a formula here and there.
FORMULA_SHARE = 0.5
USUAL_FORM_SHARE = 2 / 3
_COUNTS = re.compile(r"=\+?R\[-?1\]C\[0\][+-]\d+")


def examine(grid: Grid) -> Iterator[Oddity]:
    """Constants and stray formulas in the formula columns of a sheet."""
    for run in grid.runs():
        cells = [cell for cell in run if is_figure(cell)]
        if grid.is_newest_first:
            cells.reverse()
        formulas = sum(form_of(cell) is not None for cell in cells)
        if formulas >= max(FEWEST_FORMULAS, FORMULA_SHARE * len(cells)):
            for cell, neighbour in offenders(cells):
                if not _is_filled_across(grid, cell):
                    yield oddity(grid, cell, neighbour)


def _is_filled_across(grid: Grid, cell: Cell) -> bool:
    """Whether its formula is that of its row: a line of another sort than those around it."""
    form = form_of(cell)
    return form is not None and any(
        form_of(one) == form for one in grid.rows[cell.row] if one is not cell
    )


def form_of(cell: Cell) -> str | None:
    """The R1C1 form; None for a constant, in disguise or not."""
    if cell.formula is None or not reference.looks_at_something(cell.formula):
        return None
    return reference.r1c1(cell.formula, cell.row, cell.column)


def offenders(cells: Sequence[Cell]) -> list[tuple[Cell, Cell]]:
    """Each cell that breaks the sequence, with the neighbour whose formula belongs there.

    cells: the figures of one column, the oldest first, or of one row of totals.
    """
    forms = [form_of(cell) for cell in cells]
    times = Counter(form for form in forms if form is not None)
    usual, most = times.most_common(1)[0]
    has_usual = most >= USUAL_FORM_SHARE * times.total()
    if _COUNTS.fullmatch(usual):
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
    is_constant = form_of(cell) is None
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
