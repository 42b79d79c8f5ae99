"""Do the values bunch just inside the target, where some are missing just outside?

Reason to flag: values that fall freely do not know where the target is. An excess just inside it
and a hole just outside say that something moved them over: an effort, a rule, or a pen.

How to remedy: look at the listed periods with whoever books them, compare them with the system of
record, and write down what was done to reach the target in time.

Method: counts in bins about the target against a smooth curve through the neighbourhood, at several
widths; see `signals/bunching.py`. A value that stands still counts once. An approval limit is
looked at in the same way.
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
    minimum=60,
    false_alarm_rate=0.01,
    rate_holds=HONEST_SERIES,
    innocent_explanations=(
        "People tried harder when they were just short of the target.",
        "The process stops, or the next step begins, when the target is met.",
        "Values that miss the target are measured again, as the procedure says.",
        "The target was set where the values used to end.",
    ),
    invisible=(
        "fewer than a tenth of the near misses lifted, below 365 values",
        "values lifted far beyond the target, and a pile on both sides of it",
        "values exactly on a round target, which values_do_not_sit_on_the_target asks about",
        "a target at a natural bound of the values",
    ),
    share=0.74,
    share_falls=False,
)


@cache
def expectation() -> type[RowExpectation]:
    """Its class; the parameters say what the KPI's values are."""
    from expectations.signals.bunching import at_target_and_limit

    return value_expectation(
        "ExpectValuesNotToBunchAtTheTarget",
        "Expect no excess just inside the target with a hole just outside it.",
        at_target_and_limit,
        ("kind", "resolution", "lowest", "highest", "approval_limit"),
        of_target=True,
    )
