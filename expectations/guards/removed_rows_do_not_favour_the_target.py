"""Are rows that miss their limit removed, excluded or overridden more often than rows that meet it?

Reason to flag: exclusions are meant for rows that do not belong, and those meet and miss the limit
like all others. When mostly failing rows are left out, the KPI is better than what happened.

How to remedy: ask for the reason of each listed exclusion, and let exclusions follow a rule that is
written down and does not look at the result.

Method: Fisher's exact test of failing rows among those left out against all rows of the KPI.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from expectations.guard import Examination, Guard, Kind, Row
from expectations.signal_guard import examination

if TYPE_CHECKING:
    from collections.abc import Sequence

    from expectations.row_expectation import RowExpectation

GUARD = Guard(
    kind=Kind.STATISTICAL,
    # One row for each row left out of a value of the KPI; those that count are counted together.
    evidence="""
        select
            kpi_id,
            scope,
            period_start,
            row_key,
            fate,
            is_failing,
            is_left_out,
            row_count
        from intermediate.int_kpi_row_fate
    """,
    part=("scope",),
    every_number=False,
    minimum=30,
    false_alarm_rate=0.01,
    rate_holds="when rows are left out for reasons that have nothing to do with their result. It "
    "does not hold where the reason makes rows fail: a planned stop is both down and excluded.",
    innocent_explanations=(
        "The rule for exclusions names causes that make rows fail, such as planned stops.",
        "Faulty measurements fail and are removed.",
        "Failing rows are looked at more closely, and their errors found.",
    ),
    invisible=(
        "rows that were never entered",
        "rows whose result was changed instead of being left out",
        "a limit that was set after the rows were left out",
    ),
    share=0.24,
    share_falls=False,
)


@cache
def expectation() -> type[RowExpectation]:
    """Its class; it takes no parameter."""
    from expectations.row_expectation import RowExpectation

    class ExpectRemovedRowsNotToFavourTheTarget(RowExpectation):
        """Expect rows left out to miss their limit as often as all rows do."""

        def examine(self, rows: list[Row]) -> Examination:
            return examine(rows)

    return ExpectRemovedRowsNotToFavourTheTarget


def examine(rows: Sequence[Row]) -> Examination:
    """Judge one scope by is_failing and is_left_out of each row, and for how many it stands."""
    import numpy as np

    from expectations.signals.removal import removal

    known = [row for row in rows if row["is_failing"] is not None]
    failed = np.array([bool(row["is_failing"]) for row in known], dtype=bool)
    left_out = np.array([bool(row["is_left_out"]) for row in known], dtype=bool)
    each = np.repeat(np.arange(len(known)), [row["row_count"] for row in known])
    signal = removal(failed[each], left_out[each])
    covered = frozenset((row["scope"], row["period_start"]) for row in known)
    return examination(
        replace(signal, rows=np.unique(each[signal.rows])),
        known,
        covered,
        shown=("row_key", "fate", "is_failing"),
    )
