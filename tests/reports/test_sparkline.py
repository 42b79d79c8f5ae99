"""The small line keeps its shape, its gaps and its target."""

from __future__ import annotations

import re
from decimal import Decimal

from reports.sparkline import sparkline


def _points(path: str) -> list[list[tuple[int, int]]]:
    """The absolute points of each unbroken run of a path made of M and relative l."""
    runs = []
    for piece in path.split("M")[1:]:
        start, steps = piece.split("l")
        x, y = map(int, start.split())
        numbers = list(map(int, re.findall(r"-?\d+", steps)))
        run = [(x, y)]
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            run.append((x, y))
        runs.append(run)
    return runs


def _decimals(*values: float | None) -> list[Decimal | None]:
    return [None if value is None else Decimal(str(value)) for value in values]


def test_the_line_runs_from_edge_to_edge_and_up_means_more() -> None:
    line = sparkline(_decimals(1, 3, 2), None, width=100, height=20, margin=2)
    assert _points(line.path) == [[(2, 18), (50, 2), (98, 10)]]
    assert line.dot == (98, 10)


def test_the_target_is_always_inside_the_picture() -> None:
    line = sparkline(_decimals(1, 2), Decimal(10), height=20, margin=2)
    assert line.target_y == 2
    assert all(2 <= y <= 18 for run in _points(line.path) for _, y in run)


def test_a_missing_week_breaks_the_line_and_is_not_bridged() -> None:
    line = sparkline(_decimals(1, 2, None, 2, None, 1), None, width=54, margin=2)
    assert [len(run) for run in _points(line.path)] == [2, 2, 2]
    assert [run[0][0] for run in _points(line.path)] == [2, 32, 52]


def test_a_last_week_without_a_value_has_no_dot() -> None:
    assert sparkline(_decimals(1, 2, None), None).dot is None


def test_nan_is_a_missing_week() -> None:
    values = [Decimal(1), Decimal("NaN"), Decimal(2)]
    assert len(_points(sparkline(values, Decimal("NaN")).path)) == 2


def test_a_flat_line_and_an_empty_one_are_drawn() -> None:
    assert sparkline(_decimals(5, 5), Decimal(5)).target_y is not None
    assert sparkline([None, None], Decimal(98)).path == ""
    assert sparkline([], None).path == ""
