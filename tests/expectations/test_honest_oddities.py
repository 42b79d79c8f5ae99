"""Honest series that look odd are left alone; what is done to one of them is still seen."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from benchmarks.guards.measure import false_alarms
from benchmarks.guards.simulator import ODD_FAMILIES
from expectations.guard import Outcome
from expectations.signals.bunching import bunching
from expectations.signals.lattice import lattice_of
from expectations.signals.point_mass import point_mass
from expectations.signals.repetition import repetition
from expectations.signals.series import Series, Terms

TERMS = Terms(target=95.0, kind="rate", bounds=(0.0, 100.0))
SEEDS = range(20)


def sampled(size: int, n: int, seed: int) -> Series:
    """Of `size` pieces looked at every day, 95 % are good."""
    good = np.random.default_rng([size, n, seed]).binomial(size, 0.95, n)
    sizes = np.full(n, size)
    return Series.of(100 * good / size, days=np.arange(n), numerators=good, denominators=sizes)


def asked(test: Callable[[Series, Terms], object], series: list[Series]) -> int:
    p_values = [getattr(test(one, TERMS), "p_value", None) for one in series]
    return sum((1.0 if p is None else p) < 0.001 for p in p_values)


@pytest.mark.parametrize("test", [repetition, bunching, point_mass])
@pytest.mark.parametrize(("size", "n"), [(40, 90), (100, 90), (200, 90), (500, 365)])
def test_a_sample_of_one_size_is_left_alone_with_its_size_and_without(
    test: Callable[[Series, Terms], object], size: int, n: int
) -> None:
    with_size = [sampled(size, n, seed) for seed in SEEDS]
    as_percentage = [Series.of(np.round(one.values, 2), days=one.days) for one in with_size]
    assert asked(test, with_size) == 0
    assert asked(test, as_percentage) == 0


def test_days_carried_forward_in_a_sample_of_one_size_are_asked_about() -> None:
    series = sampled(1000, 90, 1)
    source = np.arange(90)
    for first in range(5, 85, 10):
        source[first : first + 3] = first - 1
    assert series.numerators is not None
    numerators = series.numerators[source]
    carried = Series.of(
        numerators / 10, days=series.days, numerators=numerators, denominators=series.denominators
    )
    assert repetition(series, TERMS).p_value > 0.05
    assert repetition(carried, TERMS).p_value < 0.001


@pytest.mark.parametrize("memory", [0.8, 0.9, 1.0])
def test_a_backlog_that_remembers_is_left_alone(memory: float) -> None:
    series = []
    for seed in SEEDS:
        level, path = 0.0, []
        for step in np.random.default_rng([7, seed]).normal(0, 5, 365):
            level = memory * level + step
            path.append(level)
        series.append(Series.of(np.rint(200 + np.array(path)), days=np.arange(365)))
    assert asked(repetition, series) == 0


@pytest.mark.parametrize("family", ODD_FAMILIES)
def test_a_slice_of_odd_but_honest_kpis_is_left_alone(family: str) -> None:
    assert sum(false_alarms(family, n, range(8)).asked for n in (90, 365)) <= 1


@pytest.mark.parametrize(("size", "decimals"), [(60, 9), (60, 1), (1440, 9), (1440, 2)])
def test_percentages_of_one_number_lie_on_its_parts(size: int, decimals: int) -> None:
    good = np.random.default_rng(size).binomial(size, 0.9, 200)
    values = np.round(100 * good / size, decimals)
    lattice = lattice_of(values, resolution=None, apart_from=None)
    assert lattice is not None
    assert lattice.step == pytest.approx(100 / size)
    assert np.array_equal(lattice.steps, good)


def test_free_decimals_lie_on_no_parts_of_one_number() -> None:
    for seed in SEEDS:
        values = np.random.default_rng(seed).normal(95, 2, 90)
        assert lattice_of(values, resolution=None, apart_from=None) is None
        lattice = lattice_of(np.round(values, 2), resolution=None, apart_from=None)
        assert lattice is not None
        assert lattice.step == pytest.approx(0.01)


def test_ratios_too_coarse_to_tell_a_pile_from_the_mode_are_not_applicable() -> None:
    series = sampled(40, 365, 1)
    assert bunching(series, TERMS).outcome is Outcome.NOT_APPLICABLE
    assert point_mass(series, TERMS).outcome is Outcome.NOT_APPLICABLE


def flagged(draw: Callable[[np.random.Generator], np.ndarray], terms: Terms) -> int:
    """Of 50 series drawn so, how many values bunch at p < 1 %."""
    found = [bunching(Series.of(draw(np.random.default_rng(seed))), terms) for seed in range(50)]
    return sum(one.p_value is not None and one.p_value < 0.01 for one in found)


def test_the_edge_of_one_of_two_humps_is_no_bunching() -> None:
    def two_humps(generator: np.random.Generator) -> np.ndarray:
        short = generator.random(360) < 0.35
        return np.where(
            short, generator.normal(2, 0.3, 360), generator.normal(4.3, 0.45, 360)
        ).round(3)

    assert flagged(two_humps, Terms(target=2.4, higher_is_better=False)) <= 1


def levels(generator: np.random.Generator) -> np.ndarray:
    return (np.repeat([100.0, 112.0, 124.0], 120) + generator.normal(0, 2.5, 360)).round(1)


def test_a_level_that_moved_is_known_by_the_order_of_values_without_dates() -> None:
    assert flagged(levels, Terms(target=98.0, higher_is_better=False)) <= 1


def lifted(values: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    near = (values > 106) & (values < 110) & (generator.random(len(values)) < 0.7)
    return np.where(near, 110 + np.abs(generator.normal(0, 0.4, len(values))).round(1), values)


def test_what_is_lifted_where_a_level_moved_is_still_seen() -> None:
    assert flagged(lambda generator: lifted(levels(generator), generator), Terms(target=110.0)) > 40


def test_sorted_values_have_no_order_that_explains_what_was_lifted() -> None:
    def draw(generator: np.random.Generator) -> np.ndarray:
        return np.sort(lifted(generator.normal(112, 4, 360).round(1), generator))

    assert flagged(draw, Terms(target=110.0)) > 40


def test_a_target_one_step_from_where_all_others_stand_is_not_applicable() -> None:
    waiting = np.random.default_rng(1).poisson(1.2, 400).astype(float)
    assert bunching(Series.of(waiting), Terms(target=1.0)).outcome is Outcome.NOT_APPLICABLE
