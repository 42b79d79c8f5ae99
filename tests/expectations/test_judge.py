"""The judge on a warehouse: planted truths are found, and it is judged again when it must be."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations import grading
from expectations.judge import input_hash, judge
from expectations.judgement import Judgement, Status
from expectations.multiplicity import QUESTION_LEVEL
from sightline.catalog import load_catalog
from sightline.errors import UsageError
from tests.expectations.firm import AS_OF, WEEKS, Definitions, Warehouse, training, uptime, week

LOG = {"reported_matches_recomputed": {"resolution": "0.1"}}
SHEET: dict[str, dict[str, str]] = {"workbook_structure_intact": {}}
FIRM = {"sorter_uptime": ("pulled", LOG), "staff_trained": ("typed", SHEET)}


def verdict_of(judgement: Judgement, kpi_id: str, scope: str, number: int) -> tuple[str, str]:
    (row,) = [
        verdict
        for verdict in judgement.verdicts
        if (verdict.kpi_id, verdict.scope, verdict.period_start) == (kpi_id, scope, week(number))
    ]
    return row.verdict.value, row.grade.value


def test_polished_weeks_lower_the_grade_and_a_typed_over_formula_contests(
    warehouse: Warehouse,
) -> None:
    uptime(warehouse, polished=8)
    training(warehouse, overwritten={17})
    judgement = judge(warehouse.connection, Definitions(FIRM), as_of=AS_OF)

    log, sheet = judgement.findings
    assert (log.kpi_id, log.scope, log.kind, log.grade) == (
        "sorter_uptime",
        "north",
        "statistical",
        "D",
    )
    assert log.evidence["periods"] == [week(number) for number in range(WEEKS - 8, WEEKS)]
    assert (sheet.kpi_id, sheet.scope, sheet.period_start) == ("staff_trained", "south", week(17))
    assert sheet.evidence["cell"] == "E37"
    assert sheet.expected == "the formula of its neighbours, here =100*D37/C37"

    assert verdict_of(judgement, "sorter_uptime", "north", WEEKS - 1) == ("trusted", "D")
    assert verdict_of(judgement, "sorter_uptime", "north", WEEKS - 9) == ("trusted", "A")
    assert verdict_of(judgement, "sorter_uptime", "south", WEEKS - 1) == ("trusted", "A")
    assert verdict_of(judgement, "sorter_uptime", "all", WEEKS - 1) == ("trusted", "D")
    assert verdict_of(judgement, "staff_trained", "south", 17) == ("contested", "C")
    assert verdict_of(judgement, "staff_trained", "all", 17) == ("contested", "C")
    assert verdict_of(judgement, "staff_trained", "north", 17) == ("trusted", "A")
    assert verdict_of(judgement, "staff_trained", "south", 18) == ("trusted", "A")

    uptime_run, training_run = judgement.runs
    assert (uptime_run.guard, uptime_run.status) == ("reported_matches_recomputed", "finding")
    assert (uptime_run.passed, uptime_run.severity) == (False, "warn")
    assert uptime_run.unexpected_count == 8
    assert uptime_run.expectations_expected == uptime_run.expectations_evaluated == 2
    assert (training_run.passed, training_run.severity) == (False, "error")
    assert training_run.unexpected_count == 1
    assert training_run.expectations_evaluated == 2


def test_an_honest_firm_passes_and_every_closed_number_has_one_verdict(
    warehouse: Warehouse,
) -> None:
    uptime(warehouse)
    training(warehouse)
    judgement = judge(warehouse.connection, Definitions(FIRM), as_of=AS_OF)
    assert judgement.findings == ()
    assert [run.status for run in judgement.runs] == [Status.PASSED, Status.PASSED]
    assert {(v.verdict, v.grade) for v in judgement.verdicts} == {("trusted", "A")}
    keys = [(v.kpi_id, v.scope, v.period_start) for v in judgement.verdicts]
    assert len(keys) == len(set(keys)) == 3 * WEEKS + 3 * 20


def test_the_tables_hold_plain_rows_that_say_the_same_every_time(warehouse: Warehouse) -> None:
    uptime(warehouse, polished=8)
    training(warehouse, overwritten={17})
    tables = judge(warehouse.connection, Definitions(FIRM), as_of=AS_OF).tables()
    again = judge(warehouse.connection, Definitions(FIRM), as_of=AS_OF).tables()
    assert tables == again
    assert sorted(tables) == [
        "examination",
        "finding",
        "finding_period",
        "guard_run",
        "verdict",
    ]
    for row in tables["finding"]:
        evidence = json.loads(row["evidence"])
        assert evidence["periods"]
        assert evidence["false_alarm_rate_holds"]
        assert len(json.loads(row["innocent_explanations"])) >= 3
        assert row["question"].endswith("?")
        assert "manipulat" not in json.dumps(row, default=str).lower()
    assert {row["input_hash"] for row in tables["guard_run"]} == {
        input_hash(warehouse.connection, Definitions(FIRM), as_of=AS_OF)
    }


def test_an_open_week_is_not_judged_before_it_ends_in_the_kpis_own_zone(
    warehouse: Warehouse,
) -> None:
    uptime(warehouse, polished=8)
    sunday_evening = datetime(2026, 10, 25, 22, 30, tzinfo=UTC)
    berlin = judge(warehouse.connection, Definitions(FIRM), as_of=sunday_evening)
    lisbon_definitions = Definitions(FIRM, time_zone="Atlantic/Azores")
    azores = judge(warehouse.connection, lisbon_definitions, as_of=sunday_evening)
    assert max(v.period_start for v in berlin.verdicts) == week(WEEKS - 2)
    assert max(v.period_start for v in azores.verdicts) == week(WEEKS - 2)
    monday_in_berlin = datetime(2026, 10, 25, 23, 30, tzinfo=UTC)
    berlin = judge(warehouse.connection, Definitions(FIRM), as_of=monday_in_berlin)
    azores = judge(warehouse.connection, lisbon_definitions, as_of=monday_in_berlin)
    assert max(v.period_start for v in berlin.verdicts) == week(WEEKS - 1)
    assert max(v.period_start for v in azores.verdicts) == week(WEEKS - 2)


def test_a_naive_instant_is_refused(warehouse: Warehouse) -> None:
    with pytest.raises(UsageError, match="time zone"):
        judge(warehouse.connection, Definitions({}), as_of=datetime(2026, 10, 26))  # noqa: DTZ001 - the point


def test_values_that_cannot_be_read_raise_rather_than_judge_nothing() -> None:
    with duckdb.connect() as empty, pytest.raises(duckdb.CatalogException):
        judge(empty, Definitions(FIRM), as_of=AS_OF)


def test_a_pulled_kpi_without_guards_is_trusted_and_a_typed_one_is_not(
    warehouse: Warehouse,
) -> None:
    warehouse.value("order_volume", "all", 3, 5000)
    warehouse.value("mood", "all", 3, 7)
    kpis: dict[str, Any] = {"order_volume": ("pulled", {}), "mood": ("typed", {})}
    judgement = judge(warehouse.connection, Definitions(kpis), as_of=AS_OF)
    assert verdict_of(judgement, "order_volume", "all", 3) == ("trusted", "A")
    assert verdict_of(judgement, "mood", "all", 3) == ("insufficient", "U")
    assert judgement.runs == ()


def test_great_expectations_runs_without_analytics_and_without_progress_bars(
    warehouse: Warehouse, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import great_expectations  # after row_expectation, which silences its import

    contexts: list[Any] = []
    get_context = great_expectations.get_context

    def remember(**options: Any) -> Any:
        contexts.append(get_context(**options))
        return contexts[-1]

    monkeypatch.setattr(great_expectations, "get_context", remember)
    uptime(warehouse)
    kpis: dict[str, Any] = {"sorter_uptime": ("pulled", LOG)}
    judge(warehouse.connection, Definitions(kpis), as_of=AS_OF)
    (context,) = contexts
    assert context.config.analytics_enabled is False
    assert capfd.readouterr() == ("", "")


# The hash of the inputs decides whether judging can be skipped.


def test_the_hash_stays_while_only_the_open_week_and_the_clock_move(warehouse: Warehouse) -> None:
    uptime(warehouse)
    definitions = Definitions(FIRM)
    before = input_hash(warehouse.connection, definitions, as_of=AS_OF)
    warehouse.value("sorter_uptime", "north", WEEKS, 12.5)
    later = datetime(2026, 10, 30, 6, tzinfo=UTC)
    assert input_hash(warehouse.connection, definitions, as_of=later) == before
    closed = datetime(2026, 11, 2, 6, tzinfo=UTC)
    assert input_hash(warehouse.connection, definitions, as_of=closed) != before


@pytest.mark.parametrize(
    "change",
    [
        "delete from intermediate.int_workbook_line where row_number = 7",
        "update intermediate.int_workbook_line set rule = 'hidden_row' where row_number = 7",
        "delete from intermediate.int_kpi_value where scope = 'all'",
    ],
)
def test_the_hash_changes_with_the_judged_numbers_and_with_any_fact(
    warehouse: Warehouse, change: str
) -> None:
    uptime(warehouse)
    training(warehouse)
    before = input_hash(warehouse.connection, Definitions(FIRM), as_of=AS_OF)
    warehouse.connection.execute(change)
    assert input_hash(warehouse.connection, Definitions(FIRM), as_of=AS_OF) != before


@pytest.mark.parametrize(
    "change",
    [
        "update intermediate.int_kpi_value set value = value + 0.01 where scope = 'north'",
        "update intermediate.int_reported_value set reported_value = 99 where scope = 'north'",
    ],
)
def test_a_statistic_is_looked_at_again_when_a_period_closed_not_when_a_value_moved(
    warehouse: Warehouse, change: str
) -> None:
    uptime(warehouse, weeks=WEEKS + 1)
    before = input_hash(warehouse.connection, Definitions(FIRM), as_of=AS_OF)
    warehouse.connection.execute(change)
    sunday = AS_OF + timedelta(days=6)
    assert input_hash(warehouse.connection, Definitions(FIRM), as_of=sunday) == before
    monday = AS_OF + timedelta(days=7)
    assert input_hash(warehouse.connection, Definitions(FIRM), as_of=monday) != before


def test_a_watch_seen_at_the_close_before_is_a_question_at_this_one(warehouse: Warehouse) -> None:
    uptime(warehouse, polished=3)
    first = judge(warehouse.connection, Definitions(FIRM), as_of=AS_OF)
    (north,) = [row for row in first.examined if row.part.endswith("north")]
    assert north.q_value is not None
    assert QUESTION_LEVEL < north.q_value < grading.WATCH_LEVEL
    assert first.findings == ()
    assert north.closed_until == week(WEEKS - 1)
    before = [row.row() | {"closed_until": week(WEEKS - 2)} for row in first.examined]
    again = judge(warehouse.connection, Definitions(FIRM), as_of=AS_OF, examined_before=before)
    assert [finding.grade for finding in again.findings] == ["C"]
    older = [row | {"closed_until": week(WEEKS - 3)} for row in before]
    judged = judge(warehouse.connection, Definitions(FIRM), as_of=AS_OF, examined_before=older)
    assert judged.findings == ()


def test_the_hash_changes_with_the_definitions(warehouse: Warehouse) -> None:
    one = input_hash(warehouse.connection, Definitions(FIRM), as_of=AS_OF)
    changed = Definitions(FIRM, target=Decimal(97), content_hash="changed")
    assert input_hash(warehouse.connection, changed, as_of=AS_OF) != one


def test_evidence_that_cannot_be_read_has_a_hash_too(warehouse: Warehouse) -> None:
    warehouse.connection.execute("drop table intermediate.int_reported_value")
    assert input_hash(warehouse.connection, Definitions(FIRM), as_of=AS_OF)


def test_the_demo_firms_own_definitions_name_only_guards_that_run(warehouse: Warehouse) -> None:
    catalog = load_catalog(Path(__file__).parents[2] / "okrs")
    uptime(warehouse, polished=8)
    training(warehouse, overwritten={17})
    judgement = judge(warehouse.connection, catalog, as_of=AS_OF)
    statuses = {(run.kpi_id, run.guard): run.status for run in judgement.runs}
    assert statuses["sorter_uptime", "reported_matches_recomputed"] is Status.FINDING
    assert statuses["staff_trained", "workbook_structure_intact"] is Status.FINDING
    assert not any("there is no guard" in run.detail for run in judgement.runs)
