"""A cell cut loose from its column's formula is found; honest columns are left alone."""

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from expectations.guard import Outcome
from expectations.guards.workbook_structure_intact import examine
from tests.expectations.firm import week

USUAL = "=100*D{row}/C{row}"


def column(
    formulas: Sequence[str | None], *, first_row: int = 2, step: int = 1
) -> list[dict[str, Any]]:
    """One column of one scope; None is a typed 75, `{row}` stands for the cell's own row."""
    rows = []
    for number, formula in enumerate(formulas):
        row = first_row + number * step
        rows.append(
            {
                "scope": "south",
                "period_start": week(number),
                "file": "training.xlsx",
                "sheet": "Training",
                "cell": f"E{row}",
                "column_name": "Trained %",
                "value_number": Decimal("75.000000000"),
                "formula": formula.format(row=row) if formula else None,
                "recomputed_value": Decimal(70),
            }
        )
    return rows


def flagged(rows: list[dict[str, Any]]) -> list[str]:
    return [suspicion.evidence["cell"] for suspicion in examine(rows).suspicions]


def test_a_constant_among_formulas_is_a_fact_about_its_own_period() -> None:
    formulas: list[str | None] = [USUAL] * 12
    formulas[7] = None
    examination = examine(column(formulas))
    (suspicion,) = examination.suspicions
    assert suspicion.period_start == week(7)
    assert suspicion.periods == {week(7)}
    assert suspicion.observed == "the constant 75"
    assert suspicion.expected == "the column's formula, here =100*D9/C9"
    assert suspicion.evidence["recomputed_value"] == Decimal(70)
    assert suspicion.question.endswith("?")
    assert examination.p_value is None
    assert examination.unexpected_count == 1


@pytest.mark.parametrize("position", range(1, 20))
def test_a_constant_is_found_wherever_it_stands_but_at_the_oldest_end(position: int) -> None:
    formulas: list[str | None] = [USUAL] * 20
    formulas[position] = None
    assert flagged(column(formulas, step=2)) == [f"E{2 + position * 2}"]


def test_several_constants_in_a_row_are_all_found() -> None:
    assert flagged(column([USUAL] * 6 + [None] * 3 + [USUAL] * 6)) == ["E8", "E9", "E10"]


def test_the_newest_cells_are_found_although_nothing_follows_them() -> None:
    assert flagged(column([USUAL] * 8 + [None, None])) == ["E10", "E11"]


def test_constants_at_the_oldest_end_are_history_brought_in_as_values() -> None:
    assert flagged(column([None] * 5 + [USUAL] * 10)) == []


def test_a_sheet_with_the_newest_week_on_top_is_read_in_period_order() -> None:
    formulas: list[str | None] = [*[USUAL] * 8, None]
    rows = column(formulas)
    last = len(rows) + 1
    for number, row in enumerate(rows):
        row["cell"] = f"E{last - number}"
        row["formula"] = USUAL.format(row=last - number) if row["formula"] else None
    assert flagged(rows) == ["E2"]


def test_a_formula_that_looks_at_no_cell_counts_as_a_constant() -> None:
    formulas: list[str | None] = [USUAL] * 9
    formulas[4] = "=97.5"
    (suspicion,) = examine(column(formulas)).suspicions
    assert suspicion.observed == "the formula =97.5"


def test_a_single_formula_of_another_form_is_found() -> None:
    formulas: list[str | None] = [USUAL] * 9
    formulas[4] = "=100*D{row}/C{row}+3"
    assert flagged(column(formulas)) == ["E6"]


def test_an_odd_formula_does_not_hide_the_constant_beside_it() -> None:
    formulas: list[str | None] = [USUAL] * 12
    formulas[5:7] = ["=100*D{row}/C{row}+3", None]
    assert flagged(column(formulas)) == ["E7", "E8"]


def test_a_formula_revised_from_some_week_on_is_left_alone() -> None:
    assert flagged(column([USUAL] * 9 + ["=IFERROR(100*D{row}/C{row},0)"] * 9)) == []


def test_a_constant_before_a_later_revision_is_still_found() -> None:
    formulas: list[str | None] = [*[USUAL] * 9, *["=IFERROR(100*D{row}/C{row},0)"] * 9]
    formulas[3] = None
    assert flagged(column(formulas)) == ["E5"]


def test_a_running_total_that_restarts_is_a_pattern() -> None:
    formulas: list[str | None] = [
        "=D{row}" if number % 4 == 0 else "=D{row}+$A$1" for number in range(24)
    ]
    assert flagged(column(formulas)) == []


def test_an_empty_cell_is_not_a_constant() -> None:
    rows = column([USUAL] * 9)
    rows[4] |= {"formula": None, "value_number": None}
    examination = examine(rows)
    assert examination.suspicions == ()
    assert examination.n == 8
    assert ("south", week(4)) not in examination.covered


def test_a_column_of_typed_values_is_not_applicable() -> None:
    assert examine(column([None] * 20)).outcome is Outcome.NOT_APPLICABLE
    assert examine(column([None] * 16 + [USUAL] * 4)).outcome is Outcome.NOT_APPLICABLE


def test_three_formulas_are_not_enough_to_know_the_form() -> None:
    examination = examine(column([USUAL, None, USUAL, USUAL]))
    assert examination.outcome is Outcome.NOT_ENOUGH_DATA
    assert examination.suspicions == ()


HONEST_FORMS = (
    "=100*D{row}/C{row}",
    "=IF(C{row}=0,0,100*D{row}/C{row})",
    "=ROUND(D{row}/$C$1,2)",
    "=SUM(B{row}:D{row})",
    "=Plan!B{row}-C{row}",
)


@pytest.mark.parametrize("seed", range(75))
def test_honest_columns_are_never_flagged(seed: int) -> None:
    generator = random.Random(seed)  # noqa: S311 - repeatable, not secret
    form = generator.choice(HONEST_FORMS)
    history = generator.randrange(0, 6)
    formulas: list[str | None] = [None] * history + [form] * generator.randrange(12, 80)
    if generator.random() < 0.3:
        formulas += [generator.choice(HONEST_FORMS)] * generator.randrange(1, 30)
    rows = column(formulas, first_row=generator.randrange(2, 9), step=generator.choice([1, 2, 5]))
    for row in generator.sample(rows, k=generator.randrange(0, 3)):
        row |= {"formula": None, "value_number": None}
    generator.shuffle(rows)
    assert flagged(rows) == []
