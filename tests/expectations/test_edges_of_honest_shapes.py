"""Edges that honest shapes have are no bunching, what is moved over them is; and how it is said."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest

from expectations.signals.bunching import bunching
from expectations.signals.series import Series, Terms

Draw = Callable[[np.random.Generator], np.ndarray]


def flagged(draw: Draw, terms: Terms) -> int:
    """Of 20 series drawn so, how many values bunch at p < 1 %."""
    found = [bunching(Series.of(draw(np.random.default_rng(seed))), terms) for seed in range(20)]
    return sum(one.p_value is not None and one.p_value < 0.01 for one in found)


@pytest.mark.parametrize("decimals", [0, 6])
def test_the_steep_side_of_what_cannot_fall_below_zero_is_no_edge(decimals: int) -> None:
    def honest(generator: np.random.Generator) -> np.ndarray:
        return (40 * generator.lognormal(0, 1, 140)).round(decimals)

    def lifted(generator: np.random.Generator) -> np.ndarray:
        values = (40 * generator.lognormal(0, 0.6, 365)).round(decimals)
        near = (values < 30) & (values > 20) & (generator.random(365) < 0.7)
        return np.where(near, 30 + generator.integers(0, 3, 365), values)

    assert flagged(honest, Terms(target=12.0)) <= 1
    assert flagged(lifted, Terms(target=30.0)) > 17


@pytest.mark.parametrize("n", [300, 1000, 2500])
def test_where_hardly_any_value_fails_no_curve_expects_what_no_density_has(n: int) -> None:
    def populations(generator: np.random.Generator) -> np.ndarray:
        return np.rint(100 * generator.lognormal(0, 2, n))

    def begun(generator: np.random.Generator) -> np.ndarray:
        return generator.gamma(0.6, 10, n) + 50

    assert flagged(populations, Terms(target=3.0)) <= 1
    assert flagged(begun, Terms(target=50.0)) <= 1


def test_a_pile_with_nothing_behind_it_is_still_seen() -> None:
    def piled(generator: np.random.Generator) -> np.ndarray:
        values = generator.normal(96, 2, 365)
        return np.where(values < 95, 95 + 0.3 * generator.random(365), values)

    assert flagged(piled, Terms(target=95.0)) > 9


def changes(generator: np.random.Generator, n: int, decimals: int) -> np.ndarray:
    values = generator.standard_t(4, n).round(decimals)
    return np.where(generator.random(n) < 0.1, 0.0, values)


@pytest.mark.parametrize("n", [300, 6000])
@pytest.mark.parametrize("decimals", [1, 6])
def test_no_change_says_nothing_and_a_gain_in_place_of_a_loss_does(n: int, decimals: int) -> None:
    def turned(generator: np.random.Generator) -> np.ndarray:
        values = changes(generator, n, decimals)
        near = (values < 0) & (values > -0.8) & (generator.random(n) < 0.5)
        gains = np.maximum(np.abs(generator.normal(0, 0.15, n)).round(decimals), 10.0**-decimals)
        return np.where(near, gains, values)

    assert flagged(lambda generator: changes(generator, n, decimals), Terms(target=0.0)) <= 1
    assert flagged(turned, Terms(target=0.0)) > 17
    values = turned(np.random.default_rng(1))
    assert np.all(values[bunching(Series.of(values), Terms(target=0.0)).rows] != 0)


def test_ranges_stay_among_the_values_and_numbers_are_no_finer_than_bins() -> None:
    generator = np.random.default_rng(3)
    counts = generator.poisson(25, 900).astype(float)
    counts = np.where((counts < 20) & (counts > 15) & (generator.random(900) < 0.8), 20, counts)
    signal = bunching(Series.of(counts), Terms(target=20.0))
    assert signal.p_value is not None
    assert signal.p_value < 0.01
    assert "-" not in signal.observed
    assert "just outside (20 to" in signal.observed
    amounts = 1e6 * (1 + generator.lognormal(0, 0.4, 400))
    amounts[(amounts < 2e6) & (amounts > 1.7e6)] = 2e6 + 1e4 * generator.random()
    said = bunching(Series.of(amounts), Terms(target=2e6))
    assert "(2,000,000 to 2," in said.observed
    assert "e+" not in said.detail.split("; p =")[0]
    assert "about 0.0" not in said.expected


def test_what_is_asked_about_exceeds_inside_and_is_missing_outside_as_it_is_said() -> None:
    asked = 0
    for seed in range(60):
        generator = np.random.default_rng(seed)
        values = generator.normal(50, 5, 4500)
        hollow = (values < 48) & (values > 44) & (generator.random(4500) < 0.4)
        signal = bunching(Series.of(values[~hollow][:1500]), Terms(target=48.0))
        if signal.p_value is None or signal.p_value >= 0.01:
            continue
        asked += 1
        inside, outside = (
            float(word) for word in re.findall(r"(\d+) (?:values )?just", signal.observed)
        )
        foreseen = [float(word) for word in re.findall(r"about (\d+)", signal.expected)]
        assert inside > foreseen[0], signal.detail
        assert outside < foreseen[1], signal.detail
    assert asked > 10


def test_who_rounds_to_halves_ones_and_fives_heaps_on_a_five_without_an_edge() -> None:
    def rounded(generator: np.random.Generator) -> np.ndarray:
        exact = 56 + 6.25 * generator.standard_normal(365)
        steps = generator.choice([0.5, 1.0, 5.0], 365, p=[0.4, 0.4, 0.2])
        return np.rint(exact / steps) * steps

    assert flagged(rounded, Terms(target=55.0)) == 0
