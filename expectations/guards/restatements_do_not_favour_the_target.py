"""Do restatements carry past periods over the target more often than edits of their size would?

Reason to flag: late bookings and corrections fall on good and bad periods alike. Edits that lift
past periods over the target, and end just inside it, look as if they were made for the target.

How to remedy: ask for the documents behind the listed edits, and attach the approved change they
belong to.

Method: periods that came to meet the target less those that came to miss it, with the sizes of the
edits exchanged among the edited periods, so that a drift they share is no finding. Changes of the
definition or the target are no edits.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from expectations.guard import Examination, Guard, Kind, Outcome, Row
from expectations.signal_guard import examination

if TYPE_CHECKING:
    from collections.abc import Sequence

    from expectations.row_expectation import RowExpectation

GUARD = Guard(
    kind=Kind.STATISTICAL,
    # Every period with its value as first published and as it stands, edited or not.
    evidence="""
        with edits as (
            select
                kpi_id,
                scope,
                period_start,
                from_value,
                to_value,
                row_number() over (
                    partition by kpi_id, scope, period_start order by restated_at
                ) as number,
                row_number() over (
                    partition by kpi_id, scope, period_start order by restated_at desc
                ) as number_from_last
            from intermediate.int_restatement
            where class not in ('formula', 'target')
        )

        select
            recorded.kpi_id,
            recorded.scope,
            recorded.period_start,
            coalesce(first_edit.from_value, recorded.value) as old_value,
            coalesce(last_edit.to_value, recorded.value) as value
        from intermediate.int_kpi_value as recorded
        left join edits as first_edit
            on
                recorded.kpi_id = first_edit.kpi_id
                and recorded.scope = first_edit.scope
                and recorded.period_start = first_edit.period_start
                and first_edit.number = 1
        left join edits as last_edit
            on
                recorded.kpi_id = last_edit.kpi_id
                and recorded.scope = last_edit.scope
                and recorded.period_start = last_edit.period_start
                and last_edit.number_from_last = 1
    """,
    part=("scope",),
    minimum=30,
    false_alarm_rate=0.01,
    rate_holds="when edits fall on periods regardless of how good these were, whatever they have "
    "in common. It does not hold where first figures are rough guesses: those that were too low "
    "by accident are corrected upwards by nature.",
    innocent_explanations=(
        "First figures are preliminary, and late bookings complete them.",
        "Periods just below the target are checked more carefully, and errors found there.",
        "A fault of the source was corrected for a stretch of bad periods.",
    ),
    invisible=(
        "edits made before the first pull",
        "edits that help without reaching the target",
        "fewer than five restated periods",
    ),
)


@cache
def expectation() -> type[RowExpectation]:
    """Its class; it takes no parameter."""
    from expectations.row_expectation import RowExpectation

    class ExpectRestatementsNotToFavourTheTarget(RowExpectation):
        """Expect edits of past periods not to carry them over the target."""

        def examine(self, rows: list[Row]) -> Examination:
            return examine(rows)

    return ExpectRestatementsNotToFavourTheTarget


def examine(rows: Sequence[Row]) -> Examination:
    """Judge the ledger of one scope: old_value and value of each period, and its target."""
    import numpy as np

    from expectations.signals.restatement import restatement
    from expectations.signals.series import Terms

    needed = ("old_value", "value", "target")
    usable = [row for row in rows if all(row[name] is not None for name in needed)]
    usable.sort(key=lambda row: row["period_start"])
    covered = frozenset((row["scope"], row["period_start"]) for row in usable)
    if not usable:
        detail = "no period has both a value and a target"
        return Examination(outcome=Outcome.NOT_APPLICABLE, n=0, detail=detail)
    # Each period against the target that was in force: margins, so that the target is zero.
    before = np.array([float(row["old_value"] - row["target"]) for row in usable])
    after = np.array([float(row["value"] - row["target"]) for row in usable])
    terms = Terms(target=0.0, higher_is_better=usable[0]["direction"] != "lower_is_better")
    return examination(restatement(before, after, terms), usable, covered)
