"""Do the values vary less than chance allows, or less than they used to?

Reason to flag: counts of independent events scatter at least as chance does, and a process keeps
its restlessness unless it was changed. Smoother figures look evened out.

How to remedy: ask what changed on the day the series became calmer, and compare single periods with
the system of record.

Method: second differences against the Poisson or binomial floor where the events are declared
independent, else against the KPI's own past at equal level, in themselves and in proportion to the
level where no bounds say which of the two it is (`signals/variation.py`).
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
    minimum=24,
    false_alarm_rate=0.01,
    rate_holds=f"{HONEST_SERIES} Where events are declared independent that are not, it asks "
    "wrongly.",
    innocent_explanations=(
        "The process was stabilised, which is what it was meant to be.",
        "Capacity limits what a day can hold.",
        "Figures are averages over a longer time than before.",
        "The events depend on one another: deliveries follow a schedule.",
    ),
    invisible=(
        "figures that were evened out from the first day on",
        "evening out that only moves events between neighbouring days a little",
    ),
    share=0.74,
    share_falls=False,
)


@cache
def expectation() -> type[RowExpectation]:
    """Its class; the parameters say what the KPI's values are."""
    from expectations.signals.variation import variation

    return value_expectation(
        "ExpectVariationNotToBeBelowChance",
        "Expect values to vary as chance and their own past say.",
        variation,
        ("kind", "resolution", "lowest", "highest", "independent", "baseline_until"),
        of_target=False,
    )
