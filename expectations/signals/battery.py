"""All tests over one KPI, and what they add up to: a q-value each, one grade."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from expectations.grading import URGENT_LEVEL, WATCH_LEVEL
from expectations.guard import load
from expectations.judgement import Grade
from expectations.multiplicity import QUESTION_LEVEL, shared_q_values
from expectations.signals.bunching import at_target_and_limit
from expectations.signals.period_end import period_end
from expectations.signals.point_mass import point_mass
from expectations.signals.repetition import repetition
from expectations.signals.roundness import roundness
from expectations.signals.variation import variation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from expectations.signals.series import Series, Signal, Terms

# By the name of the guard that asks with it.
OF_VALUES: Mapping[str, Callable[[Series, Terms], Signal]] = {
    "values_do_not_bunch_at_the_target": at_target_and_limit,
    "values_do_not_sit_on_the_target": point_mass,
    "values_not_rounder_than_baseline": roundness,
    "variation_not_below_chance": variation,
    "blocks_do_not_repeat": repetition,
    "period_end_does_not_borrow": period_end,
}


@dataclass(frozen=True, slots=True)
class Composite:
    """The tests of one KPI together: q-values by test (of those that judged), and the grade."""

    q_values: Mapping[str, float]
    grade: Grade

    @property
    def smallest_q(self) -> float:
        """1 where nothing judged."""
        return min(self.q_values.values(), default=1.0)


def grade_of(q_value: float) -> Grade:
    """The grade that one test by itself has."""
    if q_value < URGENT_LEVEL:
        return Grade.D
    if q_value < QUESTION_LEVEL:
        return Grade.C
    return Grade.B if q_value < WATCH_LEVEL else Grade.A


def of_values(series: Series, terms: Terms) -> dict[str, Signal]:
    """What every test of the values alone says, by guard."""
    return {guard: test(series, terms) for guard, test in OF_VALUES.items()}


def compose(signals: Mapping[str, Signal]) -> Composite:
    """Corrected for the tests that judged, by their guards' shares; others are no pass.

    U nothing judged, A no q below 5 %, B one below 5 %, C one below 1 %, D one below 0.1 % or two
    tests below 1 %.
    """
    p_values = {guard: s.p_value for guard, s in signals.items() if s.p_value is not None}
    shares = [load(guard).GUARD.share_at(signals[guard].n) for guard in p_values]
    corrected = shared_q_values(list(p_values.values()), shares)
    q_values = dict(zip(p_values, corrected, strict=True))
    smallest = min(q_values.values(), default=1.0)
    asking = sum(q < QUESTION_LEVEL for q in q_values.values())
    if not q_values:
        return Composite(q_values, Grade.U)
    return Composite(q_values, Grade.D if asking > 1 else grade_of(smallest))
