"""Do the values bunch just inside the target, where some are missing just outside?

Reason to flag: values that fall freely do not know where the target is. An excess just inside it
and a hole just outside say that something moved them over: an effort, a rule, or a pen.

How to remedy: look at the listed periods with whoever books them, compare them with the system of
record, and write down what was done to reach the target in time.

Method: counts in bins about the target against a smooth curve through the neighbourhood, at several
widths; see `signals/bunching.py`. An approval limit is looked at in the same way.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from expectations.guard import Examination, Guard, Kind, Row
from expectations.signal_guard import HONEST_SERIES, VALUES, Declared, examine_values

if TYPE_CHECKING:
    from collections.abc import Sequence

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
        "values lifted far beyond the target",
        "a target at a natural bound of the values",
    ),
)


@cache
def expectation() -> type[RowExpectation]:
    """Its class; the parameters say what the KPI's values are."""
    from expectations.row_expectation import RowExpectation

    class ExpectValuesNotToBunchAtTheTarget(RowExpectation):
        """Expect no excess just inside the target with a hole just outside it."""

        kind: str | None = None
        resolution: Decimal | None = None
        lowest: Decimal | None = None
        highest: Decimal | None = None
        approval_limit: Decimal | None = None

        def examine(self, rows: list[Row]) -> Examination:
            return examine(
                rows,
                Declared(
                    kind=self.kind,
                    resolution=self.resolution,
                    lowest=self.lowest,
                    highest=self.highest,
                    approval_limit=self.approval_limit,
                ),
            )

    return ExpectValuesNotToBunchAtTheTarget


def examine(rows: Sequence[Row], declared: Declared) -> Examination:
    """Judge the values of one scope."""
    from expectations.signals.bunching import at_target_and_limit

    return examine_values(rows, declared, at_target_and_limit)
