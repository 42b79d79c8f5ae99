"""Runs the whole battery over simulated KPIs and counts what it asks about."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.guards.families import FAMILIES
from benchmarks.guards.injector import BARS, Bar
from benchmarks.guards.simulator import Kpi, honest
from expectations.grading import WATCH_LEVEL
from expectations.multiplicity import QUESTION_LEVEL
from expectations.signals.battery import compose, of_values
from expectations.signals.reconciliation import against_target
from expectations.signals.removal import removal
from expectations.signals.restatement import restatement
from expectations.signals.series import LARGEST_P, Signal, judged

if TYPE_CHECKING:
    from collections.abc import Iterable

LENGTHS = (30, 90, 365, 2000)


@dataclass
class FalseAlarms:
    """Honest KPIs of one family and length: how many, asked about, watched.

    guards: how often each guard by itself had a p-value under 1 %; judged: had one at all.
    """

    count: int = 0
    asked: int = 0
    watched: int = 0
    guards: Counter[str] = field(default_factory=Counter)
    judged: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def __iadd__(self, other: FalseAlarms) -> FalseAlarms:
        self.count += other.count
        self.asked += other.asked
        self.watched += other.watched
        self.guards += other.guards
        self.judged += other.judged
        self.seconds += other.seconds
        return self


@dataclass
class Recall:
    """Manipulated KPIs of one bar: how many, found by the guard itself at 1 %, by the composite."""

    count: int = 0
    own: int = 0
    composite: int = 0

    def __iadd__(self, other: Recall) -> Recall:
        self.count += other.count
        self.own += other.own
        self.composite += other.composite
        return self


def examine(kpi: Kpi) -> dict[str, Signal]:
    """Every statistical guard's signal for one KPI."""
    side, terms = kpi.side, kpi.terms
    return of_values(kpi.series, terms) | {
        "restatements_do_not_favour_the_target": restatement(
            kpi.series.values, side.restated, terms
        ),
        "removed_rows_do_not_favour_the_target": removal(side.row_failed, side.row_left_out),
        "reported_matches_recomputed": reconciliation(kpi),
    }


def reconciliation(kpi: Kpi) -> Signal:
    """The test behind `reported_matches_recomputed`, on the simulated report."""
    side = kpi.side
    found = against_target(
        side.reported,
        kpi.series.values,
        kpi.terms.target,
        step=side.step,
        higher_is_better=kpi.terms.higher_is_better,
    )
    return judged(min(found.p_value, LARGEST_P), n=len(side.reported), observed="", expected="")


def false_alarms(family: str, n: int, seeds: Iterable[int]) -> FalseAlarms:
    """What the battery asks about honest KPIs of a family."""
    seen = FalseAlarms()
    for seed in seeds:
        kpi = honest(family, n, seed)
        begun = time.process_time()
        signals = examine(kpi)
        composite = compose(signals)
        seen.seconds += time.process_time() - begun
        seen.count += 1
        seen.asked += composite.smallest_q < QUESTION_LEVEL
        seen.watched += composite.smallest_q < WATCH_LEVEL
        seen.judged.update(guard for guard, signal in signals.items() if signal.p_value is not None)
        seen.guards.update(
            guard for guard, signal in signals.items() if (signal.p_value or 1.0) < QUESTION_LEVEL
        )
    return seen


def recall(bar: Bar, seeds: Iterable[int]) -> Recall:
    """What is asked about KPIs of the families that the bar is for, each seed of another one."""
    seen = Recall()
    families = bar.families or tuple(FAMILIES)
    for seed in seeds:
        kpi = honest(families[seed % len(families)], bar.periods, seed)
        generator = np.random.default_rng([BARS.index(bar), seed])
        signals = examine(bar.inject(kpi, bar.strength, generator))
        own = [signals[guard].p_value for guard in bar.guards]
        smallest = min((p for p in own if p is not None), default=1.0)
        seen.count += 1
        seen.own += len(bar.guards) * smallest < QUESTION_LEVEL
        seen.composite += compose(signals).smallest_q < QUESTION_LEVEL
    return seen
