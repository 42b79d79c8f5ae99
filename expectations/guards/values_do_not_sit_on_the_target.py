"""Do more values sit exactly on the target than on numbers that are as round?

Reason to flag: a value of exactly the target is as likely as its neighbours of the same roundness.
Many more of them look like figures that were filled in from the target.

How to remedy: ask for the source of the listed figures and let the report read them from there.

Method: the count on the target against a smooth curve through the places as round as it. A rate
sits on the target when its numerator is the first that reaches it (`signals/point_mass.py`).
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
    ),
)


@cache
def expectation() -> type[RowExpectation]:
    """Its class; the parameters say what the KPI's values are."""
    from expectations.row_expectation import RowExpectation

    class ExpectValuesNotToSitOnTheTarget(RowExpectation):
        """Expect no more values on the target than on places as round."""

        kind: str | None = None
        resolution: Decimal | None = None
        lowest: Decimal | None = None
        highest: Decimal | None = None

        def examine(self, rows: list[Row]) -> Examination:
            return examine(
                rows,
                Declared(
                    kind=self.kind,
                    resolution=self.resolution,
                    lowest=self.lowest,
                    highest=self.highest,
                ),
            )

    return ExpectValuesNotToSitOnTheTarget


def examine(rows: Sequence[Row], declared: Declared) -> Examination:
    """Judge the values of one scope."""
    from expectations.signals.point_mass import point_mass

    return examine_values(rows, declared, point_mass)
