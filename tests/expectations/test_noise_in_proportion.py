"""Where nobody says on which scale noise stays the same, it has to fall on both of two."""

from __future__ import annotations

import numpy as np
import pytest

from expectations.signals.series import Series, Terms
from expectations.signals.variation import variation


def asked(level: float, noise: float, *, in_proportion: bool) -> int:
    """Of 20 series whose level and noise change in their middle, how many are asked about."""
    found = 0
    for seed in range(20):
        generator, late = np.random.default_rng(seed), np.arange(1000) >= 500
        drift = np.cumsum(generator.normal(0, 0.03, 1000))
        shocks = 0.3 * generator.standard_normal(1000) * np.where(late, noise, 1.0)
        path = drift + shocks + np.where(late, level, 0.0)
        values = 1e6 * np.exp(path) if in_proportion else 60 + 5 * path
        series = Series.of(values, days=np.arange(738_156, 739_156))
        p_value = variation(series, Terms(target=float(np.median(values)))).p_value
        found += p_value is not None and p_value < 0.01
    return found


@pytest.mark.parametrize("level", [-1.5, -0.5, 0.5, 1.5])
@pytest.mark.parametrize("in_proportion", [True, False])
def test_a_level_that_moves_is_no_calm(level: float, *, in_proportion: bool) -> None:
    assert asked(level, 1.0, in_proportion=in_proportion) <= 1


@pytest.mark.parametrize("in_proportion", [True, False])
def test_half_the_noise_is_found_on_either_scale(*, in_proportion: bool) -> None:
    assert asked(0.0, 0.5, in_proportion=in_proportion) > 15
