"""Columns in the shape of published cases, generated: the moved are asked about, the honest not."""

from __future__ import annotations

import pytest

from expectations.multiplicity import QUESTION_LEVEL
from expectations.signals.battery import compose, of_values
from expectations.signals.series import Series
from tests.expectations.published_shapes import HONEST, MOVED, Shape


def smallest_q(shape: Shape, seed: int, n: int, *, moved: bool) -> float:
    values = shape.values(seed, n, moved=moved)
    return compose(of_values(Series.of(values), shape.terms)).smallest_q


@pytest.mark.parametrize("shape", MOVED, ids=lambda shape: shape.name)
def test_thousands_of_values_moved_over_their_target_are_asked_about(shape: Shape) -> None:
    assert smallest_q(shape, 1, 20_000, moved=True) < QUESTION_LEVEL


@pytest.mark.parametrize("shape", HONEST, ids=lambda shape: shape.name)
def test_thousands_of_honest_values_are_left_alone(shape: Shape) -> None:
    assert smallest_q(shape, 2, 20_000, moved=False) >= QUESTION_LEVEL


@pytest.mark.parametrize("n", [40, 300])
@pytest.mark.parametrize("shape", HONEST, ids=lambda shape: shape.name)
def test_honest_columns_are_hardly_ever_asked_about(shape: Shape, n: int) -> None:
    asked = [smallest_q(shape, seed, n, moved=False) < QUESTION_LEVEL for seed in range(2, 32)]
    assert sum(asked) <= 1
