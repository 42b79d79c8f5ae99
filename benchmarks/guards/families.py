"""Seven families of honest KPIs, which manipulations are laid over.

Every series carries autocorrelation, a weekly cycle, a trend, shifts of level and outliers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import lfilter
from scipy.special import expit, logit

from expectations.signals.series import Series, Terms

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Generator = np.random.Generator

FIRST_DAY = 738_156  # 1 January 2022, a proleptic Gregorian ordinal
BURN_IN = 50


def days(n: int) -> Integers:
    return FIRST_DAY + np.arange(n, dtype=np.int64)


def path(generator: Generator, n: int) -> Floats:
    """Level in units of day-to-day noise: autocorrelation, week, trend, shifts, outliers."""
    memory = generator.uniform(0, 0.6)
    shocks = generator.standard_normal(n + BURN_IN) * np.sqrt(1 - memory**2)
    level = np.asarray(lfilter([1.0], [1.0, -memory], shocks))[BURN_IN:]
    level += (generator.uniform(0, 0.8) * generator.standard_normal(7))[np.arange(n) % 7]
    level += np.linspace(0, generator.normal(0, 0.7), n)
    for _ in range(generator.integers(0, 3)):
        level[generator.integers(0, n) :] += generator.normal(0, 0.8)
    outlying = generator.random(n) < 0.01
    level[outlying] += generator.choice([-1, 1], outlying.sum()) * generator.uniform(3, 6)
    return level


def _volume(generator: Generator, n: int, typical: float) -> Integers:
    """Denominators: busier and quieter weekdays, growing or shrinking."""
    week = np.exp(0.3 * generator.standard_normal(7))[np.arange(n) % 7]
    growth = np.exp(np.linspace(0, generator.normal(0, 0.4), n))
    noise = np.exp(0.15 * generator.standard_normal(n))
    return np.maximum(20, np.rint(typical * week * growth * noise)).astype(np.int64)


def _rate(generator: Generator, n: int, *, higher: bool) -> tuple[Series, Terms]:
    typical = float(np.exp(generator.uniform(np.log(400), np.log(4000))))
    base = generator.uniform(0.85, 0.97) if higher else generator.uniform(0.02, 0.12)
    volume = _volume(generator, n, typical)
    spread = generator.uniform(0.05, 0.25)
    chance = expit(logit(base) + spread * path(generator, n))
    good = generator.binomial(volume, chance)
    series = Series.of(100 * good / volume, days=days(n), numerators=good, denominators=volume)
    return series, Terms(kind="rate", higher_is_better=higher, bounds=(0.0, 100.0))


def _rate_up(generator: Generator, n: int) -> tuple[Series, Terms]:
    return _rate(generator, n, higher=True)


def _rate_down(generator: Generator, n: int) -> tuple[Series, Terms]:
    return _rate(generator, n, higher=False)


def _count(generator: Generator, n: int) -> tuple[Series, Terms]:
    typical = float(np.exp(generator.uniform(np.log(40), np.log(400))))
    independent = bool(generator.random() < 0.5)
    level = typical * np.exp(0.12 * path(generator, n))
    values = generator.poisson(level).astype(float)
    higher = bool(generator.random() < 0.5)
    return Series.of(values, days=days(n)), Terms(
        kind="count", higher_is_better=higher, bounds=(0.0, None), independent=independent
    )


def _duration(generator: Generator, n: int) -> tuple[Series, Terms]:
    typical, spread = generator.uniform(8, 90), generator.uniform(0.05, 0.3)
    values = np.round(typical * np.exp(spread * path(generator, n)), 1)
    return Series.of(values, days=days(n)), Terms(
        kind="duration", higher_is_better=False, bounds=(0.0, None)
    )


def _uptime(generator: Generator, n: int) -> tuple[Series, Terms]:
    typical, spread = generator.uniform(0.4, 3), generator.uniform(0.3, 0.7)
    lost = typical * np.exp(spread * path(generator, n))
    values = np.round(np.clip(100 - lost, 0.0, 100.0), 2).astype(np.float64)
    return Series.of(values, days=days(n)), Terms(
        kind="rate", higher_is_better=True, bounds=(0.0, 100.0)
    )


def _score(generator: Generator, n: int) -> tuple[Series, Terms]:
    middle, spread = generator.uniform(55, 85), generator.uniform(2, 7)
    decimals = int(generator.integers(0, 2))
    values = np.clip(middle + spread * path(generator, n), 0, 100).round(decimals)
    return Series.of(values, days=days(n)), Terms(
        kind="score", higher_is_better=True, bounds=(0.0, 100.0)
    )


def _rounded(generator: Generator, n: int) -> tuple[Series, Terms]:
    middle, spread = generator.uniform(100, 600), generator.uniform(10, 40)
    exact = np.maximum(0, middle + spread * path(generator, n))
    habit = generator.dirichlet((2, 3, 2))
    steps = generator.choice([1, 5, 10], n, p=habit)
    return Series.of(np.round(exact / steps) * steps, days=days(n)), Terms(
        kind="amount", higher_is_better=bool(generator.random() < 0.5), bounds=(0.0, None)
    )


FAMILIES: dict[str, Callable[[Generator, int], tuple[Series, Terms]]] = {
    "rate, higher is better": _rate_up,
    "rate, lower is better": _rate_down,
    "count": _count,
    "duration": _duration,
    "uptime": _uptime,
    "score": _score,
    "rounded by hand": _rounded,
}
