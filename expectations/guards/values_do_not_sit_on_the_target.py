"""Do more values sit exactly on the target than on numbers that are as round?

Reason to flag: a value of exactly the target is as likely as its neighbours of the same roundness.
Many more of them look like figures that were filled in from the target.

How to remedy: ask for the source of the listed figures and let the report read them from there.

Method: the count on the target against a smooth curve through its neighbourhood, roundness taken
into account; places as round are placebos. A value that stands still counts once. A rate sits on
the target when its numerator is the first that reaches it (`signals/point_mass.py`).
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
        "The target is what a machine or a contract is set to.",
        "Work stops when the target is met.",
        "The figure is capped at the target by its definition.",
    ),
    invisible=(
        "values set a little beyond the target",
        "targets that fewer than three places near by are as round as",
        "targets beside a bound, or where values have room for few steps",
        "shares of a few, where of how many is not told",
    ),
    share=0.125,
)


@cache
def expectation() -> type[RowExpectation]:
    """Its class; the parameters say what the KPI's values are."""
    from expectations.signals.point_mass import point_mass

    return value_expectation(
        "ExpectValuesNotToSitOnTheTarget",
        "Expect no more values on the target than on places as round.",
        point_mass,
        ("kind", "resolution", "lowest", "highest"),
        of_target=True,
    )
