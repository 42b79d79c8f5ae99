"""A feed that stopped is asked about however long it did; what stands by itself is left alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from expectations.guard import Outcome
from expectations.signals.repetition import repetition
from expectations.signals.series import Series, Signal, Terms

Floats = np.typing.NDArray[np.float64]

SEEDS = range(30)
WEEKLY = Terms(target=96.5, period_end=None)


def measured(n: int, seed: int) -> Floats:
    return np.round(np.random.default_rng([n, seed]).normal(95, 1.2, n), 1)


def is_asked(signal: Signal) -> bool:
    return signal.p_value is not None and signal.p_value < 0.01


@pytest.mark.parametrize(
    ("n", "length"), [(78, 13), (78, 20), (78, 40), (104, 25), (365, 14), (365, 60), (365, 200)]
)
def test_a_feed_that_froze_is_found_however_long_it_did(n: int, length: int) -> None:
    found = 0
    for seed in SEEDS:
        values = measured(n, seed)
        first = int(np.random.default_rng(seed).integers(5, n - length - 2))
        values[first : first + length] = values[first]
        found += is_asked(repetition(Series.of(values, days=np.arange(n)), WEEKLY))
    assert found >= 27


def test_a_feed_that_froze_three_times_does_not_excuse_itself() -> None:
    values = measured(365, 1)
    for first in (40, 150, 260):
        values[first : first + 30] = values[first]
    signal = repetition(Series.of(values, days=np.arange(365)), WEEKLY)
    assert is_asked(signal)


@pytest.mark.parametrize("end", [np.argmax, np.argmin])
@pytest.mark.parametrize(("n", "length"), [(78, 20), (365, 60)])
def test_a_feed_that_froze_at_its_best_or_worst_is_found(
    n: int, length: int, end: Callable[[Floats], int]
) -> None:
    found = 0
    for seed in SEEDS:
        values = measured(n, seed)
        values[9 : 9 + length] = values[end(values)]
        found += is_asked(repetition(Series.of(values, days=np.arange(n)), WEEKLY))
    assert found >= 27


@pytest.mark.parametrize(("n", "length"), [(78, 20), (104, 25), (365, 100)])
def test_a_feed_of_coarse_scores_that_froze_is_found(n: int, length: int) -> None:
    found = asked = 0
    for seed in SEEDS:
        scores = np.rint(np.random.default_rng([n, seed]).normal(7, 1.1, n))
        asked += is_asked(repetition(Series.of(scores, days=np.arange(n)), WEEKLY))
        scores[9 : 9 + length] = scores[9]
        found += is_asked(repetition(Series.of(scores, days=np.arange(n)), WEEKLY))
    assert found >= 24
    assert asked == 0


def test_prices_that_stand_most_of_the_time_have_no_usual_length_of_standing() -> None:
    for seed in SEEDS:
        generator = np.random.default_rng(seed)
        held = np.ceil(generator.lognormal(2, 1, 60)).astype(int)
        prices = np.repeat(np.round(50 + np.cumsum(generator.normal(0, 2, 60)), 2), held)[:90]
        signal = repetition(Series.of(prices, days=np.arange(90)), WEEKLY)
        assert signal.outcome is Outcome.NOT_APPLICABLE


def test_what_froze_is_named() -> None:
    values = measured(104, 3)
    values[40:65] = values[40]
    signal = repetition(Series.of(values, days=np.arange(104)), WEEKLY)
    assert signal.observed == "one value stands for 25 periods"
    assert signal.rows.tolist() == list(range(40, 65))


def test_what_did_not_freeze_is_left_alone() -> None:
    series = [Series.of(measured(n, seed), days=np.arange(n)) for n in (78, 365) for seed in SEEDS]
    assert sum(is_asked(repetition(one, WEEKLY)) for one in series) <= 1
