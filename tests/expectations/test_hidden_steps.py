"""Values that come rounded from steps that are no decimals lie on those steps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from expectations.signals.bunching import bunching
from expectations.signals.hidden_step import hidden_step
from expectations.signals.lattice import lattice_of
from expectations.signals.point_mass import point_mass
from expectations.signals.series import Series, Terms

Floats = np.typing.NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Floats]

SEEDS = range(20)


def whole(generator: np.random.Generator, n: int, mean: float, deviation: float) -> Floats:
    return np.rint(generator.normal(mean, deviation, n))


HIDDEN: dict[str, tuple[float, Draw]] = {
    "euros of dollars": (0.92, lambda g, n: np.round(whole(g, n, 500, 100) * 0.92, 2)),
    "tens of them": (9.2, lambda g, n: np.round(whole(g, n, 500, 100) * 9.2)),
    "net of gross": (1 / 1.19, lambda g, n: np.round(whole(g, n, 500, 100) / 1.19, 2)),
    "kilometres of miles": (1.609344, lambda g, n: np.round(whole(g, n, 80, 20) * 1.609344)),
    "days of hours": (1 / 24, lambda g, n: np.round(whole(g, n, 80, 20) / 24, 2)),
    "thirds of a mark": (1 / 3, lambda g, n: np.round(g.integers(3, 15, n) / 3, 1)),
}


@pytest.mark.parametrize("n", [90, 2000])
@pytest.mark.parametrize("name", HIDDEN)
def test_a_step_is_found_and_values_are_on_its_multiples(name: str, n: int) -> None:
    step, draw = HIDDEN[name]
    values = draw(np.random.default_rng(5), n)
    lattice = lattice_of(values, resolution=None, apart_from=None)
    assert lattice is not None
    assert lattice.step == pytest.approx(step, rel=1e-3)
    assert np.abs(values - lattice.steps * lattice.step).max() <= lattice.slack


@pytest.mark.parametrize("rounding", [1.0, 0.1, 0.01])
@pytest.mark.parametrize("n", [60, 365, 2000])
def test_decimals_and_round_amounts_hide_no_step(n: int, rounding: float) -> None:
    for seed in SEEDS:
        generator = np.random.default_rng(seed)
        heaps = rounding * generator.choice([1, 10, 50], n, p=[0.2, 0.5, 0.3])
        scale = rounding * 10 ** generator.uniform(1.5, 3.5)
        drawn = scale * generator.lognormal(1, 0.5, n)
        for values in (np.round(drawn / rounding) * rounding, np.round(drawn / heaps) * heaps):
            assert hidden_step(values, rounding, None) is None


def test_prices_in_another_currency_do_not_heap_on_a_target_that_is_one_of_them() -> None:
    asked = 0
    for seed in SEEDS:
        values = HIDDEN["tens of them"][1](np.random.default_rng(seed), 2000)
        signal = point_mass(Series.of(values), Terms(target=4600.0))
        asked += signal.p_value is not None and signal.p_value < 0.01
    assert asked <= 1


def test_a_target_that_is_no_such_price_and_many_hold_is_asked_about() -> None:
    values = HIDDEN["tens of them"][1](np.random.default_rng(1), 365)
    failing = np.flatnonzero(values < 4500)
    values[failing[::6]] = 4500.0
    signal = point_mass(Series.of(values), Terms(target=4500.0))
    assert signal.p_value is not None
    assert signal.p_value < 1e-5


def test_whole_kilometres_of_miles_are_uneven_by_nature() -> None:
    draw, asked = HIDDEN["kilometres of miles"][1], 0
    for seed in range(60):
        values = draw(np.random.default_rng(seed), 365)
        signal = bunching(Series.of(values), Terms(target=120.0))
        asked += signal.p_value is not None and signal.p_value < 0.01
    assert asked <= 1
