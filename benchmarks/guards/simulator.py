"""Families of honest KPIs: what an unmanaged number looks like, from a seed.

Seven are those that manipulations are laid over: every series carries autocorrelation, a weekly
cycle, a trend, shifts of level, outliers and 3 % of gaps. Beside the values stand what honest
people leave behind: a report with slips, revisions of past periods, and rows that were excluded for
reasons that have nothing to do with the target.
Five more are honest in a way that looks odd; of them only false alarms are counted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import lfilter
from scipy.special import expit, logit

from expectations.signals.series import Series, Terms

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Generator = np.random.Generator

FIRST_DAY = 738_156  # 1 January 2022, a proleptic Gregorian ordinal
GAP_SHARE = 0.03
BURN_IN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What lies beside the values of a KPI, each as honest people leave it.

    reported: the same periods by hand, at the resolution `step`; restated: the values after late
    bookings and corrections, which do not depend on how good a period was; row_failed and
    row_left_out: for single rows below the KPI, whether each missed its limit and was excluded.
    """

    reported: Floats
    step: float
    restated: Floats
    row_failed: NDArray[np.bool_]
    row_left_out: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpi:
    """One simulated KPI: its family, its series, its terms and what lies beside it."""

    family: str
    series: Series
    terms: Terms
    side: Side


def _path(generator: Generator, n: int) -> Floats:
    """Level in units of day-to-day noise: autocorrelation, week, trend, shifts, outliers."""
    memory = generator.uniform(0, 0.6)
    shocks = generator.standard_normal(n + BURN_IN) * np.sqrt(1 - memory**2)
    path = np.asarray(lfilter([1.0], [1.0, -memory], shocks))[BURN_IN:]
    path += (generator.uniform(0, 0.8) * generator.standard_normal(7))[np.arange(n) % 7]
    path += np.linspace(0, generator.normal(0, 0.7), n)
    for _ in range(generator.integers(0, 3)):
        path[generator.integers(0, n) :] += generator.normal(0, 0.8)
    outlying = generator.random(n) < 0.01
    path[outlying] += generator.choice([-1, 1], outlying.sum()) * generator.uniform(3, 6)
    return path


def _volume(generator: Generator, n: int, typical: float) -> NDArray[np.int64]:
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
    chance = expit(logit(base) + spread * _path(generator, n))
    good = generator.binomial(volume, chance)
    series = Series.of(100 * good / volume, days=_days(n), numerators=good, denominators=volume)
    return series, Terms(kind="rate", higher_is_better=higher, bounds=(0.0, 100.0))


def _rate_up(generator: Generator, n: int) -> tuple[Series, Terms]:
    return _rate(generator, n, higher=True)


def _rate_down(generator: Generator, n: int) -> tuple[Series, Terms]:
    return _rate(generator, n, higher=False)


def _count(generator: Generator, n: int) -> tuple[Series, Terms]:
    typical = float(np.exp(generator.uniform(np.log(40), np.log(400))))
    independent = bool(generator.random() < 0.5)
    level = typical * np.exp(0.12 * _path(generator, n))
    values = generator.poisson(level).astype(float)
    higher = bool(generator.random() < 0.5)
    return Series.of(values, days=_days(n)), Terms(
        kind="count", higher_is_better=higher, bounds=(0.0, None), independent=independent
    )


def _duration(generator: Generator, n: int) -> tuple[Series, Terms]:
    typical, spread = generator.uniform(8, 90), generator.uniform(0.05, 0.3)
    values = np.round(typical * np.exp(spread * _path(generator, n)), 1)
    return Series.of(values, days=_days(n)), Terms(
        kind="duration", higher_is_better=False, bounds=(0.0, None)
    )


def _uptime(generator: Generator, n: int) -> tuple[Series, Terms]:
    typical, spread = generator.uniform(0.4, 3), generator.uniform(0.3, 0.7)
    lost = typical * np.exp(spread * _path(generator, n))
    values = np.round(np.clip(100 - lost, 0.0, 100.0), 2).astype(np.float64)
    return Series.of(values, days=_days(n)), Terms(
        kind="rate", higher_is_better=True, bounds=(0.0, 100.0)
    )


def _score(generator: Generator, n: int) -> tuple[Series, Terms]:
    middle, spread = generator.uniform(55, 85), generator.uniform(2, 7)
    decimals = int(generator.integers(0, 2))
    values = np.clip(middle + spread * _path(generator, n), 0, 100).round(decimals)
    return Series.of(values, days=_days(n)), Terms(
        kind="score", higher_is_better=True, bounds=(0.0, 100.0)
    )


def _rounded(generator: Generator, n: int) -> tuple[Series, Terms]:
    middle, spread = generator.uniform(100, 600), generator.uniform(10, 40)
    exact = np.maximum(0, middle + spread * _path(generator, n))
    habit = generator.dirichlet((2, 3, 2))
    steps = generator.choice([1, 5, 10], n, p=habit)
    return Series.of(np.round(exact / steps) * steps, days=_days(n)), Terms(
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


def _fixed_number(generator: Generator, n: int) -> tuple[Series, Terms]:
    """A sample of the same size every day, given with its size or as a percentage."""
    size = int(generator.choice([40, 50, 60, 100, 200, 300, 500, 1000, 1440]))
    good = generator.binomial(size, generator.uniform(0.88, 0.98), n)
    terms = Terms(kind="rate", higher_is_better=True, bounds=(0.0, 100.0))
    if generator.random() < 0.5:
        return Series.of(np.round(100 * good / size, 2), days=_days(n)), terms
    sizes = np.full(n, size)
    series = Series.of(100 * good / size, days=_days(n), numerators=good, denominators=sizes)
    return series, terms


def _backlog(generator: Generator, n: int) -> tuple[Series, Terms]:
    """What is open at the end of the day: most of what was open the day before."""
    memory = 1.0 if generator.random() < 0.3 else generator.uniform(0.6, 0.95)
    steps = generator.uniform(2, 8) * generator.standard_normal(n + BURN_IN)
    path = np.asarray(lfilter([1.0], [1.0, -memory], steps))[BURN_IN:]
    values = np.rint(path - path.min() + generator.uniform(20, 200))
    return Series.of(values, days=_days(n)), Terms(higher_is_better=False)


def _improved(generator: Generator, n: int) -> tuple[Series, Terms]:
    """A process that was mended once and meets its target from then on."""
    noise = lfilter([1.0], [1.0, -0.3], generator.standard_normal(n))
    rise = generator.uniform(2.5, 4)
    mended = np.arange(n) >= round(n * generator.uniform(0.3, 0.6))
    spread, target = generator.uniform(0.5, 2), float(generator.integers(70, 96))
    below = generator.uniform(0.4, 0.6) * rise
    values = np.round(target + spread * (noise - below + rise * mended), 2)
    return Series.of(values, days=_days(n)), Terms(target=target, higher_is_better=True)


def _outages(generator: Generator, n: int) -> tuple[Series, Terms]:
    """Uptime in tenths of a percent, densest at the whole."""
    lost = generator.exponential(generator.uniform(0.5, 3), n)
    values = np.round(np.maximum(100 - lost, 0.0), 1).astype(np.float64)
    return Series.of(values, days=_days(n)), Terms(
        kind="rate", higher_is_better=True, bounds=(0.0, 100.0)
    )


def _working_week(generator: Generator, n: int) -> tuple[Series, Terms]:
    """A count that is half as large on Saturdays and Sundays."""
    week = np.array([1.0, 1.1, 1.08, 1.05, 1.2, 0.6, 0.4])[(FIRST_DAY + np.arange(n)) % 7]
    level = generator.uniform(40, 400) * week * generator.gamma(30, 1 / 30, n)
    return Series.of(generator.poisson(level).astype(float), days=_days(n)), Terms(
        kind="count", higher_is_better=True, bounds=(0.0, None)
    )


ODD_FAMILIES: dict[str, Callable[[Generator, int], tuple[Series, Terms]]] = {
    "share of a fixed number": _fixed_number,
    "backlog": _backlog,
    "improved past the target": _improved,
    "uptime at the whole": _outages,
    "working week": _working_week,
}
ALL_FAMILIES = FAMILIES | ODD_FAMILIES


def honest(family: str, n: int, seed: int) -> Kpi:
    """One honest KPI over n days, the same for the same arguments."""
    place = [list(ALL_FAMILIES).index(family), n, seed]
    generator = np.random.default_rng(place)
    series, terms = ALL_FAMILIES[family](generator, n)
    series = series.take(np.flatnonzero(generator.random(n) >= GAP_SHARE))
    if np.isnan(terms.target):
        terms = replace(terms, target=_target(generator, series.values, terms))
    return Kpi(family=family, series=series, terms=terms, side=_side(generator, series, terms))


def scale(values: Floats) -> float:
    """Standard deviation of the bulk of the values."""
    low, high = np.quantile(values, [0.1587, 0.8413])
    return float(max((high - low) / 2, 1e-9))


def fails(values: Floats, terms: Terms) -> NDArray[np.bool_]:
    """Which values miss the target."""
    return values < terms.target if terms.higher_is_better else values > terms.target


def _days(n: int) -> NDArray[np.int64]:
    return FIRST_DAY + np.arange(n, dtype=np.int64)


def _target(generator: Generator, values: Floats, terms: Terms) -> float:
    """A round number that a quarter to two fifths of the values miss, as people choose targets."""
    share = generator.uniform(0.25, 0.4)
    exact = float(np.quantile(values, share if terms.higher_is_better else 1 - share))
    wanted = scale(values) / 4
    step = 10.0 ** np.floor(np.log10(wanted))
    for multiple in (5, 2, 1):
        if multiple * step <= wanted:
            return float(round(round(exact / (multiple * step)) * multiple * step, 9))
    return exact


def _side(generator: Generator, series: Series, terms: Terms) -> Side:
    values, n = series.values, len(series.values)
    spread = scale(values)
    step = float(10.0 ** np.floor(np.log10(spread / 4)))
    slipped = generator.random(n) < generator.uniform(0, 0.1)
    slips = slipped * generator.normal(0, generator.choice([0.5, 1.5, 4.0]) * spread, n)
    edited = generator.random(n) < generator.uniform(0.05, 0.15)
    drift = generator.normal(0, 0.2)
    revisions = edited * spread * generator.normal(drift, generator.choice([0.2, 0.5, 1.0]), n)
    failed = generator.random(n) < generator.uniform(0.15, 0.35)
    left_out = generator.random(n) < generator.uniform(0.01, 0.06)
    return Side(
        reported=np.round((values + slips) / step) * step,
        step=step,
        restated=values + revisions,
        row_failed=failed,
        row_left_out=left_out,
    )
