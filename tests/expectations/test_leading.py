"""A lead is found where one is, and not where two series merely go their own ways."""

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from expectations.leading import Lead, allowed_lags, find_lead
from expectations.whitening import standardised, surprises

Floats = NDArray[np.float64]
Series = list[Decimal | None]
SCALES = st.decimals("0.001", "1000", places=3)
SHIFTS = st.decimals("-100000", "100000", places=2)


def exact(values: Floats) -> Series:
    return [Decimal(f"{value:.9f}") for value in values]


def planted(periods: int, *, seed: int, lag: int = 3, noise: float = 0.7) -> tuple[Series, Series]:
    """A random walk, and a follower that takes each of its steps so many periods later."""
    generator = np.random.default_rng(seed)
    steps = generator.standard_normal(periods + lag)
    after = np.cumsum(steps[:periods] + noise * generator.standard_normal(periods))
    return exact(np.cumsum(steps)[lag:]), exact(after)


def found(leader: Sequence[Decimal | None], follower: Sequence[Decimal | None]) -> Lead:
    lead = find_lead(leader, follower, declared_lag=3, most_draws=999)
    assert lead is not None
    return lead


def test_a_lead_of_three_periods_is_found_in_a_year_of_weeks() -> None:
    lead = found(*planted(52, seed=1))
    assert lead.best_lag == 3
    assert lead.correlation > 0.5
    assert lead.p_value <= 0.01


def test_the_opposite_claim_about_the_same_series_is_not_supported() -> None:
    leader, follower = planted(104, seed=2)
    assert found(leader, follower).p_value <= 0.01
    assert found(follower, leader).p_value > 0.05


def test_a_lead_that_turns_the_sign_is_found_with_its_sign() -> None:
    leader, follower = planted(52, seed=3)
    turned = [-value for value in follower if value is not None]
    lead = found(leader, turned)
    assert lead.correlation < -0.5
    assert lead.p_value == found(leader, follower).p_value


def test_a_lead_far_from_the_declared_lag_is_not_the_claim() -> None:
    leader, follower = planted(104, seed=4, lag=9)
    assert found(leader, follower).p_value > 0.05
    far = find_lead(leader, follower, declared_lag=8, most_draws=999)
    assert far is not None
    assert (far.best_lag, far.p_value <= 0.01) == (9, True)


def test_lags_are_looked_for_near_the_declared_one_and_never_at_zero() -> None:
    assert list(allowed_lags(3)) == [1, 2, 3, 4, 5]
    assert list(allowed_lags(0)) == [1, 2]


def test_a_common_season_is_no_lead() -> None:
    weeks = np.arange(104)
    generator = np.random.default_rng(5)
    pairs = [
        tuple(
            exact(np.sin(2 * np.pi * (weeks / 13 + shift)) + 0.3 * generator.standard_normal(104))
            for shift in (0.0, 0.2)
        )
        for _ in range(20)
    ]
    assert sum(found(*pair).p_value <= 0.05 for pair in pairs) <= 3


def test_one_outlier_in_each_of_two_series_is_no_lead() -> None:
    generator = np.random.default_rng(6)
    leader, follower = generator.standard_normal((2, 78))
    leader[40] += 30
    follower[43] += 30
    assert found(exact(leader), exact(follower)).p_value > 0.01


def test_gaps_stay_gaps_and_cost_only_what_hangs_on_them() -> None:
    leader, follower = planted(104, seed=7)
    for hole in (20, 21, 60):
        leader[hole] = None
    follower[80] = Decimal("NaN")
    lead = found(leader, follower)
    assert (lead.best_lag, lead.p_value <= 0.01) == (3, True)
    left = surprises(standardised(leader))
    assert np.isnan(left[[20, 21, 60]]).all()
    assert np.isfinite(left).sum() > 80


@pytest.mark.parametrize(
    ("leader", "why"),
    [
        ([Decimal(7)] * 60, "it does not move"),
        ([Decimal(week) for week in range(60)], "its past foretells it"),
        ([None] * 60, "there is none"),
        ([Decimal(week % 5) if week < 8 else None for week in range(60)], "there is too little"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_nothing_is_made_of_a_series_without_surprises(leader: Series, why: str) -> None:
    _, follower = planted(60, seed=8)
    assert find_lead(leader, follower, declared_lag=3) is None, why
    assert find_lead(follower, leader, declared_lag=3) is None, why


def test_a_lag_longer_than_the_history_has_no_answer() -> None:
    assert find_lead(*planted(52, seed=9), declared_lag=60) is None


@settings(max_examples=25, deadline=None)
@given(scales=st.tuples(SCALES, SCALES), shifts=st.tuples(SHIFTS, SHIFTS), seed=st.integers(0, 99))
def test_a_change_of_unit_or_zero_changes_no_answer(
    scales: tuple[Decimal, Decimal], shifts: tuple[Decimal, Decimal], seed: int
) -> None:
    pair = planted(45, seed=seed, noise=2.0)
    moved = [
        [scale * value + shift for value in series if value is not None]
        for series, scale, shift in zip(pair, scales, shifts, strict=True)
    ]
    before, after = found(*pair), found(*moved)
    assert (before.best_lag, before.p_value) == (after.best_lag, after.p_value)
    assert before.correlation == pytest.approx(after.correlation, abs=1e-9)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_answer_does_not_depend_on_any_dice_but_the_series(seed: int) -> None:
    pair = planted(45, seed=10, noise=2.0)
    first = found(*pair)
    random.seed(seed)
    np.random.default_rng(seed)
    assert found(*pair) == first


@settings(max_examples=25, deadline=None)
@given(
    level=st.floats(-5, 5),
    slope=st.floats(-1, 1),
    seed=st.integers(0, 999),
)
def test_a_level_and_a_trend_are_no_surprise(level: float, slope: float, seed: int) -> None:
    noise = np.random.default_rng(seed).standard_normal(60)
    tilted = noise + level + slope * np.arange(60)
    assert surprises(tilted) == pytest.approx(surprises(noise), abs=1e-6, nan_ok=True)
