"""What a workbook's structure says is asked about; a cell cut loose from its formula contests."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from expectations.guard import Examination, Outcome
from expectations.guards.workbook_structure_intact import examine
from expectations.judge import judge
from tests.expectations.firm import (
    AS_OF,
    WEEKS,
    Definitions,
    Warehouse,
    training,
    typed_over,
    week,
)

KEEPER = "site-office@northline.example"


def line(number: int, **told: Any) -> dict[str, Any]:
    """One line as the guard is given it; the newest week of the file is the twentieth."""
    return {
        "scope": "south",
        "period_start": week(number),
        "file": "training.xlsx",
        "sheet": "Training",
        "last_period": week(19),
        "formulas_in_file": 20,
        "modified_at": datetime.fromisoformat("2025-09-15 08:00"),
        "modified_by": KEEPER,
        "created_by": KEEPER,
        "saved_before_by": None,
        "rule": None,
        "odd_sheet": "Training",
        "cell": None,
        "column_name": None,
        "observed": None,
        "expected": None,
        "is_in_line": False,
        "recomputed_value": Decimal(70),
        "grace_days": 7,
        "grain": "week",
        "time_zone": "Europe/Berlin",
    } | told


def lines(**told: Any) -> list[dict[str, Any]]:
    return [line(number, **told) for number in range(20)]


def places(examination: Examination) -> list[str]:
    return [suspicion.place for suspicion in examination.suspicions]


def test_an_intact_workbook_passes_and_covers_its_lines() -> None:
    examination = examine(lines())
    assert examination.outcome is Outcome.JUDGED
    assert examination.suspicions == ()
    assert examination.covered == {("south", week(number)) for number in range(20)}


def test_a_cell_cut_loose_contests_the_number_of_its_own_line_only() -> None:
    rows = lines()
    rows[7] |= typed_over(9)
    (suspicion,) = examine(rows).suspicions
    assert suspicion.contests
    assert suspicion.periods == {week(7)}
    assert suspicion.place == "training.xlsx Training!E9"
    assert suspicion.evidence["recomputed_value"] == Decimal(70)
    assert suspicion.question.endswith("?")


def test_a_hidden_row_is_asked_about_and_contests_nothing() -> None:
    rows = lines()
    rows[3] |= {
        "rule": "hidden_row",
        "cell": "5:5",
        "observed": "a hidden row that holds A5",
        "expected": "every row with figures shown",
        "is_in_line": True,
    }
    (suspicion,) = examine(rows).suspicions
    assert not suspicion.contests
    assert suspicion.period_start == week(3)


def test_what_is_about_the_whole_file_is_asked_once() -> None:
    odd = {
        "rule": "very_hidden_sheet",
        "odd_sheet": "Aside",
        "observed": "a hidden sheet with 1 filled cells",
        "expected": "every sheet with figures shown",
    }
    (suspicion,) = examine(lines(**odd)).suspicions
    assert suspicion.period_start is None
    assert len(suspicion.periods) == 20
    assert suspicion.evidence["rows"] == [
        {
            "file": "training.xlsx",
            "sheet": "Aside",
            "cell": None,
            "column_name": None,
            "observed": odd["observed"],
            "expected": odd["expected"],
        }
    ]


def test_a_stray_formula_in_a_row_of_totals_contests_no_line() -> None:
    odd = typed_over(25) | {"is_in_line": False}
    (suspicion,) = examine(lines(**odd)).suspicions
    assert not suspicion.contests


def test_a_file_saved_once_its_last_week_was_published_is_asked_about() -> None:
    assert week(19) == date(2025, 9, 8)
    on_time = datetime.fromisoformat("2025-09-21 21:59")  # a minute before 22 September in Berlin
    assert places(examine(lines(modified_at=on_time))) == []
    late = examine(lines(modified_at=datetime.fromisoformat("2025-09-21 22:01")))
    assert places(late) == ["training.xlsx modified_after_close"]
    assert late.suspicions[0].periods == {week(19)}


def test_whoever_is_no_keeper_is_asked_about_and_keepers_can_be_named() -> None:
    rows = lines(modified_by="deputy@northline.example")
    assert places(examine(rows)) == ["training.xlsx foreign_modifier"]
    assert places(examine(rows, keepers=f"{KEEPER}, deputy@northline.example")) == []
    assert places(examine(lines(modified_by=None))) == []
    assert places(examine(lines(created_by=None))) == []


def test_who_saved_the_file_in_an_earlier_week_is_no_stranger() -> None:
    deputy = "deputy@northline.example"
    known = {"modified_by": deputy, "saved_before_by": f"{KEEPER}\n{deputy}"}
    assert places(examine(lines(**known))) == []
    assert places(examine(lines(**known), keepers=KEEPER)) == ["training.xlsx foreign_modifier"]


def test_a_stranger_is_told_by_who_saved_the_file_before_though_nobody_says_who_began_it() -> None:
    rows = lines(modified_by="newcomer", created_by=None, saved_before_by="Doe, Jane")
    (suspicion,) = examine(rows).suspicions
    assert suspicion.expected == "saved by Doe, Jane"


def test_another_spelling_of_the_same_name_is_no_stranger() -> None:
    rows = lines(modified_by="David Sichinava", created_by="david")
    assert places(examine(rows)) == []
    assert places(examine(lines(modified_by="Davida Sichinava", created_by="david"))) != []


def test_a_file_that_computes_nothing_is_not_vouched_for() -> None:
    assert examine(lines(formulas_in_file=0)).outcome is Outcome.NOT_APPLICABLE


def test_only_the_typed_over_week_is_contested_and_an_odd_file_lowers_the_grade(
    warehouse: Warehouse,
) -> None:
    training(warehouse, overwritten={17})
    warehouse.connection.execute(
        "update intermediate.int_workbook_line set modified_by = 'somebody@northline.example'"
    )
    definitions = Definitions({"staff_trained": ("typed", {"workbook_structure_intact": {}})})
    judgement = judge(warehouse.connection, definitions, as_of=AS_OF.astimezone(UTC))
    verdicts = {(v.scope, v.period_start): (v.verdict, v.grade) for v in judgement.verdicts}
    assert verdicts["south", week(17)] == ("contested", "C")
    assert verdicts["south", week(16)] == ("trusted", "C")
    assert len(judgement.findings) == 3


@pytest.mark.parametrize(("seen", "findings"), [(WEEKS - 2, 0), (WEEKS - 1, 2)])
def test_whoever_saved_the_file_before_its_newest_week_is_no_stranger(
    warehouse: Warehouse, seen: int, findings: int
) -> None:
    training(warehouse)
    warehouse.connection.execute(
        "update intermediate.int_workbook_line set modified_by = 'deputy@northline.example'"
    )
    warehouse.connection.execute(
        "insert into staging.stg_sheets__saver values "
        "('training.xlsx', 'deputy@northline.example', ?)",
        [week(seen)],
    )
    definitions = Definitions({"staff_trained": ("typed", {"workbook_structure_intact": {}})})
    judgement = judge(warehouse.connection, definitions, as_of=AS_OF.astimezone(UTC))
    assert len(judgement.findings) == findings
