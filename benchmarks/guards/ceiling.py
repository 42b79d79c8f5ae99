"""How many values set to the target a test finds that is told what no guard can know.

Every KPI is drawn again over the same level, week, trend and shifts: how many of those values lie
on the target is how many lie there by chance. A guard has to estimate that from one series that
somebody has edited; what this test does not find, no count of values on the target does.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import pdtrc

from benchmarks.guards.families import FAMILIES
from benchmarks.guards.injector import BARS, Bar
from benchmarks.guards.simulator import honest
from expectations.multiplicity import QUESTION_LEVEL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from expectations.signals.series import Series, Terms

REDRAWN = 100
# What falls anew: the noise of every day, the events, and to which step a day was rounded.
CHANCE = ("standard_normal", "poisson", "binomial", "choice")


class _Again:
    """Draws of a generator, kept: all but those of chance are the same whenever it is rewound."""

    def __init__(self, generator: np.random.Generator, n: int) -> None:
        self._generator, self._n = generator, n
        self._kept: list[Any] = []
        self._at = 0

    def rewind(self) -> None:
        self._at = 0

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def draw(*args: Any, **options: Any) -> Any:
            known = self._at < len(self._kept)
            kept = self._kept[self._at] if known else None
            if kept is None or (name in CHANCE and np.size(kept) >= self._n):
                drawn = getattr(self._generator, name)(*args, **options)
                if not known:
                    self._kept.append(drawn)
                kept = drawn
            self._at += 1
            return kept

        return draw


def found_by_density(bar: Bar, seeds: Iterable[int]) -> tuple[int, int]:
    """How many of the bar's KPIs have p < 1 %, and how many there are."""
    found = count = 0
    families = tuple(FAMILIES)
    for seed in seeds:
        family = families[seed % len(families)]
        kpi = honest(family, bar.periods, seed)
        generator = np.random.default_rng([BARS.index(bar), seed])
        edited = bar.inject(kpi, bar.strength, generator)
        by_chance = len(kpi.series.values) * _density(family, bar.periods, seed, kpi.terms)
        on_target = int(_on_target(edited.series, kpi.terms).sum())
        found += float(pdtrc(on_target - 1, by_chance)) < QUESTION_LEVEL
        count += 1
    return found, count


def _density(family: str, n: int, seed: int, terms: Terms) -> float:
    """The share of values on the target, over many series of the same level."""
    again: Any = _Again(np.random.default_rng([list(FAMILIES).index(family), n, seed]), n)
    shares = []
    for _ in range(REDRAWN + 1):
        again.rewind()
        series, drawn = FAMILIES[family](again, n)
        shares.append(_on_target(series, replace(drawn, target=terms.target)).mean())
    return float(np.mean(shares[1:]))


def _on_target(series: Series, terms: Terms) -> NDArray[np.bool_]:
    """Which values are the target, or rates that just reach it."""
    if series.numerators is None or series.denominators is None:
        return np.asarray(np.abs(series.values - terms.target) < 1e-9 * max(1, abs(terms.target)))
    exact = terms.target * series.denominators / 100
    first = np.ceil(exact - 1e-6) if terms.higher_is_better else np.floor(exact + 1e-6)
    return np.asarray(first == series.numerators)
