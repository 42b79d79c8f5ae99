"""Does a stretch of values come again, exactly or shifted, or does a value stand still?

Reason to flag: measured values repeat by chance at a known rate. A longer stretch that comes again,
or values carried forward more often than ties would occur, look copied; one value that stands for
longer than any other does is a feed that froze.

How to remedy: compare the listed periods with the system of record, and fill in what was missing.

Method: the longest repeated stretch of values, and of changes from value to value, against the
chance of equal ones and against how long other stretches are that come again, the longest row of
one value against all other rows, and ties of neighbours against ties of values far apart
(`signals/repetition.py`).
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
    minimum=30,
    false_alarm_rate=0.01,
    rate_holds=HONEST_SERIES,
    innocent_explanations=(
        "A feed was down and its last value was shown again.",
        "A plan or a schedule repeats by design.",
        "Days without work carry the value of the day before.",
        "A price, a rate or a limit stood by decision.",
        "A figure of several days was divided among them evenly.",
    ),
    invisible=(
        "copies that were altered by more than one constant",
        "a feed that shows 0, or a natural bound, for long",
        "series of few distinct values, and the fourth feed that froze for as long as three others",
        "copies of a few values where values follow from one another, as between readings",
    ),
    share=0.04,
)


@cache
def expectation() -> type[RowExpectation]:
    """Its class; the parameters say what the KPI's values are."""
    from expectations.signals.repetition import repetition

    return value_expectation(
        "ExpectBlocksNotToRepeat",
        "Expect no stretch of values to come again and none to stand still.",
        repetition,
        ("kind", "resolution"),
        of_target=False,
    )
