"""Does every cell of a formula column still hold the column's formula?

Reason to flag: a constant typed over a formula, or a formula of another shape among equal ones,
cuts the figure loose from the cells it claims to be computed from. It is a fact, not a likelihood.

How to remedy: ask whoever keeps the workbook why the cell was overwritten, fill the formula back in
from the cell above, and correct the input cells if it was they that were wrong.

Method: formulas of one column and scope are compared in period order by their R1C1 form, so that
`=100*D41/C41` and `=100*D42/C42` are the same. A constant is flagged when the nearest formulas
before and after it have one form, or, at the newest end, the last two before it. A formula whose
form occurs once in the column is flagged when it stands among cells of the column's usual form; a
form that returns, such as the one that restarts a running total, is a pattern.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from expectations.formula import common_cell, filled_to, has_reference, row_of
from expectations.guard import Examination, Guard, Kind, Outcome, Row, Suspicion

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from expectations.row_expectation import RowExpectation

GUARD = Guard(
    kind=Kind.STRUCTURAL,
    evidence="""
        select
            workbook.kpi_id,
            workbook.scope,
            workbook.period_start,
            workbook.file,
            workbook.sheet,
            workbook.cell,
            workbook.column_name,
            workbook.value_number,
            workbook.formula,
            recomputed.value as recomputed_value
        from intermediate.int_workbook_cell as workbook
        left join intermediate.int_kpi_value as recomputed
            on
                workbook.kpi_id = recomputed.kpi_id
                and workbook.scope = recomputed.scope
                and workbook.period_start = recomputed.period_start
    """,
    part=("file", "sheet", "column_name", "scope"),
    minimum=4,
    false_alarm_rate=0.0,
    rate_holds="for the fact that the cell differs; it says nothing about why.",
    innocent_explanations=(
        "The formula's inputs were not there yet and a preliminary figure was typed in.",
        "The value was pasted without its formula while rows were moved or sorted.",
        "A known fault in the input cells was corrected in the result instead.",
    ),
    invisible=(
        "constants at the oldest end of a column: its history may have been brought in as values",
        "a column without formulas, and a formula replaced in most of its cells",
        "a changed formula that occurs more than once in the column",
        "input cells that were typed wrongly under an intact formula",
    ),
)

# Below this share of formulas a column is one of typed values with a formula here and there.
FORMULA_SHARE = 0.5
USUAL_FORM_SHARE = 2 / 3


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the column; `form` is None for a constant, equal forms mean equal R1C1 forms."""

    period_start: date
    address: str
    value: Any
    formula: str | None
    form: str | None
    recomputed: Any


@cache
def expectation() -> type[RowExpectation]:
    """Class of the expectation; it takes no parameter."""
    from expectations.row_expectation import RowExpectation

    class ExpectWorkbookStructureToBeIntact(RowExpectation):
        """Expect every cell of a formula column to hold the formula of its neighbours."""

        def examine(self, rows: list[Row]) -> Examination:
            return examine(rows)

    return ExpectWorkbookStructureToBeIntact


def examine(rows: Sequence[Row]) -> Examination:
    """Judge one column of one scope; empty cells are left out."""
    cells = _cells(rows)
    covered = frozenset((rows[0]["scope"], cell.period_start) for cell in cells)
    formulas = sum(cell.form is not None for cell in cells)
    if formulas == 0 or formulas < FORMULA_SHARE * len(cells):
        outcome, detail = Outcome.NOT_APPLICABLE, "the column is not computed by formulas"
        return Examination(outcome=outcome, n=len(cells), detail=detail, covered=covered)
    if formulas < GUARD.minimum:
        outcome = Outcome.NOT_ENOUGH_DATA
        detail = f"{formulas} formulas, {GUARD.minimum} are needed to know the column's form"
        return Examination(outcome=outcome, n=len(cells), detail=detail, covered=covered)
    suspicions = tuple(
        _suspicion(rows[0], cells[index], neighbour) for index, neighbour in offenders(cells)
    )
    return Examination(
        outcome=Outcome.JUDGED,
        n=len(cells),
        detail=f"{len(suspicions)} of {len(cells)} cells do not hold their neighbours' formula",
        covered=covered,
        unexpected_count=len(suspicions),
        suspicions=suspicions,
    )


def offenders(cells: Sequence[Cell]) -> list[tuple[int, Cell]]:
    """Index of each cell that breaks the column, with the neighbour whose formula belongs there.

    cells: one column of one scope in period order.
    """
    forms = Counter(cell.form for cell in cells if cell.form is not None)
    usual, times = forms.most_common(1)[0]
    has_usual = times >= USUAL_FORM_SHARE * forms.total()
    found = []
    for index, cell in enumerate(cells):
        form = cell.form
        if form is not None and (not has_usual or forms[form] > 1):
            continue
        guides = [
            (place, one)
            for place, one in enumerate(cells)
            if one.form is not None and place != index and (not has_usual or one.form == usual)
        ]
        before = [one for place, one in guides if place < index][-2:]
        after = [one for place, one in guides if place > index][:1]
        neighbours = [*before[-1:], *after] if after or form is not None else before
        if len(neighbours) == 2 and neighbours[0].form == neighbours[1].form:
            found.append((index, neighbours[0]))
    return found


def _cells(rows: Sequence[Row]) -> list[Cell]:
    filled = [row for row in rows if row["formula"] or row["value_number"] is not None]
    if not filled:
        return []
    meeting_point = common_cell([row["cell"] for row in filled])
    cells = [
        Cell(
            period_start=row["period_start"],
            address=row["cell"],
            value=row["value_number"],
            formula=row["formula"] or None,
            form=filled_to(row["formula"], origin=row["cell"], destination=meeting_point)
            if row["formula"] and has_reference(row["formula"])
            else None,
            recomputed=row["recomputed_value"],
        )
        for row in filled
    ]
    return sorted(cells, key=lambda cell: (cell.period_start, row_of(cell.address)))


def _suspicion(first: Row, cell: Cell, neighbour: Cell) -> Suspicion:
    place = f"{first['file']} {first['sheet']}!{cell.address}"
    belongs = filled_to(neighbour.formula or "", origin=neighbour.address, destination=cell.address)
    holds = f"the formula {cell.formula}" if cell.formula else f"the constant {_plain(cell.value)}"
    return Suspicion(
        scope=first["scope"],
        period_start=cell.period_start,
        periods=frozenset({cell.period_start}),
        place=place,
        observed=holds,
        expected=f"the column's formula, here {belongs}",
        question=f"{place} ({first['column_name']}) holds {holds} where its neighbours compute "
        f"{belongs}. What is the figure based on, and can the formula be put back?",
        evidence={
            "file": first["file"],
            "sheet": first["sheet"],
            "cell": cell.address,
            "column_name": first["column_name"],
            "value": cell.value,
            "formula": cell.formula,
            "neighbour_cell": neighbour.address,
            "neighbour_formula": neighbour.formula,
            "recomputed_value": cell.recomputed,
        },
    )


def _plain(value: Any) -> str:
    return f"{value.normalize():f}" if hasattr(value, "normalize") else str(value)
