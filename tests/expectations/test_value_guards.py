"""The statistical guards: from rows of evidence to a question, or to the reason for none."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from expectations.guard import Examination, Outcome, load
from expectations.judge import judge
from expectations.judgement import Status
from expectations.signals.bunching import at_target_and_limit
from expectations.signals.point_mass import point_mass
from expectations.signals.series import Series, Terms, numbered
from tests.expectations.firm import AS_OF, FIRST_WEEK, Definitions, Warehouse, week

BUNCH = "values_do_not_bunch_at_the_target"


def rows(values: np.ndarray, target: float = 95, **more: Any) -> list[dict[str, Any]]:
    return [
        {
            "scope": "north",
            "period_start": FIRST_WEEK + timedelta(days=number),
            "kpi_name": "uptime",
            "direction": "higher_is_better",
            "value": Decimal(str(round(float(value), 2))),
            "numerator": None,
            "denominator": None,
            "target": Decimal(str(target)),
        }
        | more
        for number, value in enumerate(values)
    ]


def lifted(n: int = 365) -> np.ndarray:
    generator = np.random.default_rng(3)
    values = generator.normal(96, 2, n)
    near = np.flatnonzero((values < 95) & (values > 93.5))[::2]
    values[near] = 95 + 0.2 * generator.random(len(near))
    return values


def examined(evidence: list[dict[str, Any]], **parameters: object) -> Examination:
    """What the guard says of a scope whose definition sets these parameters."""
    return load(BUNCH).expectation()(part="north", **parameters).examine(evidence)


def test_lifted_values_are_asked_about_with_their_periods_and_placebo_targets() -> None:
    seen = examined(rows(lifted()))
    assert seen.p_value < 0.001
    (suspicion,) = seen.suspicions
    assert suspicion.evidence["placebo_targets"]
    assert seen.unexpected_count == len(suspicion.periods) > 20


def test_values_that_rise_from_the_target_on_are_left_alone_and_a_pile_at_it_is_not() -> None:
    generator = np.random.default_rng(1)
    rising = 95.05 + np.linspace(0, 3, 365) + np.abs(generator.normal(0, 0.05, 365))
    seen = examined(rows(rising))
    assert seen.p_value > 0.05
    generator = np.random.default_rng(1)
    piled = generator.normal(96, 2, 365)
    failing = piled < 95
    piled[failing] = 95 + 0.3 * generator.random(failing.sum())
    seen = examined(rows(piled))
    assert seen.p_value < 0.01


def test_values_set_to_the_target_are_asked_about_however_finely_the_others_are_measured() -> None:
    generator = np.random.default_rng(1)
    for decimals in (0, 1, 2, 9):
        values = np.round(generator.normal(96, 4, 180), decimals)
        honest = point_mass(Series.of(values), Terms(target=94.0))
        failing = np.flatnonzero(values < 94)
        values[failing[::2]] = 94.0
        clamped = point_mass(Series.of(values), Terms(target=94.0))
        assert honest.p_value > 0.01, decimals
        assert clamped.p_value < 0.001, decimals
        assert set(failing[::2]) <= set(clamped.rows)


def test_a_target_that_moved_is_laid_on_the_latest() -> None:
    values = lifted()
    moved = rows(values[:200]) + rows(values[200:] + 1, 96)
    for number, row in enumerate(moved):
        row["period_start"] = FIRST_WEEK + timedelta(days=number)
    seen = examined(moved)
    assert seen.p_value < 0.001


def test_what_comes_again_needs_no_target() -> None:
    again = rows(np.tile(np.random.default_rng(1).normal(96, 2, 30), 2))
    for row in again:
        row |= {"target": None, "direction": None}
    seen = load("blocks_do_not_repeat").expectation()(part="north").examine(again)
    assert seen.p_value < 0.001
    assert examined(again).detail == "no period has a value and a target"


def test_a_target_that_moves_hides_no_stretch_that_comes_again() -> None:
    values = np.tile(np.random.default_rng(1).normal(96, 2, 30), 2)
    moved = rows(values[:30], 95) + rows(values[30:], 96.37)
    for number, row in enumerate(moved):
        row["period_start"] = FIRST_WEEK + timedelta(days=number)
    seen = load("blocks_do_not_repeat").expectation()(part="north").examine(moved)
    assert "30 values in a row come again 30 days later" in seen.detail


def test_months_are_numbered_and_a_copied_year_came_again_twelve_of_them_later() -> None:
    values = np.random.default_rng(1).normal(96, 2, 72)
    values[36:48] = values[24:36]
    monthly = rows(values)
    for number, row in enumerate(monthly):
        row["period_start"] = date(2019 + number // 12, 1 + number % 12, 1)
    seen = load("blocks_do_not_repeat").expectation()(part="north").examine(monthly)
    assert "12 values in a row come again 12 periods later" in seen.detail
    (suspicion,) = seen.suspicions
    assert suspicion.periods == {row["period_start"] for row in monthly[24:48]}


def test_periods_are_numbered_by_how_many_of_them_have_passed() -> None:
    months = [date(2024, month, 1).toordinal() for month in (1, 2, 3, 4, 7, 8)]
    until = date(2024, 3, 31).toordinal()
    numbers, baseline, daily = numbered(np.array(months), until)
    assert numbers.tolist() == [0, 1, 2, 3, 6, 7]
    assert (baseline, daily) == (2, False)
    days = np.array([739_000, 739_001, 739_003])
    numbers, baseline, daily = numbered(days, 739_002)
    assert (numbers.tolist(), baseline, daily) == (days.tolist(), 739_002, True)


def test_a_natural_bound_is_not_applicable_and_a_short_series_not_enough() -> None:
    bounded = examined(rows(lifted(), 100), highest=100)
    assert bounded.outcome is Outcome.NOT_APPLICABLE
    assert examined(rows(lifted(40))).outcome is Outcome.NOT_ENOUGH_DATA


def test_two_values_of_one_period_are_an_error_and_nobody_takes_the_first() -> None:
    twice = rows(lifted())
    twice[1]["period_start"] = twice[0]["period_start"]
    with pytest.raises(ValueError, match="two values for one period"):
        examined(twice)


def test_failing_rows_left_out_are_asked_about() -> None:
    gone = {"is_failing": True, "is_left_out": True, "fate": "removed", "row_count": 1}
    known = rows(np.full(42, 1.0), **gone)
    for number, row in enumerate(known):
        row["row_key"] = f"order {number}"
    kept = {"is_left_out": False, "fate": "kept", "row_key": None}
    known[40] |= kept | {"row_count": 40}
    known[41] |= kept | {"row_count": 320, "is_failing": False}
    seen = load("removed_rows_do_not_favour_the_target").examine(known)  # type: ignore[attr-defined]
    assert seen.n == 400
    assert seen.p_value < 0.001
    assert "40 of 40 rows left out fail" in seen.detail
    assert seen.unexpected_count == 40
    (suspicion,) = seen.suspicions
    assert suspicion.evidence["rows"][1]["row_key"] == "order 1"


def test_the_judge_runs_the_guards_of_values_that_a_definition_names(warehouse: Warehouse) -> None:
    for number, value in enumerate(lifted(78)):
        warehouse.value("uptime", "north", number, round(float(value), 2))
    named: dict[str, dict[str, Any]] = {
        BUNCH: {"kind": "rate", "highest": 100},
        "blocks_do_not_repeat": {},
        "period_end_does_not_borrow": {},
    }
    definitions = Definitions({"uptime": ("pulled", named)}, target=Decimal(95))
    judgement = judge(warehouse.connection, definitions, as_of=AS_OF)
    status = {run.guard: run.status for run in judgement.runs}
    assert status["blocks_do_not_repeat"] is Status.PASSED
    assert status["period_end_does_not_borrow"] is Status.NOT_APPLICABLE
    assert status[BUNCH] in (Status.PASSED, Status.FINDING)
    assert week(0) in {verdict.period_start for verdict in judgement.verdicts}


def test_values_of_two_levels_say_nothing_of_a_target_between_or_beside_them() -> None:
    terms = Terms(target=96.0, higher_is_better=True)
    for values in (np.full(400, 97.0), np.tile([95.0, 97.0], 200)):
        assert point_mass(Series(values=values), terms).outcome is Outcome.NOT_APPLICABLE
    assert point_mass(Series(values=np.full(400, 96.0)), terms).p_value < 0.001


@pytest.mark.parametrize("n", [30, 365, 5000])
def test_a_sentinel_far_beyond_the_values_does_not_make_them_lie_on_the_target(n: int) -> None:
    values = np.random.default_rng(1).normal(96, 1, n).round(2)
    values[7] = 999_999_999
    found = point_mass(Series(values=values), Terms(target=96.0, higher_is_better=True))
    assert found.observed == f"{(values == 96).sum()} values exactly on 96"


def test_a_target_is_shown_beside_placebos_on_one_scale() -> None:
    generator = np.random.default_rng(3)
    values = generator.normal(96.5, 1.2, 400).round(2)
    for near in np.flatnonzero((values > 93.5) & (values < 96)):
        if generator.random() < 0.6:
            values[near] = round(96 + abs(generator.normal(0, 0.15)), 2)
    found = at_target_and_limit(Series(values=values), Terms(target=96.0, higher_is_better=True))
    assert found.p_value < 0.001
    # What the limit did to its neighbours is not held against the placebos.
    assert found.figures["strays_by"] == 1.0
    assert found.score > max(placebo.score for placebo in found.placebos)
