"""Honest KPIs: what an unmanaged number looks like, and what honest people leave beside it.

A series of a family with 3 % of gaps and a target; beside the values a report with slips, revisions
of past periods, and rows that were excluded for reasons that have nothing to do with the target.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.guards.families import FAMILIES
from benchmarks.guards.odd_families import ODD_FAMILIES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from expectations.signals.series import Series, Terms

    Floats = NDArray[np.float64]
    Generator = np.random.Generator

GAP_SHARE = 0.03
ALL_FAMILIES = FAMILIES | ODD_FAMILIES


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
