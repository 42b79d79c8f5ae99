"""A feed that stopped is asked about however long it did; what stands by itself is left alone."""

from __future__ import annotations

import numpy as np
import pytest

from expectations.signals.bunching import bunching
from expectations.signals.point_mass import point_mass
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


def test_what_froze_is_named() -> None:
    values = measured(104, 3)
    values[40:65] = values[40]
    signal = repetition(Series.of(values, days=np.arange(104)), WEEKLY)
    assert signal.observed == "one value stands for 25 periods"
    assert signal.rows.tolist() == list(range(40, 65))


def test_what_did_not_freeze_is_left_alone() -> None:
    series = [Series.of(measured(n, seed), days=np.arange(n)) for n in (78, 365) for seed in SEEDS]
    assert sum(is_asked(repetition(one, WEEKLY)) for one in series) <= 1


def headcount(n: int, seed: int) -> Series:
    """People who come and go on one day of five."""
    generator = np.random.default_rng([n, seed])
    moves = generator.poisson(0.12, n) - generator.poisson(0.11, n)
    return Series.of(200.0 + np.cumsum(moves), days=np.arange(n))


@pytest.mark.parametrize("test", [bunching, point_mass])
@pytest.mark.parametrize("n", [90, 365])
def test_days_at_one_headcount_are_one_observation(test: object, n: int) -> None:
    assert callable(test)
    found = 0
    for seed in range(60):
        series = headcount(n, seed)
        target = float(np.rint(np.quantile(series.values, 0.35)))
        found += is_asked(test(series, Terms(target=target)))
    assert found <= 1


def test_what_stood_is_counted_once_and_named_by_its_own_rows() -> None:
    generator = np.random.default_rng(2)
    moved = np.round(generator.normal(96, 4, 240))
    failing = np.flatnonzero(moved < 94)
    moved[failing[::2]] = 94.0
    values = np.repeat(moved, 3)
    stood = point_mass(Series.of(values, days=np.arange(720)), Terms(target=94.0))
    assert is_asked(stood)
    assert stood.n == 1 + np.count_nonzero(np.diff(moved))
    assert (values[stood.rows] == 94).all()
    assert "only repeat the one before count once with it" in stood.detail
