"""Do counts or rates of independent events vary less than chance alone makes them?

Second differences measure the scatter free of level and trend, and a weekly cycle can only add to
them. Each is held against what Poisson or binomial noise about the level of its week comes to, and
counts at most twice that: a missed day, made up for on the next, would hide a year of figures that
are too even. How much the mean of that scatters is drawn from the same noise about the same levels.
The whole is looked at, and its halves, quarters and eighths: figures are written for a while.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtr

from expectations.permutation import seed_of
from expectations.signals.series import Signal, judged, not_applicable, not_enough

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from expectations.signals.series import Series

    Floats = NDArray[np.float64]

MINIMUM = 24
FEWEST_EVENTS = 1.0  # a value, over its week: fewer are zeros and ones, whatever is done to them
WEEK = 7
AT_MOST = 2.0
PARTS = (1, 2, 4, 8)
# Draws of so many values in all: the more values, the fewer tell the scatter of their mean.
FEWEST_DRAWS, MOST_DRAWS, DRAWN = 24, 240, 40_000


def chance_floor(series: Series) -> Signal:
    """Values are counts, or rates where the series has denominators."""
    n = len(series.values)
    if n < MINIMUM:
        return not_enough(n, MINIMUM)
    top, below, is_rate = series.values, np.ones(n), False
    if series.denominators is not None and series.numerators is not None:
        top, below = series.numerators.astype(float), series.denominators.astype(float)
        is_rate = True
    level = _level(top[None, :], below)[0]
    enough = level * below * (1 - level if is_rate else 1.0) >= FEWEST_EVENTS
    telling = enough[:-2] & enough[1:-1] & enough[2:]
    if telling.sum() < MINIMUM - 2:
        return not_applicable(n, "too few events a period for their scatter to tell anything")
    generator = np.random.default_rng(seed_of(np.rint(top).astype(np.int64)))
    draws = int(np.clip(DRAWN // n, FEWEST_DRAWS, MOST_DRAWS))
    if is_rate:
        tops = generator.binomial(below.astype(np.int64), np.clip(level, 0, 1), (draws, n))
    else:
        # A count that was corrected below nothing has a level below it; those tell nothing anyway.
        tops = generator.poisson(np.maximum(level, 0.0), (draws, n))
    rows = np.vstack([top, tops])
    scatter = np.where(telling, _scatter(rows, below, is_rate=is_rate), 0.0)
    tested = [
        _stretch(scatter[:, first:last], telling[first:last], first)
        for first, last in _parts(n - 2)
        if telling[first:last].sum() >= MINIMUM - 2
    ]
    p_value, share, first, last = min(tested)
    return judged(
        min(1.0, len(tested) * p_value),
        n=n,
        observed=f"second differences of {last - first} values scatter {share:.0%} as much as by "
        "chance alone",
        expected="at least 100% where the events are independent",
        rows=np.arange(first, last),
        score=share,
    )


def _parts(length: int) -> list[tuple[int, int]]:
    """The whole, its halves, quarters and eighths: first and one past the last of each."""
    return [
        (part * length // parts, (part + 1) * length // parts)
        for parts in PARTS
        for part in range(parts)
    ]


def _stretch(
    scatter: Floats, telling: NDArray[np.bool_], first: int
) -> tuple[float, float, int, int]:
    """p-value and share of what chance makes, of the first row among the others; its values."""
    means = scatter.sum(axis=1) / telling.sum()
    usual, draws = float(means[1:].mean()), len(means) - 1
    error = float(means[1:].std(ddof=1)) * np.sqrt(1 + 1 / draws)
    p_value = float(stdtr(draws - 1, (means[0] - usual) / max(error, 1e-12)))
    return p_value, float(means[0]) / max(usual, 1e-12), first, first + len(telling) + 2


def _level(tops: Floats, below: Floats) -> Floats:
    """Share or count expected of each value, by the week about it; rows are series."""
    sums = _weekly(tops)
    return np.asarray(sums / _weekly(below[None, :]))


def _weekly(rows: Floats) -> Floats:
    sums = np.cumsum(np.pad(rows, ((0, 0), (WEEK // 2 + 1, WEEK // 2)), mode="edge"), axis=1)
    return np.asarray(sums[:, WEEK:] - sums[:, :-WEEK])


def _scatter(tops: Floats, below: Floats, *, is_rate: bool) -> Floats:
    """Squared second differences of each row in terms of their floor, at most so many times it."""
    level = _level(tops, below)
    noise = (level * (1 - level) if is_rate else level) / below
    values = tops / below
    second = (values[:, :-2] - 2 * values[:, 1:-1] + values[:, 2:]) ** 2
    floor = noise[:, :-2] + 4 * noise[:, 1:-1] + noise[:, 2:]
    return np.asarray(np.minimum(second / np.maximum(floor, 1e-300), AT_MOST))
