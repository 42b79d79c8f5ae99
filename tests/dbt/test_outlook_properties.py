"""Laws of what is forecast, declared and linked, held by the compiled SQL for any history."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dbt.compiled import Compiled, Row
from tests.dbt.conftest import Built

MONDAY = date(2026, 1, 5)
LAST_DAY = date(2026, 7, 5)
ULP = Decimal("0.000000001")
BATCH = settings(max_examples=8, deadline=None)
PARTS = ("coverage", "integrity", "provenance")

progress = st.integers(-300, 1300).map(lambda n: Decimal(n) / 1000)
histories = st.lists(progress, min_size=7, max_size=16)
unit = st.integers(0, 1000).map(lambda n: Decimal(n) / 1000)


def week(number: int) -> Row:
    start = MONDAY + timedelta(weeks=number)
    return {"period_start": start, "period_end": start + timedelta(days=6)}


@pytest.fixture(scope="module")
def forecast(empty_build: Built) -> Compiled:
    return Compiled(empty_build, "intermediate", "int_key_result_forecast")


def landings(forecast: Compiled, histories: dict[str, list[Decimal]]) -> dict[str, Row]:
    """Key result → its forecast in the newest week."""
    rows = forecast.rows(
        int_key_result_progress=[
            {"key_result_id": each, "kind": "increase_to", "period_to": LAST_DAY, "hit": None}
            | week(number)
            | {"raw_progress": raw}
            for each, history in histories.items()
            for number, raw in enumerate(history)
        ]
    )
    newest = max(row["period_start"] for row in rows)
    found = {}
    for row in sorted(rows, key=lambda row: row["period_start"]):
        assert row["period_start"] <= newest
        found[row["key_result_id"]] = row
    return found


@BATCH
@given(
    st.lists(
        st.tuples(histories, st.integers(-5, 5), st.sampled_from([2, 3, 10])),
        min_size=1,
        max_size=30,
    )
)
def test_a_shifted_and_stretched_history_lands_shifted_and_stretched(
    forecast: Compiled, cases: list[tuple[list[Decimal], int, int]]
) -> None:
    given_ = {}
    for n, (history, shift, factor) in enumerate(cases):
        given_ |= {f"one{n}": history, f"other{n}": [factor * raw + shift for raw in history]}
    found = landings(forecast, given_)
    for n, (_, shift, factor) in enumerate(cases):
        one, other = found[f"one{n}"], found[f"other{n}"]
        for column in ("forecast_progress", "forecast_low", "forecast_high"):
            # the mean step is kept to nine places and carried on for up to 26 weeks
            assert abs(other[column] - (factor * one[column] + shift)) <= Decimal("0.000002")


@BATCH
@given(st.lists(histories, min_size=1, max_size=40))
def test_a_landing_lies_within_its_interval(forecast: Compiled, cases: list[list[Decimal]]) -> None:
    for row in landings(forecast, {str(n): each for n, each in enumerate(cases)}).values():
        assert row["forecast_low"] <= row["forecast_progress"] <= row["forecast_high"]


@BATCH
@given(st.lists(st.lists(progress, min_size=1, max_size=6), min_size=1, max_size=30))
def test_six_steps_are_the_least_a_landing_is_forecast_from(
    forecast: Compiled, cases: list[list[Decimal]]
) -> None:
    enough = {"enough": [Decimal(n) for n in range(7)]}
    found = landings(forecast, {str(n): each for n, each in enumerate(cases)} | enough)
    assert set(found) == {"enough"}


hits = st.lists(st.none() | st.booleans(), min_size=1, max_size=16)


@BATCH
@given(st.lists(hits, min_size=1, max_size=30))
def test_staying_in_range_is_the_share_of_all_periods_and_the_longest_run_of_misses(
    empty_build: Built, cases: list[list[bool | None]]
) -> None:
    model = Compiled(empty_build, "intermediate", "int_key_result_progress")
    blank: Row = {"baseline": None, "raw_progress": None, "period_to": LAST_DAY}
    blank |= {"kind": "stay_at_or_above", "target": Decimal(98), "link_weight": Decimal(1)}
    blank |= {"expected_progress": Decimal(1)}
    rows = model.rows(
        int_key_result_reading=[
            blank
            | {"key_result_id": str(n), "is_in_range": hit}
            | week(number)
            | {"value": None if hit is None else Decimal(98 if hit else 90)}
            for n, case in enumerate(cases)
            for number, hit in enumerate(case)
        ]
    )
    last = {row["key_result_id"]: row for row in sorted(rows, key=lambda row: row["period_start"])}
    for n, case in enumerate(cases):
        judged = [hit for hit in case if hit is not None]
        row, share = last[str(n)], Decimal(sum(judged)) / len(case)
        assert row["raw_progress"] is None or abs(row["raw_progress"] - share) <= ULP
        assert (row["raw_progress"] is None) == (not judged)
        assert abs(row["coverage"] - Decimal(len(judged)) / len(case)) <= ULP
        runs = "".join("x" if not hit else " " for hit in judged).split()
        assert row["worst_run"] == max(map(len, runs), default=0)


@BATCH
@given(st.lists(st.lists(st.none() | unit, min_size=1, max_size=12), min_size=1, max_size=30))
def test_divergence_counts_the_periods_running_and_a_gap_neither_counts_nor_ends_it(
    empty_build: Built, cases: list[list[Decimal | None]]
) -> None:
    model = Compiled(empty_build, "intermediate", "int_key_result_signal")
    said = {"confidence": "on_track", "confidence_share": None, "declared_by": "coo"}
    said |= {"declared_at": MONDAY - timedelta(days=3), "reason": "why", "sequence": 1}
    rows = model.rows(
        int_key_result_progress=[
            {"key_result_id": str(n), "raw_progress": raw, "expected_progress": Decimal("0.5")}
            | week(number)
            for n, case in enumerate(cases)
            for number, raw in enumerate(case)
        ],
        stg_casebook__checkin=[said | {"key_result_id": str(n)} for n in range(len(cases))],
    )
    last = {row["key_result_id"]: row for row in sorted(rows, key=lambda row: row["period_start"])}
    for n, case in enumerate(cases):
        run = 0
        for raw in case:
            if raw is not None:
                run = 0 if raw >= Decimal("0.4") else run + 1  # healthy is 0.8 of what is expected
        assert last[str(n)]["divergent_periods"] == run


@BATCH
@given(st.lists(st.tuples(unit, unit, unit, unit, st.sampled_from(PARTS)), min_size=1, max_size=40))
def test_link_health_stays_within_its_bounds_and_no_better_part_lowers_it(
    empty_build: Built, cases: list[tuple[Decimal, Decimal, Decimal, Decimal, str]]
) -> None:
    mart = Compiled(empty_build, "marts", "fct_link_health")
    soundness = []
    for n, (*parts, better, raised) in enumerate(cases):
        before = dict(zip(PARTS, parts, strict=True)) | {"system_of_record": "erp", "scope": "all"}
        after = before | {raised: max(better, before[raised])}
        soundness += [before | {"kpi_id": f"before{n}"}, after | {"kpi_id": f"after{n}"}]
    link: Row = {"key_result_id": "k", "scope": "all", "role": "measure", "execution_owner": "coo"}
    link |= {"valid_from": MONDAY, "valid_to": LAST_DAY}
    elsewhere: Row = {"key_result_id": "-", "kpi_id": "-", "scope": "-"}
    rows = mart.rows(
        bridge_key_result_kpi=[link | {"kpi_id": row["kpi_id"]} for row in soundness],
        int_as_of=[{"as_of": MONDAY + timedelta(days=7)}],
        int_kpi_soundness=soundness,
        fct_source_freshness=[{"source": "erp", "status": "healthy"}],
        fct_link_evidence=[elsewhere | {"verdict": "supported"}],
        int_link_policy=[elsewhere | {"has_policy": 1, "waiver": None}],
        fct_case_time=[{"kpi_id": "-", "scope": "-", "is_open": True, "is_late": True}],
    )
    score = {row["kpi_id"]: row["score"] for row in rows}
    assert all(0 <= each <= 1 for each in score.values())
    assert all(score[f"before{n}"] <= score[f"after{n}"] for n in range(len(cases)))
