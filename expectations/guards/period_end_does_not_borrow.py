"""Do the last days of a period rise where the first days of the next fall?

Reason to flag: a day does not know that a month ends. A rise before the end with a fall after it,
at one end after another, looks like bookings that were pulled forward.

How to remedy: compare the booking dates with delivery or service dates at the listed ends.

Method: the last days less the first of the next period, against the same difference at all other
days of the month (`signals/period_end.py`). For daily counts and amounts; of a total to date, what
each day added.
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
    minimum=100,
    false_alarm_rate=0.01,
    rate_holds=HONEST_SERIES,
    innocent_explanations=(
        "Customers order before the month ends, or are billed then.",
        "A monthly run books what came in over the month.",
        "Staff is planned by the calendar month.",
    ),
    invisible=(
        "values that are not daily",
        "pulling forward at fewer than five ends",
        "levels that end with the period, as of a backlog that is cleared",
    ),
    share=0.74,
    share_falls=False,
)


@cache
def expectation() -> type[RowExpectation]:
    """Its class; the parameters say what the KPI's values are."""
    from expectations.signals.period_end import period_end

    return value_expectation(
        "ExpectPeriodEndNotToBorrow",
        "Expect the end of a period not to borrow from the next.",
        period_end,
        ("kind", "independent"),
        of_target=False,
    )
