"""Families of KPIs that are honest in a way that looks odd; only false alarms are counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import lfilter

from benchmarks.guards.families import BURN_IN, FIRST_DAY, days, path
from expectations.signals.series import Series, Terms

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Generator = np.random.Generator


def _fixed_number(generator: Generator, n: int) -> tuple[Series, Terms]:
    """A sample of the same size every day, given with its size or as a percentage."""
    size = int(generator.choice([40, 50, 60, 100, 200, 300, 500, 1000, 1440]))
    good = generator.binomial(size, generator.uniform(0.88, 0.98), n)
    terms = Terms(kind="rate", higher_is_better=True, bounds=(0.0, 100.0))
    if generator.random() < 0.5:
        return Series.of(np.round(100 * good / size, 2), days=days(n)), terms
    sizes = np.full(n, size)
    series = Series.of(100 * good / size, days=days(n), numerators=good, denominators=sizes)
    return series, terms


def _backlog(generator: Generator, n: int) -> tuple[Series, Terms]:
    """What is open at the end of the day: most of what was open the day before."""
    memory = 1.0 if generator.random() < 0.3 else generator.uniform(0.6, 0.95)
    steps = generator.uniform(2, 8) * generator.standard_normal(n + BURN_IN)
    level = np.asarray(lfilter([1.0], [1.0, -memory], steps))[BURN_IN:]
    values = np.rint(level - level.min() + generator.uniform(20, 200))
    return Series.of(values, days=days(n)), Terms(higher_is_better=False)


def _improved(generator: Generator, n: int) -> tuple[Series, Terms]:
    """A process that was mended once and meets its target from then on."""
    noise = lfilter([1.0], [1.0, -0.3], generator.standard_normal(n))
    rise = generator.uniform(2.5, 4)
    mended = np.arange(n) >= round(n * generator.uniform(0.3, 0.6))
    spread, target = generator.uniform(0.5, 2), float(generator.integers(70, 96))
    below = generator.uniform(0.4, 0.6) * rise
    values = np.round(target + spread * (noise - below + rise * mended), 2)
    return Series.of(values, days=days(n)), Terms(target=target, higher_is_better=True)


def _outages(generator: Generator, n: int) -> tuple[Series, Terms]:
    """Uptime in tenths of a percent, densest at the whole."""
    lost = generator.exponential(generator.uniform(0.5, 3), n)
    values = np.round(np.maximum(100 - lost, 0.0), 1).astype(np.float64)
    return Series.of(values, days=days(n)), Terms(
        kind="rate", higher_is_better=True, bounds=(0.0, 100.0)
    )


def _working_week(generator: Generator, n: int) -> tuple[Series, Terms]:
    """A count that is half as large on Saturdays and Sundays."""
    week = np.array([1.0, 1.1, 1.08, 1.05, 1.2, 0.6, 0.4])[(FIRST_DAY + np.arange(n)) % 7]
    level = generator.uniform(40, 400) * week * generator.gamma(30, 1 / 30, n)
    return Series.of(generator.poisson(level).astype(float), days=days(n)), Terms(
        kind="count", higher_is_better=True, bounds=(0.0, None)
    )


def _headcount(generator: Generator, n: int) -> tuple[Series, Terms]:
    """People who come and go on one day of five."""
    moves = generator.poisson(0.12, n) - generator.poisson(0.11, n)
    return Series.of(200.0 + np.cumsum(moves), days=days(n)), Terms(higher_is_better=True)


def _mean_of_four_weeks(generator: Generator, n: int) -> tuple[Series, Terms]:
    """The mean of the last 28 days, every day."""
    counts = generator.poisson(generator.uniform(40, 400) * np.exp(0.1 * path(generator, n + 27)))
    values = np.round(np.convolve(counts, np.ones(28) / 28, "valid"), 1)
    return Series.of(values, days=days(n)), Terms(higher_is_better=True)


def _total_to_date(generator: Generator, n: int) -> tuple[Series, Terms]:
    """What the month has brought so far."""
    counts = generator.poisson(generator.uniform(40, 400) * np.exp(0.1 * path(generator, n)))
    dates = np.datetime64("2022-01-01") + np.arange(n)
    months = dates.astype("datetime64[M]").astype(int)
    values = np.concatenate([np.cumsum(counts[months == month]) for month in np.unique(months)])
    return Series.of(values.astype(float), days=days(n)), Terms(
        kind="count", higher_is_better=True, bounds=(0.0, None)
    )


def _other_currency(generator: Generator, n: int) -> tuple[Series, Terms]:
    """Whole amounts, told in another currency."""
    amounts = np.rint(generator.uniform(100, 900) * np.exp(0.12 * path(generator, n)))
    values = np.round(generator.uniform(0.6, 1.6) * amounts, 2)
    return Series.of(values, days=days(n)), Terms(
        kind="amount", higher_is_better=True, bounds=(0.0, None)
    )


def _few_events(generator: Generator, n: int) -> tuple[Series, Terms]:
    """Events that happen on some days, and seldom more than a few times."""
    level = generator.uniform(0.5, 3) * np.exp(0.2 * path(generator, n))
    return Series.of(generator.poisson(level).astype(float), days=days(n)), Terms(
        kind="count", higher_is_better=False, bounds=(0.0, None)
    )


def _stock(generator: Generator, n: int) -> tuple[Series, Terms]:
    """What is left of a lot, used every day until the next is ordered."""
    lot, left, stood = generator.integers(300, 900), 500.0, np.zeros(n)
    for day, used in enumerate(generator.poisson(generator.uniform(20, 60), n).tolist()):
        left += lot * (left - used < 150) - used
        stood[day] = left
    return Series.of(stood, days=days(n)), Terms(higher_is_better=True)


ODD_FAMILIES: dict[str, Callable[[Generator, int], tuple[Series, Terms]]] = {
    "share of a fixed number": _fixed_number,
    "backlog": _backlog,
    "improved past the target": _improved,
    "uptime at the whole": _outages,
    "working week": _working_week,
    "headcount": _headcount,
    "mean of four weeks": _mean_of_four_weeks,
    "total to date": _total_to_date,
    "other currency": _other_currency,
    "few events": _few_events,
    "stock": _stock,
}
