"""Parts sum to the whole, exactly, and chance is measured before it is blamed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.investigation.arithmetic import (
    BASELINE_PERIODS,
    Reading,
    change_since,
    natural_limits,
)
from sightline.investigation.decomposition import decompose
from sightline.investigation.wording import percent, quantity_beside

START = date(2026, 1, 5)
UPTIME = {"decimals": 1, "unit_symbol": "%"}


def weeks(*values: tuple[int, int]) -> list[Reading]:
    return [
        Reading(START + timedelta(weeks=week), Decimal(numerator), Decimal(denominator))
        for week, (numerator, denominator) in enumerate(values)
    ]


def test_the_baseline_pools_parts_so_that_a_long_week_weighs_more() -> None:
    change = change_since(weeks((90, 1), (10, 3), (50, 1)), START + timedelta(weeks=2))
    assert change is not None
    assert (change.before, change.after) == (Decimal(25), Decimal(50))


def test_the_baseline_is_the_eight_periods_before_the_episode() -> None:
    readings = weeks(*[(1000, 1)] * 5, *[(10, 1)] * BASELINE_PERIODS, (7, 1), (5, 1))
    change = change_since(readings, readings[13].period_start)
    assert change is not None
    assert (change.before, change.after) == (Decimal(10), Decimal(5))


def test_without_a_period_before_or_since_there_is_no_change() -> None:
    readings = weeks((1, 1), (2, 1))
    assert change_since(readings, START) is None
    assert change_since(readings, START + timedelta(weeks=9)) is None
    assert change_since(weeks((1, 1), (2, 0)), START + timedelta(weeks=1)) is None


@settings(deadline=None)
@given(
    parts=st.lists(
        st.lists(st.integers(-(10**9), 10**9), min_size=4, max_size=4), min_size=2, max_size=12
    ),
    denominators=st.lists(st.integers(1, 10**6), min_size=12, max_size=12),
)
def test_parts_sum_to_the_change_whatever_the_numbers(
    parts: list[list[int]], denominators: list[int]
) -> None:
    readings = weeks(*[(sum(row), base) for row, base in zip(parts, denominators, strict=False)])
    change = change_since(readings, readings[-1].period_start)
    assert change is not None
    by_member = {
        reading.period_start: {str(member): Decimal(amount) for member, amount in enumerate(row)}
        for reading, row in zip(readings, parts, strict=True)
    }
    split = decompose(change, "member", by_member)
    assert split is not None
    assert sum((part.amount for part in split.parts), split.residual) == split.change
    assert abs(split.residual) < Decimal("1e-9")


def test_a_member_that_appears_only_after_counts_from_nothing() -> None:
    readings = weeks((100, 1), (70, 1))
    change = change_since(readings, readings[1].period_start)
    assert change is not None
    parts = {
        readings[0].period_start: {"scheduled": Decimal(100)},
        readings[1].period_start: {"scheduled": Decimal(100), "outage": Decimal(-30)},
    }
    split = decompose(change, "reason_code", parts)
    assert split is not None
    assert [(part.label, part.amount, part.share) for part in split.parts] == [
        ("outage", Decimal(-30), Decimal(1))
    ]


def test_natural_limits_follow_the_moving_range() -> None:
    alternating = weeks(*[(10, 1), (12, 1)] * 4)
    limits = natural_limits(alternating)
    assert limits is not None
    assert (limits.low, limits.high) == (Decimal("5.68"), Decimal("16.32"))
    assert natural_limits(alternating[:7]) is None


def test_a_number_is_never_rounded_onto_the_limit_it_misses() -> None:
    assert quantity_beside(UPTIME, Decimal("97.995"), Decimal(98)) == "97.995\u202f%"
    assert quantity_beside(UPTIME, Decimal(98), Decimal(98)) == "98.0\u202f%"
    assert [percent(Decimal(share)) for share in ("0.999", "0.0001", "1", "0")] == [
        "99\u202f%",
        "<1\u202f%",
        "100\u202f%",
        "0\u202f%",
    ]
