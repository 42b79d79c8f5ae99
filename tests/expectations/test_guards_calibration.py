"""The published error rates of the guards are those of the code in use; a slice is seen again."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.guards.ceiling import found_by_density
from benchmarks.guards.families import FAMILIES
from benchmarks.guards.injector import BARS, CLAMP
from benchmarks.guards.measure import examine, false_alarms, recall
from benchmarks.guards.page import DOCUMENT, FIRST_SEED, method_version
from benchmarks.guards.simulator import honest
from expectations.signals.battery import compose

PAGE = DOCUMENT.read_text(encoding="utf-8")
SLICE = 21


def rows(heading: str) -> list[list[str]]:
    """Cells of the first table below a heading."""
    lines = PAGE.partition(heading)[2].splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("|"))
    table = [line for line in lines[first:] if line.startswith("|") or not line]
    end = table.index("") if "" in table else len(table)
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in table[2:end]]


def test_the_page_was_made_by_the_tests_in_use() -> None:
    made_by = f"Method {method_version()}, first seed {FIRST_SEED}."
    assert made_by in PAGE, "run `python -m benchmarks.guards` and commit the page it writes"


def test_honest_kpis_are_asked_about_as_seldom_as_promised() -> None:
    table = {row[0]: row for row in rows("## Honest KPIs")}
    assert set(FAMILIES) < set(table)
    assert all(float(rate.rstrip("%")) <= 1.0 for rate in table["all, q < 1 %"][1:5])
    assert all(float(rate.rstrip("%")) <= 4.0 for rate in table["all, q < 5 %"][1:5])


def test_the_page_says_of_every_bar_whether_it_holds() -> None:
    for row, bar in zip(rows("## Manipulated KPIs"), BARS, strict=True):
        assert row[0] == bar.name
        assert float(row[2]) == bar.least
        for share, holds in ((row[3], row[4]), (row[5], row[6])):
            assert holds == ("yes" if float(share) >= bar.least else "**no**")


def test_the_page_says_what_of_values_on_the_target_could_be_seen() -> None:
    told = float(PAGE.partition("a test finds ")[2].split()[0])
    found, count = found_by_density(CLAMP, range(4 * SLICE))
    assert abs(found / count - told) < 3 * (told * (1 - told) / count) ** 0.5
    assert told < CLAMP.least


@pytest.mark.parametrize("n", [30, 90, 365])
def test_a_slice_of_honest_kpis_is_left_alone(n: int) -> None:
    asked = sum(false_alarms(family, n, range(6)).asked for family in FAMILIES)
    assert asked <= 1


@pytest.mark.parametrize("bar", BARS, ids=lambda bar: f"{bar.name} of {bar.periods}")
def test_a_slice_of_each_manipulation_is_found(bar: object) -> None:
    line = next(one for one in BARS if one is bar)
    found = recall(line, range(SLICE))
    # two standard errors of so few below the bar
    allowed = 2 * (line.least * (1 - line.least) / SLICE) ** 0.5
    assert found.own / found.count >= line.least - allowed


def test_the_same_seed_gives_the_same_kpi_and_the_same_answer() -> None:
    first, second = honest("count", 90, 5), honest("count", 90, 5)
    assert np.array_equal(first.series.values, second.series.values)
    assert compose(examine(first)) == compose(examine(second))
