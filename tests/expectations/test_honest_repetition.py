"""Series that repeat themselves are left alone; what was copied or carried is still found."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from expectations.signals.repetition import repetition
from expectations.signals.series import Series, Terms

SEEDS = range(20)
Draw = Callable[[np.random.Generator], np.ndarray]
Damage = Callable[[np.ndarray], np.ndarray]


def weekdays(generator: np.random.Generator) -> np.ndarray:
    """Seven years of a season whose days from Monday to Wednesday are alike."""
    week = np.tile([1.0, 1.0, 1.0, 1.02, 1.25, 1.5, 0.8], 358)[:2500]
    season = 50 * np.exp(np.sin(np.arange(2500) / 60) / 2)
    return np.asarray(np.rint(season * week * np.exp(generator.normal(0, 0.02, 2500))))


def river(generator: np.random.Generator) -> np.ndarray:
    """A level that hardly moves in some months and by feet in others."""
    restless = np.repeat(np.exp(generator.normal(0, 1.2, 84)), 30)[:2500]
    return np.asarray(np.rint(300 + np.cumsum(generator.normal(0, 2, 2500) * restless)))


def rebased(generator: np.random.Generator) -> np.ndarray:
    """An index that grows, of which its first half had fewer digits before it was rebased."""
    trend = 6 + np.linspace(0, 60, 2000)
    index = trend * np.exp(np.cumsum(generator.normal(0, 0.005, 2000)) / 2)
    index[:1000] = np.rint(index[:1000] / 0.0254) * 0.0254
    return np.round(index, 4)


def interpolated(generator: np.random.Generator) -> np.ndarray:
    """Whole numbers read every fourth hour, with a straight line from each to the next."""
    read = np.abs(20 + np.cumsum(generator.integers(-3, 4, 252)))
    return np.interp(np.arange(1000) / 4, np.arange(252), read)


def curve_of_the_day(generator: np.random.Generator) -> np.ndarray:
    """Whole degrees of every hour, which rise and fall with the sun by as much every day."""
    hours = np.arange(1000)
    level = np.repeat(generator.normal(15, 4, 42), 24)[:1000]
    curve = 6 * np.sin(2 * np.pi * hours / 24)
    return np.asarray(np.rint(level + curve + generator.normal(0, 0.3, 1000)))


def repeats(draw: Draw, damage: Damage = lambda values: values) -> int:
    """Of 20 such series, how many repeat something at p < 1 %."""
    drawn = [damage(draw(np.random.default_rng(seed))) for seed in SEEDS]
    found = [
        repetition(Series.of(one, days=np.arange(len(one))), Terms(target=1.0)) for one in drawn
    ]
    return sum(one.p_value is not None and one.p_value < 0.01 for one in found)


@pytest.mark.parametrize("draw", [weekdays, river, rebased])
def test_neighbours_that_are_equal_for_a_reason_of_their_own_are_not_carried(draw: Draw) -> None:
    assert repeats(draw) <= 2


def carried(values: np.ndarray) -> np.ndarray:
    source = np.arange(len(values))
    for first in range(10, len(values) - 10, 15):
        source[first : first + 3] = first - 1
    return values[source]


@pytest.mark.parametrize("draw", [weekdays, rebased])
def test_a_fifth_carried_forward_among_them_is_found(draw: Draw) -> None:
    assert repeats(draw, carried) >= 18


def stock(generator: np.random.Generator) -> np.ndarray:
    """What is left of 600 pieces, of which some are used every day, until more are ordered."""
    left, stood = 500.0, np.zeros(2000)
    for day, used in enumerate(generator.poisson(40, 2000).tolist()):
        left += 600 * (left - used < 150) - used
        stood[day] = left
    return stood


@pytest.mark.parametrize("draw", [interpolated, curve_of_the_day, stock])
def test_values_that_follow_from_one_another_repeat_stretches_by_themselves(draw: Draw) -> None:
    assert repeats(draw) <= 3


def test_two_days_copied_into_a_curve_of_the_day_are_found() -> None:
    def copied(values: np.ndarray) -> np.ndarray:
        values[700:750] = values[100:150]
        return values

    assert repeats(curve_of_the_day, copied) >= 18


def test_weeks_copied_from_twenty_others_do_not_excuse_one_another() -> None:
    def copied(values: np.ndarray) -> np.ndarray:
        for first in range(0, 140, 7):
            values[first + 200 : first + 207] = values[180 - first : 187 - first]
        return values

    assert repeats(lambda generator: generator.poisson(60, 365).astype(float), copied) >= 18


def test_one_value_that_stood_still_twice_is_no_stretch_that_was_copied() -> None:
    values = np.random.default_rng(6).poisson(60, 2000).astype(float)
    values[400:417] = values[1200:1217] = 61.0
    values[1600:1604] = values[800:804]
    seen = repetition(Series.of(values, days=np.arange(2000)), Terms(target=1.0))
    assert seen.p_value is not None
    assert seen.p_value < 0.001
    still = "17 values in a row are one and the same, as they were 800 days earlier"
    assert seen.observed == still


def test_weekdays_that_carry_the_day_before_are_closed() -> None:
    def closed(values: np.ndarray) -> np.ndarray:
        weekday = np.arange(len(values)) % 7
        source = np.arange(len(values)) - np.where(weekday == 5, 1, np.where(weekday == 6, 2, 0))
        return values[source]

    def copied(values: np.ndarray) -> np.ndarray:
        values[700:714] = values[350:364]
        return closed(values)

    assert repeats(stock, closed) <= 1
    assert repeats(lambda generator: np.cumsum(generator.poisson(60, 2000)), closed) <= 1
    assert repeats(lambda generator: generator.poisson(9_000, 2000).astype(float), copied) == 20


def test_the_rows_of_a_block_are_those_that_came_again_and_those_they_repeat() -> None:
    values = np.random.default_rng(1).normal(95, 2, 120)
    values[60:67] = values[20:27]
    seen = repetition(Series.of(values, days=np.arange(120)), Terms(target=1.0))
    assert seen.rows.tolist() == [*range(20, 27), *range(60, 67)]
