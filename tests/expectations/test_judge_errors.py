"""What breaks while judging ends in a run of status error, and never in a pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from expectations import evidence, row_expectation
from expectations.guard import PACKAGE
from expectations.judge import judge
from expectations.judgement import GuardRun, Judgement, Status
from sightline.registry import modules
from tests.expectations.firm import AS_OF, Definitions, Warehouse, uptime, week

LOG = {"reported_matches_recomputed": {"resolution": "0.1"}}

BREAKING = """
from functools import cache
from expectations.guard import Guard, Kind
GUARD = Guard(
    kind=Kind.STRUCTURAL, evidence={evidence!r}, part=("scope",), minimum=1,
    false_alarm_rate=0.0, rate_holds="always", innocent_explanations=(), invisible=(),
)
@cache
def expectation():
    from expectations.row_expectation import RowExpectation
    class Expect{name}(RowExpectation):
        def examine(self, rows):
            {body}
    return Expect{name}
"""
VALUES = "select kpi_id, scope, period_start from intermediate.int_kpi_value"


def only_run(judgement: Judgement) -> GuardRun:
    (run,) = judgement.runs
    return run


def assert_error(judgement: Judgement, words: str) -> None:
    run = only_run(judgement)
    assert run.status is Status.ERROR
    assert not run.passed
    assert run.severity == "error"
    assert words in run.detail
    assert run.expectations_evaluated < run.expectations_expected
    assert judgement.findings == ()
    assert {v.verdict for v in judgement.verdicts} == {"insufficient"}


def judged_with(warehouse: Warehouse, guard: str, **parameters: Any) -> Judgement:
    warehouse.value("sorter_uptime", "north", 3, 98.4)
    warehouse.value("sorter_uptime", "south", 3, 98.6)
    kpis: dict[str, Any] = {"sorter_uptime": ("pulled", {guard: parameters})}
    return judge(warehouse.connection, Definitions(kpis), as_of=AS_OF)


def test_a_missing_module_is_an_error(warehouse: Warehouse) -> None:
    assert_error(judged_with(warehouse, "reported_matches_recompute"), "did you mean")


def test_a_module_that_cannot_be_imported_is_an_error(
    warehouse: Warehouse, add_guard: Callable[[str, str], None]
) -> None:
    add_guard("broken_import", "import nothing_of_that_name\n")
    assert_error(judged_with(warehouse, "broken_import"), "nothing_of_that_name")


def test_an_exception_inside_an_expectation_is_an_error(
    warehouse: Warehouse, add_guard: Callable[[str, str], None]
) -> None:
    source = BREAKING.format(evidence=VALUES, name="Breaks", body="raise RuntimeError('boom')")
    add_guard("breaks", source)
    assert_error(judged_with(warehouse, "breaks"), "boom")


def test_an_expectation_that_answers_with_anything_else_is_an_error(
    warehouse: Warehouse, add_guard: Callable[[str, str], None]
) -> None:
    source = BREAKING.format(evidence=VALUES, name="Shrugs", body="return None")
    add_guard("shrugs", source)
    assert_error(judged_with(warehouse, "shrugs"), "NoneType")


def test_one_broken_part_spoils_the_run_although_the_other_was_clean(
    warehouse: Warehouse, add_guard: Callable[[str, str], None]
) -> None:
    body = (
        "from expectations.guard import Examination, Outcome\n"
        "            assert rows[0]['scope'] == 'north', 'only north'\n"
        "            covered = frozenset((r['scope'], r['period_start']) for r in rows)\n"
        "            return Examination(outcome=Outcome.JUDGED, n=1, detail='', covered=covered)"
    )
    add_guard("half", BREAKING.format(evidence=VALUES, name="Half", body=body))
    judgement = judged_with(warehouse, "half")
    assert_error(judgement, "only north")
    assert only_run(judgement).expectations_evaluated == 1


def test_an_empty_frame_is_an_error(warehouse: Warehouse) -> None:
    assert_error(judged_with(warehouse, "reported_matches_recomputed"), "no evidence")


@pytest.mark.parametrize(
    "left", ["scope = 'north'", "scope <> 'all'", f"period_start <> date '{week(20)}'"]
)
def test_evidence_that_leaves_out_a_judged_number_is_an_error_for_whoever_needs_all(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, left: str
) -> None:
    uptime(warehouse)
    needing_all = {
        name: module.GUARD
        for name, module in modules(PACKAGE).items()
        if module.GUARD.every_number and "scope" in module.GUARD.part
    }
    assert len(needing_all) >= 7
    queries = {guard.evidence for guard in needing_all.values()}
    read = evidence.read

    def read_less(connection: Any, query: str, *rest: Any) -> Any:
        less = f"select * from ({query}) where {left}"
        return read(connection, less if query in queries else query, *rest)

    monkeypatch.setattr(evidence, "read", read_less)
    kpis: dict[str, Any] = {"sorter_uptime": ("pulled", {guard: {} for guard in needing_all})}
    judgement = judge(warehouse.connection, Definitions(kpis), as_of=AS_OF)
    assert {run.status for run in judgement.runs} == {Status.ERROR}
    assert all("no evidence of" in run.detail for run in judgement.runs)
    assert all(run.expectations_expected == 3 for run in judgement.runs)
    assert {verdict.verdict for verdict in judgement.verdicts} == {"insufficient"}


def test_a_scope_that_a_report_leaves_out_has_not_enough_data(warehouse: Warehouse) -> None:
    uptime(warehouse)
    warehouse.connection.execute("delete from intermediate.int_reported_value where scope='south'")
    kpis: dict[str, Any] = {"sorter_uptime": ("pulled", LOG)}
    judgement = judge(warehouse.connection, Definitions(kpis), as_of=AS_OF)
    run = only_run(judgement)
    assert (run.status, run.passed) == (Status.NOT_ENOUGH_DATA, False)
    assert (run.expectations_expected, run.expectations_evaluated) == (2, 2)
    assert "sorter_uptime / south: no evidence speaks of it" in run.detail
    grades = {(row.scope, row.grade.value) for row in judgement.verdicts}
    assert grades == {("north", "A"), ("south", "U"), ("all", "U")}


def test_evidence_that_cannot_be_queried_is_an_error(
    warehouse: Warehouse, add_guard: Callable[[str, str], None]
) -> None:
    source = BREAKING.format(
        evidence="select * from intermediate.absent", name="Absent", body="return None"
    )
    add_guard("absent_evidence", source)
    assert_error(judged_with(warehouse, "absent_evidence"), "absent")


def test_a_parameter_nobody_knows_is_an_error(warehouse: Warehouse) -> None:
    warehouse.reported("sorter_uptime", "north", 3, 98.4)
    judgement = judged_with(warehouse, "reported_matches_recomputed", resolutoin="0.1")
    assert_error(judgement, "resolutoin")


def test_fewer_expectations_evaluated_than_expected_is_an_error(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    uptime(warehouse)
    evaluate = row_expectation.evaluate
    monkeypatch.setattr(
        row_expectation,
        "evaluate",
        lambda rows, expected, **kept: evaluate(rows, expected[:1], **kept),
    )
    kpis: dict[str, Any] = {"sorter_uptime": ("pulled", LOG)}
    judgement = judge(warehouse.connection, Definitions(kpis), as_of=AS_OF)
    assert_error(judgement, "1 of 2 expectations were not evaluated")


def test_great_expectations_itself_failing_is_an_error(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no context")

    monkeypatch.setattr(row_expectation, "evaluate", fail)
    uptime(warehouse)
    kpis: dict[str, Any] = {"sorter_uptime": ("pulled", LOG)}
    assert_error(judge(warehouse.connection, Definitions(kpis), as_of=AS_OF), "no context")


def test_a_kpi_that_breaks_leaves_the_others_of_the_same_guard_alone(warehouse: Warehouse) -> None:
    uptime(warehouse, polished=8)
    kpis: dict[str, Any] = {"sorter_uptime": ("pulled", LOG), "other_uptime": ("pulled", LOG)}
    warehouse.value("other_uptime", "all", 3, 98.4)
    judgement = judge(warehouse.connection, Definitions(kpis), as_of=AS_OF)
    assert {run.kpi_id: run.status for run in judgement.runs} == {
        "other_uptime": Status.ERROR,
        "sorter_uptime": Status.FINDING,
    }


def test_a_guard_is_added_by_dropping_in_one_file(
    warehouse: Warehouse, add_guard: Callable[[str, str], None]
) -> None:
    body = (
        "from expectations.guard import Examination, Outcome\n"
        "            covered = frozenset((r['scope'], r['period_start']) for r in rows)\n"
        "            return Examination(outcome=Outcome.JUDGED, n=1, detail='', covered=covered)"
    )
    add_guard("added", BREAKING.format(evidence=VALUES, name="Added", body=body))
    judgement = judged_with(warehouse, "added")
    assert only_run(judgement).status is Status.PASSED
