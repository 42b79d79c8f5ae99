"""The permutation test is right where the answer is known, and says the same thing twice."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.stats import hypergeom

from expectations.permutation import (
    ENOUGH_EXCEEDANCES,
    MOST_DRAWS,
    permutation_test,
    seed_of,
)

Integers = NDArray[np.int64]


def _hits(marked: int) -> Callable[[Integers], Integers]:
    """Statistic: the sum of the values on the first `marked` periods."""
    return lambda permuted: permuted[:, :marked].sum(axis=1)


def test_the_p_value_agrees_with_the_hypergeometric_where_that_is_exact() -> None:
    values = np.array([1, 1, 1, 0, 0] + [1] + [0] * 24, dtype=np.int64)
    exact = hypergeom.sf(2, 30, 5, 4)
    tested = permutation_test(values, _hits(5), seed=1)
    assert tested.observed == 3
    # With 20 exceedances the relative standard error is 1/sqrt(20) = 0.22: three of them.
    assert abs(tested.p_value / exact - 1) < 0.67
    assert abs(tested.mean - 4 * 5 / 30) < 0.1


def test_a_striking_series_pays_for_all_draws_and_p_is_never_zero() -> None:
    values = np.array([1] * 12 + [0] * 60, dtype=np.int64)
    tested = permutation_test(values, _hits(12), seed=1)
    assert tested.draws == MOST_DRAWS
    assert tested.p_value == 1 / (MOST_DRAWS + 1)


def test_a_series_without_differences_stops_at_once_with_p_one() -> None:
    tested = permutation_test(np.zeros(40, dtype=np.int64), _hits(5), seed=1)
    assert tested.draws == ENOUGH_EXCEEDANCES
    assert tested.p_value == 1.0


def test_equal_seeds_give_equal_answers() -> None:
    values = np.array([3, -1, 2] + [0] * 40, dtype=np.int64)
    assert permutation_test(values, _hits(6), seed=5) == permutation_test(values, _hits(6), seed=5)


def test_the_seed_follows_from_the_inputs_and_changes_with_them() -> None:
    values = np.array([1, 2, 3], dtype=np.int64)
    assert seed_of(values) == seed_of(values.copy())
    assert seed_of(values) != seed_of(values[::-1])
    assert seed_of(values, values) != seed_of(np.concatenate([values, values]))


def test_under_the_null_small_p_values_are_as_rare_as_they_say() -> None:
    generator = np.random.default_rng(11)
    levels = []
    for seed in range(400):
        values = generator.permutation(np.repeat([1, 0], [15, 35]))
        levels.append(permutation_test(values, _hits(20), seed=seed).p_value)
    # 400 trials at 5 %: standard error 1.1 points, so two of them above.
    assert np.mean(np.array(levels) <= 0.05) <= 0.072
