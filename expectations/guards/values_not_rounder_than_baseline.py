"""Are the values rounder than they used to be, or than their denominators allow?

Reason to flag: measured values do not become round by themselves. More round figures than in the
KPI's own past, or more whole percentages than the denominators yield, look typed.

How to remedy: ask where the listed figures were taken from; if rounding was introduced, declare the
resolution and the day it began.

Method: the share of round values after a baseline against that before it among values of as many
digits (`signals/roundness.py`), or for rates numerators nearest to a whole percentage against those
a little farther from one (`signals/typed_percentages.py`). A rise counts beyond what the share of
round values drifts by itself. Where all values in a row have fewer digits for long, or are on any
coarser step for 200 values, the resolution changed: that is said and not asked about, unless a
finer resolution or the end of the past is declared. Digits alone are never judged.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from expectations.guard import Guard, Kind
from expectations.signal_guard import HONEST_SERIES, VALUES, value_expectation

if TYPE_CHECKING:
    from expectations.row_expectation import RowExpectation

GUARD = Guard(
    kind=Kind.STATISTICAL,
    evidence=VALUES,
    part=("scope",),
    minimum=40,
    false_alarm_rate=0.01,
    rate_holds=HONEST_SERIES,
    innocent_explanations=(
        "Rounding was introduced by a new form, system or rule.",
        "Figures are estimated where the measurement failed.",
        "Contingents or shifts come in round numbers.",
    ),
    invisible=(
        "figures without a denominator that were round from the first day on",
        "figures typed with plausible digits",
        "figures that from some day on are all typed with fewer digits, as if published so",
        "more round figures where their share comes and goes by itself",
    ),
    share=0.07,
)


@cache
def expectation() -> type[RowExpectation]:
    """Its class; the parameters say what the KPI's values are."""
    from expectations.signals.roundness import roundness

    return value_expectation(
        "ExpectValuesNotToBeRounderThanTheirBaseline",
        "Expect values as round as they used to be, and as their denominators allow.",
        roundness,
        ("kind", "resolution", "baseline_until"),
        of_target=False,
    )
