"""Laws of key-result arithmetic, held by the compiled SQL for whatever numbers there are.

Every example carries a key of its own, so that one query answers for all of a batch.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dbt.compiled import Compiled, Row
from tests.dbt.conftest import Built

MONDAY = date(2026, 1, 5)
PERIODS = 8
LAST_DAY = MONDAY + timedelta(weeks=PERIODS, days=-1)
ULP = Decimal("0.000000001")
BATCH = settings(max_examples=8, deadline=None)

numbers = st.integers(-10_000_000, 10_000_000).map(lambda n: Decimal(n) / 1000)
steps = st.integers(1, 5_000_000).map(lambda n: Decimal(n) / 1000)
shares = st.integers(-500, 1500).map(lambda n: Decimal(n) / 1000)
weights = st.integers(1, 40).map(lambda n: Decimal(n) / 4)


@pytest.fixture(scope="module")
def reading(empty_build: Built) -> Compiled:
    return Compiled(empty_build, "intermediate", "int_key_result_reading")


@pytest.fixture(scope="module")
def roll_up(empty_build: Built) -> Compiled:
    return Compiled(empty_build, "marts", "fct_objective_progress")


def read(
    reading: Compiled, key_results: list[Row], value_of: dict[str, list[Decimal]]
) -> list[Row]:
    """Each key result measured by a KPI of its own, one value a week from the first on."""
    ids = [row["key_result_id"] for row in key_results]
    blank: Row = dict.fromkeys(("baseline", "target", "low", "high"))
    blank |= {"objective_id": "o", "path": "linear"}
    stretch = {"stretch_from": MONDAY - timedelta(days=1), "stretch_to": LAST_DAY, "is_last": True}
    stretch |= {"progress_from": Decimal(0), "progress_to": Decimal(1)}
    judgement = {"scope": "all", "is_closed": True}
    return reading.rows(
        stg_definitions__key_result=[blank | row for row in key_results],
        stg_definitions__objective=[
            {"objective_id": "o", "period_from": MONDAY, "period_to": LAST_DAY}
        ],
        stg_definitions__link=[
            {"key_result_id": each, "kpi_id": each, "scope": "all", "role": "measure"}
            | {"weight": Decimal(1), "valid_from": MONDAY, "valid_to": LAST_DAY}
            for each in ids
        ],
        int_key_result_path=[{"key_result_id": each} | stretch for each in ids],
        int_kpi_judgement=[
            judgement
            | {"kpi_id": each, "value": value, "period_start": MONDAY + timedelta(weeks=week)}
            | {"period_end": MONDAY + timedelta(weeks=week, days=6)}
            for each in ids
            for week, value in enumerate(value_of[each])
        ],
    )


def moves(key: object, kind: str, baseline: Decimal, target: Decimal) -> Row:
    return {"key_result_id": str(key), "kind": kind, "baseline": baseline, "target": target}


def by_key(rows: list[Row], column: str = "raw_progress") -> dict[str, Any]:
    return {row["key_result_id"]: row[column] for row in rows}


@BATCH
@given(st.lists(st.tuples(numbers, steps, numbers, steps), min_size=1, max_size=40))
def test_a_better_value_never_lowers_progress(
    reading: Compiled, cases: list[tuple[Decimal, Decimal, Decimal, Decimal]]
) -> None:
    key_results, values = [], {}
    for n, (baseline, way, value, better) in enumerate(cases):
        key_results += [
            moves(f"up{n}", "increase_to", baseline, baseline + way),
            moves(f"down{n}", "decrease_to", baseline, baseline - way),
        ]
        values |= {f"up{n}": [value, value + better], f"down{n}": [value, value - better]}
    rows = sorted(read(reading, key_results, values), key=lambda row: row["period_start"])
    for each in values:
        before, after = (row["raw_progress"] for row in rows if row["key_result_id"] == each)
        assert before <= after


@BATCH
@given(st.lists(st.tuples(numbers, steps, numbers), min_size=1, max_size=40))
def test_a_goal_downwards_is_the_mirror_of_one_upwards(
    reading: Compiled, cases: list[tuple[Decimal, Decimal, Decimal]]
) -> None:
    key_results, values = [], {}
    for n, (baseline, way, value) in enumerate(cases):
        key_results += [
            moves(f"up{n}", "increase_to", baseline, baseline + way),
            moves(f"down{n}", "decrease_to", -baseline, -baseline - way),
        ]
        values |= {f"up{n}": [value], f"down{n}": [-value]}
    raw = by_key(read(reading, key_results, values))
    assert all(raw[f"up{n}"] == raw[f"down{n}"] for n in range(len(cases)))


@BATCH
@given(
    st.lists(
        st.tuples(numbers, steps, numbers, st.sampled_from([10, 60, 100, 1000])),
        min_size=1,
        max_size=40,
    )
)
def test_another_unit_gives_the_same_progress(
    reading: Compiled, cases: list[tuple[Decimal, Decimal, Decimal, int]]
) -> None:
    key_results, values = [], {}
    for n, (baseline, way, value, unit) in enumerate(cases):
        key_results += [
            moves(f"one{n}", "increase_to", baseline, baseline + way),
            moves(f"other{n}", "increase_to", baseline * unit, (baseline + way) * unit),
        ]
        values |= {f"one{n}": [value], f"other{n}": [value * unit]}
    raw = by_key(read(reading, key_results, values))
    for n in range(len(cases)):
        # 15 digits of a quotient are exact
        assert abs(raw[f"one{n}"] - raw[f"other{n}"]) <= max(ULP, abs(raw[f"one{n}"]) * ULP)


@BATCH
@given(
    st.lists(
        st.lists(
            st.tuples(st.integers(0, 54), st.integers(0, 1000)),
            max_size=5,
            unique_by=lambda w: w[0],
        ),
        min_size=1,
        max_size=20,
    )
)
def test_a_path_only_rises_and_ends_with_all_of_it(
    empty_build: Built, reading: Compiled, cases: list[list[tuple[int, int]]]
) -> None:
    paths = Compiled(empty_build, "intermediate", "int_key_result_path")
    key_results, waypoints = [], []
    for n, case in enumerate(cases):
        days, values = sorted(day for day, _ in case), sorted(value for _, value in case)
        path = "listed" if case else ("back_loaded" if n % 2 else "linear")
        row = moves(n, "increase_to", Decimal(0), Decimal(1000))
        key_results.append(row | {"objective_id": "o", "path": path})
        waypoints += [
            {"key_result_id": str(n), "reached_on": MONDAY + timedelta(days=day)}
            | {"reached_value": Decimal(value)}
            for day, value in zip(days, values, strict=True)
        ]
    none = {"key_result_id": "none", "reached_on": MONDAY, "reached_value": Decimal(0)}
    stretches = paths.rows(
        stg_definitions__key_result=key_results,
        stg_definitions__objective=[
            {"objective_id": "o", "period_from": MONDAY, "period_to": LAST_DAY}
        ],
        stg_definitions__waypoint=waypoints or [none],
    )
    rows = _read_along(reading, key_results, stretches)
    for row in key_results:
        expected = [
            each["expected_progress"]
            for each in rows
            if each["key_result_id"] == row["key_result_id"]
        ]
        assert len(expected) == PERIODS
        assert all(0 <= early <= late for early, late in pairwise(expected))
        assert expected[-1] == 1


def _read_along(reading: Compiled, key_results: list[Row], stretches: list[Row]) -> list[Row]:
    link = {"kpi_id": "k", "scope": "all", "role": "measure", "weight": Decimal(1)}
    rows = reading.rows(
        stg_definitions__key_result=[row | {"low": None, "high": None} for row in key_results],
        stg_definitions__objective=[
            {"objective_id": "o", "period_from": MONDAY, "period_to": LAST_DAY}
        ],
        stg_definitions__link=[
            link
            | {"key_result_id": row["key_result_id"], "valid_from": MONDAY, "valid_to": LAST_DAY}
            for row in key_results
        ],
        int_key_result_path=stretches,
        int_kpi_judgement=[
            {"kpi_id": "k", "scope": "all", "is_closed": True, "value": Decimal(1)}
            | {"period_start": MONDAY + timedelta(weeks=week)}
            | {"period_end": MONDAY + timedelta(weeks=week, days=6)}
            for week in range(PERIODS)
        ],
    )
    return sorted(rows, key=lambda row: row["period_start"])


def rolled(roll_up: Compiled, objectives: dict[str, list[tuple[Decimal, Decimal | None]]]) -> Any:
    """Objective id → its progress; a child is its weight and progress, None where it is missing."""
    children = [
        (objective, f"{objective}/{n}", n, weight, progress)
        for objective, parts in objectives.items()
        for n, (weight, progress) in enumerate(parts)
    ]
    rows = roll_up.rows(
        fct_key_result_progress=[
            {"key_result_id": child, "period_start": MONDAY, "progress": progress}
            | {"expected_progress": Decimal("0.5"), "status": "healthy", "as_of": MONDAY}
            for _, child, _, _, progress in children
        ],
        dim_key_result=[
            {"key_result_id": child, "objective_id": objective, "position": n, "weight": weight}
            for objective, child, n, weight, _ in children
        ],
    )
    return {row["objective_id"]: row for row in rows}


children = st.lists(
    st.tuples(weights, st.none() | st.integers(0, 1000).map(lambda n: Decimal(n) / 1000)),
    min_size=1,
    max_size=6,
)


@BATCH
@given(st.lists(children, min_size=1, max_size=20))
def test_a_roll_up_lies_between_its_children_and_names_the_weakest(
    roll_up: Compiled, cases: list[list[tuple[Decimal, Decimal | None]]]
) -> None:
    found = rolled(roll_up, {str(n): parts for n, parts in enumerate(cases)})
    for n, parts in enumerate(cases):
        known = [progress for _, progress in parts if progress is not None]
        whole = found[str(n)]
        assert whole["weakest_progress"] == min(known, default=None)
        if known:
            assert min(known) - ULP <= whole["progress"] <= max(known) + ULP
        else:
            assert whole["progress"] is None


@BATCH
@given(st.lists(children, min_size=1, max_size=20))
def test_what_is_missing_shows_in_the_coverage_and_is_never_shared_out(
    roll_up: Compiled, cases: list[list[tuple[Decimal, Decimal | None]]]
) -> None:
    found = rolled(roll_up, {str(n): parts for n, parts in enumerate(cases)})
    for n, parts in enumerate(cases):
        known = sum((weight for weight, progress in parts if progress is not None), Decimal(0))
        whole = sum((weight for weight, _ in parts), Decimal(0))
        assert abs(found[str(n)]["coverage"] - known / whole) <= ULP
        if known < whole:
            assert found[str(n)]["status"] != "healthy"


@BATCH
@given(st.lists(children, min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_neither_the_order_of_children_nor_splitting_one_changes_the_whole(
    roll_up: Compiled, cases: list[list[tuple[Decimal, Decimal | None]]], chance: Any
) -> None:
    objectives = {}
    for n, parts in enumerate(cases):
        turned = chance.sample(parts, len(parts))
        (weight, progress), *rest = parts
        split = [(weight / 2, progress), (weight / 2, progress), *rest]
        objectives |= {f"as{n}": parts, f"turned{n}": turned, f"split{n}": split}
    found = rolled(roll_up, objectives)
    for n in range(len(cases)):
        one, other, third = (found[f"{how}{n}"] for how in ("as", "turned", "split"))
        for column in ("progress", "coverage", "weakest_progress", "status"):
            assert one[column] == other[column] == third[column]


@BATCH
@given(st.lists(shares, min_size=1, max_size=60))
def test_progress_is_raw_within_its_bounds_and_overshoot_beyond_them(
    empty_build: Built, cases: list[Decimal]
) -> None:
    mart = Compiled(empty_build, "marts", "fct_key_result_progress")
    blank = dict.fromkeys(("value", "baseline", "target", "coverage", "worst_run"))
    rows = mart.rows(
        int_key_result_progress=[
            blank
            | {"key_result_id": str(n), "period_start": MONDAY, "raw_progress": raw}
            | {"expected_progress": Decimal("0.5")}
            for n, raw in enumerate(cases)
        ],
        bridge_key_result_kpi=[
            {"key_result_id": str(n), "kpi_id": "k", "scope": "all", "role": "measure"}
            for n in range(len(cases))
        ],
        fct_kpi_evaluation=[
            {"kpi_id": "k", "scope": "all", "period_start": MONDAY}
            | {"integrity_verdict": "trusted", "status": "healthy"}
        ],
        int_as_of=[{"as_of": MONDAY}],
    )
    for row in rows:
        raw = cases[int(row["key_result_id"])]
        assert row["raw_progress"] == raw
        assert row["progress"] == min(max(raw, Decimal(0)), Decimal(1))
        assert row["overshoot"] == (raw > 1)
