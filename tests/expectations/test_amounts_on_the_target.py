"""Amounts have prices, cents and round numbers; what is set to the target is told from these."""

from __future__ import annotations

import numpy as np
import pytest

from expectations.signals.point_mass import point_mass
from expectations.signals.series import Series, Terms


def sales(generator: np.random.Generator, price: float, n: int = 365) -> np.ndarray:
    return np.round(price * generator.poisson(100 * generator.lognormal(0, 0.15, n)), 2)


@pytest.mark.parametrize("price", [26.0, 19.9, 7.0])
def test_revenue_of_units_times_a_price_lies_on_multiples_of_the_price(price: float) -> None:
    terms = Terms(target=round(90 * price, 2))
    found = [
        point_mass(Series.of(sales(np.random.default_rng(s), price)), terms) for s in range(20)
    ]
    assert all(one.p_value is not None for one in found)
    assert sum((one.p_value or 1.0) < 0.01 for one in found) <= 1


@pytest.mark.parametrize(("price", "target"), [(26.0, 2500.0), (1.0, 94.5)])
def test_figures_set_to_a_target_that_no_number_of_units_makes_are_asked_about(
    price: float, target: float
) -> None:
    generator = np.random.default_rng(0)
    values = sales(generator, price)
    failing = np.flatnonzero(values < target)
    values[generator.choice(failing, len(failing) // 10, replace=False)] = target
    assert (point_mass(Series.of(values), Terms(target=target)).p_value or 1.0) < 1e-5


@pytest.mark.parametrize("n", [100, 365, 1000])
def test_amounts_set_to_the_target_are_found_however_fine_their_unit_is(n: int) -> None:
    """To the cent, and to the unit and to tens where people round; a unit is no place near by."""

    def amounts(generator: np.random.Generator) -> np.ndarray:
        steps = generator.choice([0.01, 1.0, 10.0], n, p=[0.5, 0.3, 0.2])
        return np.round(np.rint(generator.lognormal(7, 0.8, n) / steps) * steps, 2)

    def p_value(seed: int, share: float) -> float:
        generator = np.random.default_rng(seed)
        values, target = amounts(generator), 1200.0
        failing = np.flatnonzero(values < target)
        chosen = generator.choice(failing, int(share * len(failing)), replace=False)
        values[chosen] = target
        return point_mass(Series.of(values), Terms(target=target)).p_value or 1.0

    assert sum(p_value(seed, 0.0) < 0.01 for seed in range(20)) <= 1
    assert sum(p_value(seed, 0.12) < 0.01 for seed in range(20)) >= 18


def test_what_is_expected_of_a_place_is_no_more_than_there_is() -> None:
    expected = []
    for seed in range(40):
        values = np.random.default_rng([365, seed]).integers(100_000, 200_001, 365).astype(float)
        signal = point_mass(Series.of(values), Terms(target=150_000.0))
        if signal.p_value is not None:
            expected.append(float(signal.expected.split()[1]))
    assert len(expected) > 35
    assert max(expected) < 5


@pytest.mark.parametrize("n", [40, 90, 300])
def test_the_roundest_of_amounts_that_people_round_is_like_no_place_near_by(n: int) -> None:
    def asked(seed: int) -> bool:
        generator = np.random.default_rng(seed)
        steps = generator.choice([0.01, 1000.0, 5000.0, 50_000.0], n, p=[0.2, 0.4, 0.3, 0.1])
        values = np.round(np.rint(generator.lognormal(11.1, 0.5, n) / steps) * steps, 2)
        signal = point_mass(Series.of(values), Terms(target=100_000.0, higher_is_better=False))
        return (signal.p_value or 1.0) < 0.01

    assert sum(map(asked, range(40))) <= 1


def test_where_the_next_places_hold_as_many_the_target_is_none_of_the_round_ones() -> None:
    """Whole degrees of two seasons, of which the round ones alone lie on no curve."""

    def asked(seed: int) -> bool:
        generator = np.random.default_rng(seed)
        hot = generator.random(3000) < 0.5
        values = np.rint(
            np.where(hot, generator.normal(83, 5, 3000), generator.normal(48, 12, 3000))
        )
        signal = point_mass(Series.of(values), Terms(target=85.0, higher_is_better=False))
        return (signal.p_value or 1.0) < 0.01

    assert sum(map(asked, range(20))) == 0


def test_exactly_on_the_target_are_those_that_are() -> None:
    generator = np.random.default_rng(0)
    values = np.rint(generator.lognormal(6, 2.4, 2000))
    signal = point_mass(Series.of(values), Terms(target=50.0))
    assert signal.observed == f"{(values == 50).sum()} values exactly on 50"
    assert (values[signal.rows] == 50).all()


def test_an_odd_amount_is_held_against_odd_amounts() -> None:
    """Just below a tax on a million: nobody rounds to 999,999, and many round to 995,000."""

    def p_value(seed: int, lowered: int) -> float:
        generator = np.random.default_rng(seed)
        steps = generator.choice([1.0, 1000.0, 5000.0], 5000, p=[0.4, 0.3, 0.3])
        values = np.rint(generator.lognormal(13.9, 0.6, 5000) / steps) * steps
        above = np.flatnonzero((values >= 1_000_000) & (values < 1_050_000))
        values[generator.choice(above, lowered, replace=False)] = 999_999
        terms = Terms(target=999_999.0, higher_is_better=False)
        return point_mass(Series.of(values), terms).p_value or 1.0

    assert sum(p_value(seed, 0) < 0.01 for seed in range(20)) == 0
    assert sum(p_value(seed, 15) < 0.001 for seed in range(20)) > 17
