"""Values that stay where they were are fewer observations than they are values."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from expectations.signals.bunching import bunching
from expectations.signals.exposure import dwelling
from expectations.signals.point_mass import point_mass
from expectations.signals.series import Series, Signal, Terms

Floats = np.typing.NDArray[np.float64]
Test = Callable[[Series, Terms], Signal]


def is_asked(signal: Signal) -> bool:
    return signal.p_value is not None and signal.p_value < 0.01


def asked(test: Test, draw: Callable[[int, int], Floats], n: int) -> int:
    """Of 60 such series, each held to what about a third of its values miss."""
    found = 0
    for seed in range(60):
        values = draw(n, seed)
        target = round(float(np.quantile(values, 0.35)), 1)
        found += is_asked(test(Series.of(values, days=np.arange(n)), Terms(target=target)))
    return found


def headcount(n: int, seed: int) -> Floats:
    """People who come and go on one day of five."""
    generator = np.random.default_rng([n, seed])
    return 200.0 + np.cumsum(generator.poisson(0.12, n) - generator.poisson(0.11, n))


def mean_of_four_weeks(n: int, seed: int) -> Floats:
    counts = np.random.default_rng([n, seed]).poisson(100, n + 27)
    return np.round(np.convolve(counts, np.ones(28) / 28, "valid"), 2)


def stock(n: int, seed: int) -> Floats:
    steps = np.random.default_rng([n, seed]).normal(0, 0.15, n)
    return np.round(20 + np.cumsum(steps), 1)


@pytest.mark.parametrize("test", [bunching, point_mass])
@pytest.mark.parametrize("draw", [headcount, mean_of_four_weeks, stock])
@pytest.mark.parametrize("n", [90, 365])
def test_what_moves_slowly_is_left_alone(
    test: Test, draw: Callable[[int, int], Floats], n: int
) -> None:
    assert asked(test, draw, n) <= 1


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


def test_counts_scatter_more_where_values_stay_and_no_more_where_only_their_level_does() -> None:
    generator = np.random.default_rng(1)
    level = np.repeat([0, 12], 200)
    assert dwelling(level + generator.integers(0, 10, 400)) == 1.0
    assert dwelling(np.repeat(generator.integers(0, 10, 100), 4)) > 3.0
