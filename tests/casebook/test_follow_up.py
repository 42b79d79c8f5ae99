"""A fix counts when it held for four periods; a breach before that reopens the same case."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import duckdb
import pytest

from sightline.casebook.follow_up import Course, courses, observations
from sightline.casebook.life_cycle import Standing, State

AT = datetime(2026, 10, 26, 6, 0, tzinfo=UTC)
WEEK = date(2026, 6, 29)
CASE = f"sorter_uptime.north.level.{WEEK}"
NEXT = f"sorter_uptime.north.level.{WEEK + timedelta(weeks=6)}"


@pytest.fixture
def marts() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("create schema marts")
    connection.execute(
        "create table marts.fct_kpi_episode (episode_id text, kpi_id text, scope text, "
        "rule text, state text, opened_period date, closed_period date)"
    )
    connection.execute(
        "create table marts.fct_kpi_evaluation (kpi_id text, scope text, period_start date, "
        "value decimal(9, 3), is_closed boolean, is_beyond_target boolean)"
    )
    return connection


def episode(marts: duckdb.DuckDBPyConnection, name: str, state: str, opened: int) -> None:
    closed = WEEK + timedelta(weeks=opened + 2) if state == "closed" else None
    marts.execute(
        "insert into marts.fct_kpi_episode values (?, 'sorter_uptime', 'north', 'level', ?, ?, ?)",
        [name, state, WEEK + timedelta(weeks=opened), closed],
    )


def judged(marts: duckdb.DuckDBPyConnection, weeks: int, *, bad: tuple[int, ...] = ()) -> None:
    for week in range(weeks):
        marts.execute(
            "insert into marts.fct_kpi_evaluation values "
            "('sorter_uptime', 'north', ?, 98.2, true, ?)",
            [WEEK + timedelta(weeks=week), week in bad],
        )


def stands(state: State = "resolved") -> Standing:
    return Standing(CASE, state, AT, None, CASE)


def kinds(marts: duckdb.DuckDBPyConnection, state: State = "resolved") -> list[str]:
    return [kind for kind, _ in observations(stands(state), courses(marts).get(CASE))]


@pytest.mark.parametrize(("weeks", "seen"), [(6, ["resolved"]), (7, ["resolved", "verified"])])
def test_four_judged_periods_after_the_recovery_verify_a_fix(
    marts: duckdb.DuckDBPyConnection, weeks: int, seen: list[str]
) -> None:
    episode(marts, CASE, "closed", 0)  # closed in the third week
    judged(marts, weeks)
    assert kinds(marts) == seen


def test_a_bad_last_period_keeps_a_fix_from_being_verified(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    episode(marts, CASE, "closed", 0)
    judged(marts, 7, bad=(6,))
    assert kinds(marts) == ["resolved"]
    judged(marts, 8, bad=(6,))
    assert "verified" in kinds(marts)


def test_the_next_breach_before_that_is_a_relapse(marts: duckdb.DuckDBPyConnection) -> None:
    episode(marts, CASE, "closed", 0)
    episode(marts, NEXT, "firing", 6)
    judged(marts, 9, bad=(6, 7, 8))
    found = observations(stands(), courses(marts)[CASE])
    assert found == [("resolved", {"period": "2026-07-13"}), ("relapsed", {"episode": NEXT})]
    assert kinds(marts, "verified") == []


@pytest.mark.parametrize(
    ("opened", "bad", "seen"),
    [
        (7, (), "verified"),
        (6, (), "relapsed"),
        (7, (6,), "relapsed"),
        (8, (6,), "verified"),
    ],
)
def test_a_breach_after_the_fix_has_held_is_no_relapse_though_nobody_looked_meanwhile(
    marts: duckdb.DuckDBPyConnection, opened: int, bad: tuple[int, ...], seen: str
) -> None:
    episode(marts, CASE, "closed", 0)  # closed in the third week
    episode(marts, NEXT, "firing", opened)
    judged(marts, opened + 2, bad=(*bad, opened, opened + 1))
    assert kinds(marts) == ["resolved", seen]
    (held,) = [said for kind, said in observations(stands(), courses(marts)[CASE])][1:]
    assert held == ({"periods": opened - 3} if seen == "verified" else {"episode": NEXT})


def test_a_recovery_that_breaks_off_is_a_relapse_of_the_same_episode(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    episode(marts, CASE, "firing", 0)
    assert observations(stands("recovering"), courses(marts)[CASE]) == [
        ("relapsed", {"episode": CASE})
    ]
    assert kinds(marts, "acting") == []


def test_an_episode_that_late_data_revised_away_withdraws_its_case() -> None:
    assert observations(stands("opened"), None) == [("withdrawn", {})]


def test_an_episode_in_recovery_is_seen_so() -> None:
    course = Course(CASE, "recovering", None, 0, False, None)
    assert observations(stands("acting"), course) == [("recovering", {})]
