"""Defects of other OKR tools that this one must not have, each named for where it was seen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from benchmarks.judgement import Judgement, compiled_in
from sightline.catalog import load_catalog
from tests.dbt.compiled import Compiled, Row
from tests.dbt.conftest import Built
from tests.dbt.properties import week
from tests.dbt.test_progress_properties import moves, read
from tests.definitions.firm import Firm

MONDAY = date(2026, 1, 5)


@pytest.fixture(scope="module")
def reading(empty_build: Built) -> Compiled:
    return Compiled(empty_build, "intermediate", "int_key_result_reading")


@pytest.fixture(scope="module")
def progress(empty_build: Built) -> Compiled:
    return Compiled(empty_build, "intermediate", "int_key_result_progress")


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    return Firm(tmp_path)


def stays(target: str) -> Row:
    return {"key_result_id": "k", "kind": "stay_at_or_above", "target": Decimal(target)}


def newest(reading: Compiled, progress: Compiled, key_result: Row, values: list[str]) -> Row:
    rows = read(reading, [key_result], {"k": [Decimal(value) for value in values]})
    found = progress.rows(int_key_result_reading=rows)
    return max(found, key=lambda row: row["period_start"])


def test_okr_tracker_scored_maintain_98_the_same_at_90_and_at_99(
    reading: Compiled, progress: Compiled
) -> None:
    assert newest(reading, progress, stays("98"), ["90"] * 8)["raw_progress"] == 0
    assert newest(reading, progress, stays("98"), ["99"] * 8)["raw_progress"] == 1


def test_profit_co_let_one_good_last_week_erase_a_bad_quarter(
    reading: Compiled, progress: Compiled
) -> None:
    now = newest(reading, progress, stays("98"), ["90"] * 7 + ["99"])
    assert now["raw_progress"] == Decimal("0.125")
    assert now["worst_run"] == 7


def test_puzzle_okr_broke_on_key_results_that_go_down(
    reading: Compiled, progress: Compiled
) -> None:
    down = moves("k", "decrease_to", Decimal(10), Decimal(0))
    assert newest(reading, progress, down, ["7"])["raw_progress"] == Decimal("0.3")


def test_burning_okr_could_not_store_98_and_a_half(
    firm: Firm, reading: Compiled, progress: Compiled
) -> None:
    firm.replace("kpis/sorter_uptime.yml", "target: 98\n", "target: 98.5\n")
    (target,) = load_catalog(firm.okrs).kpis["sorter_uptime"].targets
    assert target.target == Decimal("98.5")
    assert newest(reading, progress, stays("98.5"), ["98.5"])["raw_progress"] == 1
    assert newest(reading, progress, stays("98.5"), ["98.499999999"])["raw_progress"] == 0


def test_quantive_took_the_first_of_several_rows(firm: Firm, progress: Compiled) -> None:
    leading = "        role: leading\n        scope"
    firm.replace("objectives/faster_throughput.yml", leading, leading.replace("leading", "measure"))
    assert firm.finding("key_result_with_several_measures")
    row: Row = {"key_result_id": "k", "kind": "increase_to", "link_weight": Decimal(1)}
    row |= {"baseline": Decimal(0), "target": Decimal(10), "expected_progress": Decimal("0.5")}
    row |= {"period_start": MONDAY, "period_end": MONDAY + timedelta(days=6)}
    row |= {"period_to": MONDAY + timedelta(days=55), "is_in_range": None}
    several = [
        row | {"value": Decimal(value), "raw_progress": Decimal(value) / 10} for value in (2, 6)
    ]
    for order in (several, several[::-1]):
        (found,) = progress.rows(int_key_result_reading=order)
        assert found["raw_progress"] == Decimal("0.4")


def test_perdoo_called_a_key_result_without_target_healthy(firm: Firm) -> None:
    firm.replace("objectives/faster_throughput.yml", "    target: 1500\n", "")
    assert "needs a target" in firm.finding("numbers_do_not_fit_kind").message


@pytest.fixture(scope="module")
def judgement(empty_build: Built) -> Iterator[Judgement]:
    with closing(Judgement(compiled_in(empty_build.project.target))) as opened:
        yield opened


def judge(judgement: Judgement, versions: list[Row], weeks: int) -> list[Row]:
    """Episodes of a KPI at or above 98, heard each Monday, after so many weeks have closed."""
    kpi = {"kpi_id": "up", "time_zone": "UTC", "grain": "week", "grace_days": 0}
    mondays = [datetime.combine(week(w), datetime.min.time()) for w in range(weeks + 1)]
    judgement.put("staging.stg_definitions__kpi", [
        kpi | {"direction": "higher_is_better", "fire_n": 1, "fire_m": 1, "recover_k": 1,
               "system_of_record": "erp", "unit": "percent"}
    ])  # fmt: skip
    judgement.put("staging.stg_definitions__kpi_landed", [kpi | {"load_id": "a"}])
    target = {"kpi_id": "up", "valid_from": week(0), "target": 98, "floor": 96, "load_id": "a"}
    judgement.put("staging.stg_definitions__kpi_target_landed", [target])
    judgement.put("staging.stg_definitions__landing", [
        {"load_id": "a", "landing_number": 1, "known_at": mondays[0]}
    ])  # fmt: skip
    receipts = [{"source": "erp", "seen_at": monday} for monday in mondays]
    judgement.put("staging.stg_receipts__receipt", receipts)
    judgement.put("intermediate.int_as_of", [{"as_of": mondays[-1]}])
    said = {"kpi_id": "up", "scope": "n", "is_current": True, "is_withdrawn": False}
    judgement.put("intermediate.int_kpi_value_version", [said | row for row in versions])
    judgement.build()
    return judgement.rows("from intermediate.int_episode order by opened_period, rule")


def at(number: int, value: str | None, **more: object) -> Row:
    read = None if value is None else Decimal(value)
    return {"period_start": week(number), "value": read} | more


def opened(episodes: list[Row], rule: str) -> list[tuple[date, date | None]]:
    return [(e["opened_period"], e["closed_period"]) for e in episodes if e["rule"] == rule]


def test_metabase_fired_off_by_equality(judgement: Judgement) -> None:
    exactly = judge(judgement, [at(0, "98"), at(1, "98.000000000")], 2)
    assert opened(exactly, "level") == []
    under = judge(judgement, [at(0, "98"), at(1, "97.999999999")], 2)
    assert opened(under, "level") == [(week(1), None)]


def test_prometheus_resolved_when_data_went_missing(judgement: Judgement) -> None:
    episodes = judge(judgement, [at(0, "99"), at(1, "90")], 4)
    assert opened(episodes, "level") == [(week(1), None)]
    assert opened(episodes, "no_data") == [(week(2), None)]


def test_anomstack_was_silent_on_nan(judgement: Judgement) -> None:
    read = "select try_cast(cast('NaN' as double) as decimal(38, 9))"  # macros/measures.sql
    (nan,) = duckdb.sql(read).fetchall()[0]
    episodes = judge(judgement, [at(0, "99"), at(1, nan)], 2)
    assert opened(episodes, "no_data") == [(week(1), None)]


def test_anomstack_averaged_a_restated_value_with_the_old_one(judgement: Judgement) -> None:
    old, new = at(1, "90", is_current=False), at(1, "99")
    judge(judgement, [at(0, "99"), old, new], 2)
    (row,) = judgement.rows(
        f"from intermediate.int_kpi_judgement where period_start = date '{week(1)}'"
    )
    assert row["value"] == 99


def test_anomstack_alerted_five_times_for_one_point_evaluated_five_times(
    judgement: Judgement,
) -> None:
    found = [judge(judgement, [at(0, "99"), at(1, "90")], 2) for _ in range(5)]
    assert all(episodes == found[0] for episodes in found)
    assert opened(found[0], "level") == [(week(1), None)]


def test_okr_tracker_deleted_old_values(empty_build: Built) -> None:
    model = Compiled(empty_build, "intermediate", "int_kpi_value_version")
    key: Row = {"kpi_id": "up", "scope": "n", "period_start": MONDAY}
    moments = [datetime(2026, 1, day, 6, tzinfo=UTC).replace(tzinfo=None) for day in (12, 20)]
    recorded = [
        key | {"value": Decimal(value), "source_hash": value, "known_at": known_at, "load_id": "a"}
        for value, known_at in (("90", moments[0]), ("99", moments[1]))
    ]
    nothing = [key | {"value": Decimal(0), "source_hash": "x", "kpi_id": "other"}]
    rows = model.rows(
        stg_values__kpi_value=recorded,
        int_kpi_value_news=nothing,
        int_as_of=[{"as_of": moments[1]}],
    )
    kept = {row["version"]: row for row in rows if row["kpi_id"] == "up"}
    assert (kept[1]["value"], kept[1]["is_current"], kept[1]["known_to"]) == (90, False, moments[1])
    assert (kept[2]["value"], kept[2]["is_current"]) == (99, True)


def test_ideagen_locked_the_kpi_but_not_the_forms_that_feed_it(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """What is typed into raw has no number, and what is altered there is named: neither counts."""
    connection.execute("insert into raw_erp._dlt_loads (load_id, status) values ('1', 0)")
    connection.execute(
        "insert into raw_erp.downtime (downtime_id, minutes, _seen_at, _dlt_load_id, _row) values "
        "(1, 30, timestamp '2026-01-05', '1', 0), (2, 5, timestamp '2026-01-05', '1', null)"
    )
    counted = "select downtime_id from staging.stg_erp__downtime"
    assert connection.execute(counted).fetchall() == [(1,)]
    connection.execute(
        "insert into raw_ledger.broken_row (dataset, table_name, load_id, row_number) "
        "values ('raw_erp', 'downtime', '1', 0)"
    )
    assert connection.execute(counted).fetchall() == []
