"""Rates typed as whole percentages, and means of few answers that gather at whole numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from expectations.guard import Outcome
from expectations.signals.bunching import bunching
from expectations.signals.point_mass import point_mass
from expectations.signals.roundness import roundness
from expectations.signals.series import Series, Terms

if TYPE_CHECKING:
    from collections.abc import Callable

    from expectations.signals.series import Signal

SEEDS = range(20)


def rates(level: float, size: int, n: int, seed: int, *, typed: float = 0.0) -> Series:
    """Rates about a level that vary little more than chance, some of them typed as whole ones."""
    generator = np.random.default_rng([13, seed])
    sizes = generator.poisson(size, n)
    good = generator.binomial(sizes, np.clip(generator.normal(level, 0.15, n), 0.1, 99.9) / 100)
    chosen = np.flatnonzero(generator.random(n) < typed)
    good[chosen] = np.rint(np.rint(100 * good[chosen] / sizes[chosen]) * sizes[chosen] / 100)
    return Series.of(100 * good / sizes, days=np.arange(n), numerators=good, denominators=sizes)


@pytest.mark.parametrize("level", [1.0, 99.0])
def test_rates_that_vary_little_about_a_whole_percentage_are_not_typed(level: float) -> None:
    terms = Terms(target=level - 0.2, kind="rate")
    honest = [roundness(rates(level, 3000, 365, seed), terms).p_value for seed in SEEDS]
    assert sum(p is not None and p < 0.01 for p in honest) <= 1
    typed = roundness(rates(level, 3000, 365, 1, typed=0.2), terms)
    assert typed.p_value is not None
    assert typed.p_value < 0.001


@pytest.mark.parametrize("size", [400, 100_000])
def test_typed_percentages_are_found_over_small_and_large_denominators(size: int) -> None:
    terms = Terms(target=95.0, kind="rate")
    typed = [roundness(rates(95.3, size, 90, s, typed=0.3), terms).p_value for s in range(5)]
    assert all(p is not None and p < 0.01 for p in typed)


def test_few_rates_typed_over_large_denominators_are_found_among_many_over_small_ones() -> None:
    small, large = rates(60.0, 150, 400, 1), rates(60.0, 3000, 400, 2, typed=0.1)
    parts = ("values", "numerators", "denominators")
    both = {part: np.concatenate([getattr(small, part), getattr(large, part)]) for part in parts}
    signal = roundness(Series.of(**both), Terms(target=55.0, kind="rate"))
    assert signal.p_value is not None
    assert signal.p_value < 0.001


def few_answers(seed: int, n: int, mean: float = 4.0) -> Series:
    """The means of five to twenty answers from one to five a day, rounded to hundredths."""
    generator = np.random.default_rng([17, seed])
    values = [
        np.clip(np.rint(generator.normal(mean, 0.9, generator.integers(5, 20))), 1, 5).mean()
        for _ in range(n)
    ]
    return Series.of(np.round(values, 2), days=np.arange(n))


@pytest.mark.parametrize("test", [bunching, point_mass])
def test_means_of_few_answers_gather_at_whole_numbers(
    test: Callable[[Series, Terms], Signal],
) -> None:
    terms = Terms(target=4.0, kind="score", bounds=(1.0, 5.0))
    signals = [test(few_answers(seed, 365), terms) for seed in SEEDS]
    assert sum((one.p_value or 1.0) < 0.01 for one in signals) <= 1


def test_marks_lifted_to_the_target_are_found_beside_those_exactly_on_it() -> None:
    values = np.random.default_rng(19).normal(4.05, 0.25, 365).round(2)
    near = np.flatnonzero((values < 4) & (values > 3.75))[::2]
    values[near] = 4.0 + np.random.default_rng(20).exponential(0.03, len(near)).round(2)
    signal = bunching(Series.of(values), Terms(target=4.0, kind="score", bounds=(1.0, 5.0)))
    assert signal.p_value is not None
    assert signal.p_value < 0.001
    assert "those exactly on 4 left out" in signal.observed
    assert (values[signal.rows] != 4.0).all()


@pytest.mark.parametrize("decimals", [1, 2])
def test_shares_of_a_few_gather_at_simple_ones(decimals: int) -> None:
    few = {1: 25, 2: 80}[decimals]
    for seed in SEEDS:
        generator = np.random.default_rng(seed)
        sizes = generator.integers(few // 4, few + 1, 365)
        values = np.round(100 * generator.binomial(sizes, 0.3) / sizes, decimals)
        signal = point_mass(Series.of(values), Terms(target=30.0, kind="rate"))
        assert signal.outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize("step", [5.0, 1.0, 0.5, 0.1, 0.01])
def test_figures_that_are_no_shares_of_a_few_are_judged(step: float) -> None:
    values = np.round(np.random.default_rng(1).normal(60, 12, 365) / step) * step
    signal = point_mass(Series.of(values), Terms(target=55.0, kind="rate"))
    assert signal.outcome is Outcome.JUDGED
