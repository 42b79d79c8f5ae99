"""Honest series that look odd are left alone; what is done to one of them is still seen."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from benchmarks.guards.measure import false_alarms
from benchmarks.guards.odd_families import ODD_FAMILIES
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


@pytest.mark.parametrize(("length", "found"), [(4, False), (10, True)])
def test_a_stretch_copied_and_raised_by_a_constant_is_asked_about(
    length: int, *, found: bool
) -> None:
    values = np.random.default_rng(3).poisson(500, 120).astype(float)
    values[80 : 80 + length] = values[30 : 30 + length] + 25
    seen = repetition(Series.of(values, days=np.arange(120)), TERMS)
    assert seen.p_value is not None
    assert (seen.p_value < 0.001) is found
    come_again = f"{length - 1} changes from value to value in a row come again 50 days later"
    assert (seen.observed == come_again) is found
    assert (set(range(81, 80 + length)) <= set(seen.rows.tolist())) is found


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


def heaped_ratios(seed: int, n: int = 2000) -> np.ndarray:
    """Debt ratios: two thirds stated in whole percents, the others as they were computed."""
    generator = np.random.default_rng([11, seed])
    exact = generator.normal(33, 8, n)
    return np.where(generator.random(n) < 2 / 3, np.rint(exact), exact)


def test_figures_that_people_round_heap_on_the_target_as_on_any_other_number() -> None:
    terms = Terms(target=36.0, higher_is_better=False)
    signals = [point_mass(Series.of(heaped_ratios(seed)), terms) for seed in SEEDS]
    assert all(signal.p_value is not None and signal.p_value > 0.001 for signal in signals)
    assert sum((signal.p_value or 1.0) < 0.01 for signal in signals) <= 1


def test_more_of_them_on_the_target_than_on_any_other_number_are_asked_about() -> None:
    values = heaped_ratios(1)
    failing = np.flatnonzero(values > 36)[::3]
    values[failing] = 36.0
    assert point_mass(Series.of(values), Terms(target=36.0, higher_is_better=False)).p_value < 0.001


def test_a_price_among_few_prices_is_not_applicable() -> None:
    prices = np.array([1.69, 1.75, 1.76, 1.79, 1.86, 1.89, 1.96, 1.99, 2.09])
    shares = [0.1, 0.12, 0.04, 0.12, 0.4, 0.05, 0.05, 0.1, 0.02]
    values = np.random.default_rng(3).choice(prices, 1000, p=shares)
    signal = point_mass(Series.of(values), Terms(target=1.86, higher_is_better=False))
    assert signal.outcome is Outcome.NOT_APPLICABLE


def test_no_change_is_where_changes_lie_when_nothing_happens() -> None:
    values = np.round(np.random.default_rng(4).normal(0, 1.2, 400), 2)
    values[::20] = 0.0
    signal = point_mass(Series.of(values), Terms(target=0.0))
    assert signal.outcome is Outcome.NOT_APPLICABLE


def test_amounts_in_whole_tens_are_no_shares_of_a_hundred() -> None:
    values = np.random.default_rng(5).integers(1, 4000, 300) * 50.0
    lattice = lattice_of(values, resolution=None, apart_from=None)
    assert lattice is not None
    assert lattice.slack == 0
    assert 10 % lattice.step == 0 or lattice.step == 50


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


def test_values_of_which_most_stand_on_their_bound_have_no_edge_to_look_at() -> None:
    values = np.concatenate([np.full(290, 0.066), 0.07 + np.arange(48) * 0.0013])
    signal = bunching(Series.of(values), Terms(target=0.0898, higher_is_better=False))
    assert signal.p_value is None or signal.p_value > 0.01


def test_places_as_round_that_hold_nothing_make_two_values_no_pile() -> None:
    generator = np.random.default_rng(0)
    values = np.round(generator.gamma(2, 12, 800), 2)
    values[:160] = 10 * np.ceil(values[:160] / 10)
    values[200:202] = 25.0
    signal = point_mass(Series.of(values), Terms(target=25.0))
    assert signal.p_value is None or signal.p_value > 0.01


def test_whole_years_among_a_few_twelfths_are_usual() -> None:
    generator = np.random.default_rng(1)
    years = np.clip(np.rint(generator.normal(30, 14, 700)), 1, 80)
    infants = np.round(generator.integers(1, 12, 25) / 12, 4)
    signal = point_mass(Series.of(np.concatenate([years, infants])), Terms(target=25.0))
    assert signal.p_value is not None
    assert signal.p_value > 0.01


@pytest.mark.parametrize(("limit", "found"), [(2600.0, False), (2700.0, True), (3000.0, False)])
def test_amounts_on_a_legal_limit_stand_out_among_amounts_that_come_in_heaps(
    limit: float, *, found: bool
) -> None:
    generator = np.random.default_rng(2)
    round_ones = generator.choice([500.0, 1000, 2000, 5000, 10_000], 1500)
    free = np.round(np.exp(generator.normal(7.5, 1, 900)))
    values = np.concatenate([round_ones, free, np.full(400, 2700.0)])
    signal = point_mass(Series.of(values), Terms(target=limit, higher_is_better=False))
    assert (signal.p_value is not None and signal.p_value < 0.001) is found


@pytest.mark.parametrize("mean", [0.8, 1.5, 2.5])
@pytest.mark.parametrize("n", [90, 365, 2000])
def test_most_days_have_no_event_or_one_or_two(n: int, mean: float) -> None:
    def asked(target: float) -> int:
        terms = Terms(target=target, higher_is_better=False, kind="count", bounds=(0.0, None))
        drawn = [np.random.default_rng([n, seed]).poisson(mean, n) for seed in range(30)]
        p_values = [point_mass(Series.of(values), terms).p_value for values in drawn]
        return sum(p is not None and p < 0.01 for p in p_values)

    assert asked(1.0) <= 1
    assert asked(2.0) <= 1


@pytest.mark.parametrize("target", [98.0, 99.0])
def test_whole_percentages_beside_the_whole_have_no_curve_on_one_side(target: float) -> None:
    generator = np.random.default_rng(1)
    values = np.rint(100 - generator.exponential(3.0, 365))
    signal = point_mass(Series.of(values), Terms(target=target, kind="rate", bounds=(0.0, 100.0)))
    assert signal.outcome is Outcome.NOT_APPLICABLE
