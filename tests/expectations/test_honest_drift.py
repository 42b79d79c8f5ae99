"""Series that change by themselves are left alone; what is done to them is still seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from expectations.guard import Outcome
from expectations.signals.repetition import repetition
from expectations.signals.roundness import roundness
from expectations.signals.series import Series, Terms
from expectations.signals.variation import variation

if TYPE_CHECKING:
    from collections.abc import Callable

    from expectations.signals.series import Signal

    Floats = np.typing.NDArray[np.float64]

SEEDS = range(40)
COUNT = Terms(target=1.0, kind="count", bounds=(0.0, None))
EVENTS = Terms(target=1.0, kind="count", bounds=(0.0, None), independent=True)
FIRST_OF_JANUARY = 738_156


def asked(test: Callable[[Series, Terms], Signal], series: list[Floats], terms: Terms) -> int:
    """How many of the series have p < 1 %."""
    days = FIRST_OF_JANUARY + np.arange(len(series[0]))
    p_values = [test(Series.of(one, days=days), terms).p_value for one in series]
    return sum(p is not None and p < 0.01 for p in p_values)


def wave(seed: int, n: int = 700) -> Floats:
    """Counts that come in waves, from next to none to hundreds."""
    generator = np.random.default_rng(seed)
    log_mean = 3.0 + 2.5 * np.sin(np.arange(n) / generator.uniform(40, 60))
    return generator.negative_binomial(10, 10 / (10 + np.exp(log_mean))).astype(float)


def test_noise_that_is_restless_in_spells_is_left_alone() -> None:
    series = []
    for seed in SEEDS:
        generator = np.random.default_rng(seed)
        spells = np.repeat(generator.normal(0, 0.3, 7), 100)
        series.append(1000 + 10 * np.exp(spells) * generator.normal(0, 1, 700))
    assert asked(variation, series, Terms(target=1.0)) <= 1


def test_noise_that_is_halved_at_once_is_asked_about() -> None:
    generator = np.random.default_rng(1)
    noise = generator.normal(0, 10, 365)
    noise[180:] /= 2
    assert asked(variation, [1000 + noise], Terms(target=1.0)) == 1


def test_written_events_are_found_beside_a_restless_wave() -> None:
    generator = np.random.default_rng(2)
    restless = generator.negative_binomial(4, 4 / 44, 400)
    written = 20 + generator.integers(-1, 2, 100)
    honest = generator.poisson(20, 100)
    assert asked(variation, [np.concatenate([restless, written]).astype(float)], EVENTS) == 1
    assert asked(variation, [np.concatenate([restless, honest]).astype(float)], EVENTS) == 0


@pytest.mark.parametrize("n", [60, 400])
def test_independent_events_are_left_alone_however_many_stretches_are_looked_at(n: int) -> None:
    series = [np.random.default_rng([s, n]).poisson(12, n).astype(float) for s in SEEDS]
    assert asked(variation, series, EVENTS) <= 1


def test_counts_in_waves_repeat_no_block_and_carry_nothing() -> None:
    assert asked(repetition, [wave(seed) for seed in SEEDS], COUNT) <= 1


def test_few_small_numbers_after_an_era_of_large_ones_are_no_block() -> None:
    series = []
    for seed in SEEDS:
        generator = np.random.default_rng(seed)
        large, small = generator.poisson(400, 500), generator.binomial(1, 0.7, 120)
        series.append(np.concatenate([large, 1 + small]).astype(float))
    assert asked(repetition, series, COUNT) <= 1


def test_a_zero_over_another_number_ends_a_block() -> None:
    series = []
    for seed in SEEDS:
        generator = np.random.default_rng(seed)
        early = generator.poisson(60, 300)
        late = np.where(generator.random(300) < 0.7, 0, generator.integers(1, 4, 300))
        series.append(np.concatenate([early, late]).astype(float))
    assert asked(repetition, series, COUNT) == 0


def test_a_copied_week_and_carried_days_are_found_in_waves() -> None:
    copied, carried = wave(3), wave(3)
    copied[260:270] = copied[100:110]
    for first in range(100, 600, 20):
        carried[first : first + 3] = carried[first - 1]
    assert asked(repetition, [copied, carried], COUNT) == 2


def test_a_level_that_rises_from_below_ten_is_no_rounding() -> None:
    series = []
    for seed in SEEDS:
        generator = np.random.default_rng(seed)
        early, late = generator.poisson(3, 300), generator.negative_binomial(3, 3 / 203, 300)
        series.append(np.concatenate([early, late]).astype(float))
    assert asked(roundness, series, COUNT) <= 1


def test_a_value_that_passes_slowly_from_digit_to_digit_says_nothing_of_rounding() -> None:
    steps = np.random.default_rng(4).integers(-1, 2, 400).astype(np.float64)
    series = Series.of(list(500.0 + np.cumsum(steps)), days=np.arange(400))
    assert roundness(series, COUNT).outcome is Outcome.NOT_APPLICABLE


def test_rounding_from_the_middle_on_is_found() -> None:
    values = np.random.default_rng(5).poisson(400, 300).astype(float)
    values[150::2] = 10 * np.rint(values[150::2] / 10)
    assert asked(roundness, [values], COUNT) == 1


def lognormal(seed: int, n: int = 120, middle: float = 4.0) -> Floats:
    return np.exp(np.random.default_rng(seed).normal(middle, 0.3, n))


def judged_since_the_middle(values: Floats, terms: Terms = COUNT) -> Signal:
    return roundness(Series.of(values, days=FIRST_OF_JANUARY + np.arange(len(values))), terms)


def test_as_many_digits_at_any_level_are_no_rounding() -> None:
    series = []
    for seed in SEEDS:
        growing = lognormal(seed, 200) * np.geomspace(1, 300, 200)
        digits = 10.0 ** (np.floor(np.log10(growing)) - 2)
        series.append(np.rint(growing / digits) * digits)
    assert asked(roundness, series, COUNT) <= 1


@pytest.mark.parametrize("fewer", [lambda row: np.rint(row), lambda row: np.round(row, 1)])
def test_fewer_decimals_from_one_day_on_are_said_and_not_asked_about(
    fewer: Callable[[Floats], Floats],
) -> None:
    series = [lognormal(seed).round(2) for seed in SEEDS]
    for values in series:
        values[70:] = fewer(values[70:])
        assert "to 120 are all multiples of" in judged_since_the_middle(values).detail
    assert asked(roundness, series, COUNT) <= 1


def test_whole_years_without_decimals_and_years_with_them_are_left_alone() -> None:
    series = []
    for seed in SEEDS:
        values = lognormal(seed, 204).round(2)
        for first, last in ((0, 12), (157, 192), (195, 204)):
            values[first:last] = np.rint(values[first:last])
        series.append(values)
    assert asked(roundness, series, COUNT) <= 2


def test_round_values_among_finer_ones_are_asked_about_after_a_change_of_resolution_too() -> None:
    values = lognormal(6, 240, 6.0).round(2)
    values[80:] = np.rint(values[80:])
    values[120::2] = 10 * np.rint(values[120::2] / 10)
    seen = judged_since_the_middle(values)
    assert seen.p_value is not None
    assert seen.p_value < 1e-6


@pytest.mark.parametrize("step", [5, 50])
def test_fives_from_one_day_on_are_no_resolution(step: int) -> None:
    values = np.rint(1000 * lognormal(7))
    values[60:] = step * np.rint(values[60:] / step)
    assert asked(roundness, [values], COUNT) == 1


def test_steps_that_are_coarser_than_the_changes_are_typed() -> None:
    values = np.random.default_rng(8).normal(97, 0.5, 120).round(2)
    values[60:] = np.rint(values[60:])
    assert asked(roundness, [values], COUNT) == 1


def test_fewer_decimals_than_declared_are_asked_about() -> None:
    values = lognormal(9).round(2)
    values[60:] = np.rint(values[60:])
    finer = Terms(target=1.0, resolution=0.01)
    since = Terms(target=1.0, baseline_until=FIRST_OF_JANUARY + 59)
    assert asked(roundness, [values], Terms(target=1.0)) == 0
    assert asked(roundness, [values], finer) == 1
    assert asked(roundness, [values], since) == 1


def test_roundness_that_comes_and_goes_is_no_typing() -> None:
    series = []
    for seed in SEEDS:
        generator = np.random.default_rng(seed)
        habit = np.repeat(1 / (1 + np.exp(generator.normal(0.3, 0.5, 10))), 250)
        values = np.rint(lognormal(seed, 2500, 6.0))
        by_tens = generator.random(2500) < habit
        series.append(np.where(by_tens, 10 * np.rint(values / 10), values))
    assert asked(roundness, series, COUNT) <= 2


def test_what_is_typed_is_found_however_late_it_begins() -> None:
    values = np.rint(lognormal(10, 1000, 6.0))
    values[800::2] = 10 * np.rint(values[800::2] / 10)
    assert asked(roundness, [values], COUNT) == 1


def test_values_no_rounder_than_chance_are_left_alone_however_unround_the_past() -> None:
    values = np.random.default_rng(11).poisson(400, 600).astype(float)
    values[:300] += values[:300] % 5 == 0
    assert asked(roundness, [values], COUNT) == 0


@pytest.mark.parametrize(("finest", "step"), [(1e-6, 0.05), (0.01, 0.25), (0.1, 0.2), (1, 5)])
def test_a_publishers_step_of_any_kind_is_said_and_not_asked_about(
    finest: float, step: float
) -> None:
    values = np.rint(lognormal(12, 900, 6.0) / finest) * finest
    values[400:] = step * np.rint(values[400:] / step)
    said = judged_since_the_middle(values).detail
    assert f"to 900 are all multiples of {step:g}: their resolution is another" in said
    assert asked(roundness, [values], COUNT) == 0


def test_neither_quiet_weeks_nor_a_missed_day_hide_events_that_are_too_even() -> None:
    terms = Terms(target=30.0, kind="count", bounds=(0.0, None), independent=True)
    even = 20 + 0.3 * (np.random.default_rng(1).poisson(20, 200) - 20)
    quiet, missed = np.rint(even), np.rint(even)
    quiet[60:90] = 0
    missed[100:102] = 0, 40
    for values in (quiet, missed):
        seen = variation(Series.of(values, days=np.arange(200)), terms)
        assert seen.p_value is not None
        assert seen.p_value < 0.001
    honest = np.random.default_rng(1).poisson(20, 200).astype(float)
    honest[60:90] = 0
    seen = variation(Series.of(honest, days=np.arange(200)), terms)
    assert seen.p_value is not None
    assert seen.p_value > 0.05


def test_values_past_their_natural_bound_are_judged_all_the_same() -> None:
    values = 98 + np.random.default_rng(2).normal(0, 1.5, 200)
    assert values.max() > 100
    terms = Terms(target=97.0, kind="rate", bounds=(0.0, 100.0))
    assert variation(Series.of(values, days=np.arange(200)), terms).p_value is not None


def test_a_count_corrected_below_nothing_is_judged_by_the_others() -> None:
    values = np.random.default_rng(3).poisson(20, 200).astype(float)
    values[50] = -400
    seen = variation(Series.of(values, days=np.arange(200)), EVENTS)
    assert seen.p_value is not None
    assert seen.p_value > 0.05
