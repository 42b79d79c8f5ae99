"""A budget burns where it goes faster than evenly, and never where a KPI is at its target."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import strategies as st

from benchmarks.judgement import Judgement, compiled_in
from tests.dbt.conftest import Built
from tests.dbt.properties import drawn, week

JUDGED = pa.schema(
    [
        ("kpi_id", pa.string()),
        ("scope", pa.string()),
        ("period_start", pa.date32()),
        ("recover_k", pa.int64()),
    ]
)


@pytest.fixture(scope="module")
def judgement(empty_build: Built) -> Iterator[Judgement]:
    with closing(Judgement(compiled_in(empty_build.project.target))) as opened:
        yield opened


def burnt(judgement: Judgement, losses: list[list[Decimal]], window: int = 4) -> dict[Any, Any]:
    """Losses of a guardrail by week, against a budget of 2.4 hours a week of its window."""
    periods, budgets, judgements = [], [], []
    for number, values in enumerate(losses):
        name = f"{number}"
        for w, lost in enumerate(values):
            key = {"period_start": week(w)}
            periods.append(key | {"policy_id": name, "kpi_id": name, "scope": "n"})
            recent = sum(values[max(0, w - 3) : w + 1], Decimal(0))
            budgets.append(key | {"policy_id": name, "window_periods": window,
                                  "budget_allowed": window * Decimal("2.4"),
                                  "period_used": lost, "recent_used": recent,
                                  "is_whole_window": True})  # fmt: skip
            judgements.append(key | {"kpi_id": name, "scope": "n", "recover_k": 2})
    judgement.put("intermediate.int_policy_period", periods)
    judgement.put("intermediate.int_policy_budget", budgets)
    judgement.replace("intermediate.int_kpi_judgement", judgements, JUDGED)
    judgement.build("int_burn_observation")
    rows = judgement.rows("from intermediate.int_burn_observation")
    return {(int(r["kpi_id"]), r["rule"], r["period_start"]): r["is_bad"] for r in rows}


def test_losing_more_never_burns_a_budget_slower(judgement: Judgement) -> None:
    hours = st.decimals(0, 6, places=2)
    more = st.lists(st.tuples(hours, hours), min_size=1, max_size=10)
    cases = drawn(more, 150)
    less = burnt(judgement, [[a for a, _ in case] for case in cases])
    worse = burnt(judgement, [[a + b for a, b in case] for case in cases])
    assert less.keys() == worse.keys()
    assert all(worse[key] for key, bad in less.items() if bad)
    assert any(worse[key] and not bad for key, bad in less.items())


def speeds(found: dict[Any, Any], speed: str) -> set[tuple[int, date]]:
    return {(n, day) for (n, rule, day), bad in found.items() if bad and rule.endswith(speed)}


def test_of_thirteen_weeks_a_quarter_burns_fast_and_a_half_in_four_slowly(
    judgement: Judgement,
) -> None:
    """A budget of 31.2 hours: 7.8 in one week, 15.6 in four, to the minute and just under it."""
    at, under = [Decimal("7.8")], [Decimal("7.799")]
    steady, eased = [Decimal("3.9")] * 4, [Decimal("5"), Decimal("5"), Decimal("5"), Decimal("3.8")]
    found = burnt(judgement, [at, under, steady, eased], window=13)
    assert speeds(found, "fast") == {(0, week(0))}
    assert speeds(found, "slow") == {(2, week(3))}


@pytest.mark.parametrize("window", [1, 2, 3, 4, 6, 8, 13, 26])
def test_a_kpi_exactly_at_its_target_burns_no_budget_whatever_the_window(
    judgement: Judgement, window: int
) -> None:
    found = burnt(judgement, [[Decimal("2.4")] * 2 * window], window)
    assert not any(found.values())


def test_of_four_weeks_twice_the_even_pace_burns_fast_and_a_quarter_more_slowly(
    judgement: Judgement,
) -> None:
    cases = [["4.8"], ["4.799"], ["3"] * 4, ["3", "3", "3", "2.999"]]
    found = burnt(judgement, [[Decimal(hours) for hours in case] for case in cases])
    assert speeds(found, "fast") == {(0, week(0))}
    assert speeds(found, "slow") == {(2, week(3))}
