"""Edits that carry past periods over the target are asked about, unless they were agreed before."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import numpy as np
import pytest

from expectations.guard import Examination, Outcome, load
from expectations.judge import judge
from expectations.judgement import GuardRun, Judgement, Status
from tests.expectations.firm import AS_OF, FIRST_WEEK, WEEKS, Definitions, Warehouse, week

GUARD = "restatements_do_not_favour_the_target"
BOOKED = datetime(2026, 10, 22, 14, 30)  # noqa: DTZ001 - as the warehouse has it: naive UTC
CHANGE = {
    "change": "CHG-0412",
    "first_period": FIRST_WEEK.isoformat(),
    "last_period": week(WEEKS - 1).isoformat(),
    "approved_by": "coo",
    "approved_on": "2026-10-20",
    "booked_until": "2026-10-31",
}


def ledger() -> list[dict[str, Any]]:
    """78 weeks about 96: every second near miss was edited to just above 95, others by chance."""
    generator = np.random.default_rng(5)
    rows = []
    for number, drawn in enumerate(generator.normal(96, 2, WEEKS)):
        first = Decimal(str(round(float(drawn), 2)))
        last = first
        if number % 7 == 0:
            last += Decimal(str(round(float(generator.normal(0, 0.5)), 2)))
        elif Decimal(93) < first < Decimal(95) and number % 2:
            last = Decimal("95.1")
        is_edited = last != first
        rows.append(
            {
                "scope": "north",
                "period_start": week(number),
                "kpi_name": "uptime",
                "direction": "higher_is_better",
                "target": Decimal(95),
                "value": last,
                "from_value": first if is_edited else None,
                "to_value": last if is_edited else None,
                "version_before": 1 if is_edited else None,
                "version": 2 if is_edited else None,
                "class": "event" if is_edited else None,
                "restated_at": BOOKED if is_edited else None,
                "edited_rows": f"downtime {number} changed by 17" if is_edited else None,
            }
        )
    return rows


def examined(rows: list[dict[str, Any]], **changed: str) -> Examination:
    approved = (CHANGE | changed,) if changed else ()
    return load(GUARD).expectation()(part="north", approved_changes=approved).examine(rows)


def test_edits_that_lift_periods_just_over_the_target_are_asked_about() -> None:
    seen = examined(ledger())
    assert seen.p_value is not None
    assert seen.p_value < 0.01
    (suspicion,) = seen.suspicions
    for row in suspicion.evidence["rows"]:
        assert row["old_value"] < row["target"] < row["value"] == Decimal("95.1")
        assert row["restated_at"] == BOOKED
        assert (row["version_before"], row["version"], row["class"]) == (1, 2, "event")
        assert row["edited_rows"].endswith(" changed by 17")


def test_edits_under_a_change_that_was_approved_before_are_not() -> None:
    seen = examined(ledger(), change="CHG-0412")
    assert (seen.outcome, seen.suspicions) == (Outcome.NOT_APPLICABLE, ())
    assert seen.detail == "no period was restated"


@pytest.mark.parametrize(
    "changed",
    [
        {"approved_on": "2026-10-23"},
        {"booked_until": "2026-10-21"},
        {"last_period": (FIRST_WEEK - timedelta(weeks=1)).isoformat()},
    ],
    ids=["approved afterwards", "booked too late", "of other periods"],
)
def test_edits_that_the_approval_does_not_cover_are_asked_about(changed: dict[str, str]) -> None:
    assert examined(ledger(), **changed) == examined(ledger())


def test_what_was_edited_after_the_approved_change_counts_by_itself() -> None:
    rows = ledger()
    edited = [row for row in rows if row["value"] == Decimal("95.1")]
    for row in edited:
        again = row | {"from_value": Decimal("95.1"), "to_value": Decimal("95.2")}
        again |= {"version_before": 2, "version": 3, "value": Decimal("95.2")}
        rows.append(again | {"restated_at": BOOKED + timedelta(days=30)})
        row["value"] = Decimal("95.2")
    seen = examined(rows, change="CHG-0412")
    assert seen.outcome is Outcome.JUDGED
    assert seen.suspicions == ()


def judged(warehouse: Warehouse, **parameters: Any) -> Judgement:
    for row in ledger():
        warehouse.connection.execute(
            "insert into intermediate.int_kpi_value values ('uptime', 'north', ?, ?, 1, ?)",
            [row["period_start"], row["value"], row["value"]],
        )
        if row["restated_at"] is not None:
            warehouse.connection.execute(
                "insert into intermediate.int_restatement "
                "values ('uptime', 'north', ?, 2, ?, 'event', ?, ?)",
                [row["period_start"], BOOKED, row["from_value"], row["to_value"]],
            )
    definitions = Definitions({"uptime": ("pulled", {GUARD: parameters})}, target=Decimal(95))
    return judge(warehouse.connection, definitions, as_of=AS_OF)


def run(warehouse: Warehouse, **parameters: Any) -> GuardRun:
    (found,) = judged(warehouse, **parameters).runs
    return found


def test_a_question_names_the_rows_behind_an_edit_and_who_changed_them(
    warehouse: Warehouse,
) -> None:
    for number, key in product(range(WEEKS), range(7)):
        warehouse.connection.execute(
            "insert into intermediate.int_restated_row "
            "values ('uptime', 'north', ?, 2, 'downtime', ?, ?, 'changed', ?, ?)",
            [
                week(number),
                str(key),
                "log.xlsx Log!C14" if key == 2 else None,
                None if key == 1 else "17",
                None if key == 1 else BOOKED,
            ],
        )
    (finding,) = judged(warehouse).findings
    rows = finding.evidence["rows"]
    (named,) = {row["edited_rows"] for row in rows}
    assert named.split(", ") == [
        "log.xlsx Log!C14 changed and saved by 17 on 2026-10-22",
        "downtime 0 changed by 17 on 2026-10-22",
        "downtime 1 changed",
        "downtime 3 changed by 17 on 2026-10-22",
        "downtime 4 changed by 17 on 2026-10-22",
        "…",
    ]


def test_the_definition_lists_approved_changes(warehouse: Warehouse) -> None:
    assert run(warehouse, approved_changes=[CHANGE]).status is Status.NOT_APPLICABLE


def test_an_approval_that_lacks_its_day_is_an_error_and_excuses_nothing(
    warehouse: Warehouse,
) -> None:
    undated = {key: said for key, said in CHANGE.items() if key != "approved_on"}
    found = run(warehouse, approved_changes=[undated])
    assert found.status is Status.ERROR
    assert "approved_on" in found.detail
