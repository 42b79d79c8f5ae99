"""Defects of other OKR tools that this one must not have, each named for where it was seen."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from sightline.catalog import load_catalog
from tests.dbt.compiled import Compiled, Row
from tests.dbt.conftest import Built
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
