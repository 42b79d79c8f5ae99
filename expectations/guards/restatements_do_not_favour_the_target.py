"""Do restatements carry past periods over the target more often than edits of their size would?

Reason to flag: late bookings and corrections fall on good and bad periods alike. Edits that lift
past periods over the target, and end just inside it, look as if they were made for the target.

How to remedy: ask whoever changed the listed rows for the documents behind it, and attach the
approved change they belong to.

Method: periods that came to meet the target less those that came to miss it, with the sizes of the
edits exchanged among the edited periods, so that a drift they share is no finding. Changes of the
definition or the target are no edits. An edit under an approved change is not asked about: the
definition lists `approved_changes`, each with its id, the periods it speaks of, who approved it
when, and by when it is to be booked; an edit booked before the approval or after that day is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

from expectations.guard import Examination, Guard, Kind, Outcome, Row
from expectations.signal_guard import examination

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from decimal import Decimal

    from expectations.row_expectation import RowExpectation

GUARD = Guard(
    kind=Kind.STATISTICAL,
    # Every period with its value as it stands, a row for each edit and one where there is none.
    evidence="""
        with behind as (
            select
                kpi_id,
                scope,
                period_start,
                version,
                list(
                    concat_ws(
                        ' ',
                        coalesce(place, table_name || ' ' || row_key),
                        fate,
                        case when place is null then 'by ' else 'and saved by ' end || changed_by,
                        'on ' || cast(changed_at as date)
                    )
                    order by table_name, place, row_key
                ) as named
            from intermediate.int_restated_row
            group by all
        )
        select
            recorded.kpi_id,
            recorded.scope,
            recorded.period_start,
            recorded.value,
            edits.from_value,
            edits.to_value,
            edits.version - 1 as version_before,
            edits.version,
            edits.class,
            edits.restated_at,
            array_to_string(behind.named[:5], ', ')
                || case when len(behind.named) > 5 then ', …' else '' end as edited_rows
        from intermediate.int_kpi_value as recorded
        left join intermediate.int_restatement as edits
            on
                recorded.kpi_id = edits.kpi_id
                and recorded.scope = edits.scope
                and recorded.period_start = edits.period_start
                and edits.class not in ('formula', 'target')
        left join behind
            on
                edits.kpi_id = behind.kpi_id
                and edits.scope = behind.scope
                and edits.period_start = behind.period_start
                and edits.version = behind.version
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
        "who edited a cell of a workbook before somebody else saved it last",
        "a change that was approved for the target's sake",
    ),
    share=0.15,
)


_SHOWN = (
    "old_value",
    "value",
    "target",
    "version_before",
    "version",
    "class",
    "restated_at",
    "edited_rows",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedChange:
    """Edits of these periods were agreed before they were made. All days are included."""

    change: str
    first_period: date
    last_period: date
    approved_by: str
    approved_on: date
    booked_until: date

    @classmethod
    def read(cls, said: Mapping[str, str]) -> ApprovedChange:
        """From a definition. Raises TypeError for a key that is missing or unknown."""
        days = ("first_period", "last_period", "approved_on", "booked_until")
        read = {key: date.fromisoformat(said[key]) if key in days else said[key] for key in said}
        return cls(**read)  # type: ignore[arg-type]  # the keys are checked by the call

    def covers(self, edit: Row) -> bool:
        """Is it an edit of one of its periods, booked after the approval and in time?"""
        booked: date = edit["restated_at"].date()
        period: date = edit["period_start"]
        return (
            self.first_period <= period <= self.last_period
            and self.approved_on <= booked <= self.booked_until
        )


@cache
def expectation() -> type[RowExpectation]:
    """Its class; `approved_changes` are those under which an edit is not asked about."""
    from expectations.row_expectation import RowExpectation

    class ExpectRestatementsNotToFavourTheTarget(RowExpectation):
        """Expect edits of past periods not to carry them over the target."""

        approved_changes: tuple[dict[str, str], ...] = ()

        def examine(self, rows: list[Row]) -> Examination:
            return examine(rows, [ApprovedChange.read(said) for said in self.approved_changes])

    return ExpectRestatementsNotToFavourTheTarget


def examine(rows: Sequence[Row], approved: Sequence[ApprovedChange] = ()) -> Examination:
    """Judge the ledger of one scope: the edits of each period, and its target."""
    import numpy as np

    from expectations.signals.restatement import restatement
    from expectations.signals.series import Terms

    periods = [row for row in _periods(rows, approved) if None not in _margins(row)]
    covered = frozenset((row["scope"], row["period_start"]) for row in periods)
    if not periods:
        detail = "no period has both a value and a target"
        return Examination(outcome=Outcome.NOT_APPLICABLE, n=0, detail=detail)
    # Each period against the target that was in force: margins, so that the target is zero.
    before, after = np.array([_margins(row) for row in periods], dtype=np.float64).T
    terms = Terms(target=0.0, higher_is_better=periods[0]["direction"] != "lower_is_better")
    signal = restatement(before, after, terms)
    return examination(signal, periods, covered, shown=_SHOWN)


def _periods(rows: Sequence[Row], approved: Sequence[ApprovedChange]) -> Iterator[Row]:
    """One row a period, in order: `old_value` and `version_before` are those of the time before the
    edits that are asked about.

    What was edited under an approved change counts as if it had been so from the beginning.
    """
    ordered = sorted(rows, key=lambda row: row["period_start"])
    for _, of_period in groupby(ordered, key=lambda row: row["period_start"]):
        edits = list(of_period)
        asked = [
            edit
            for edit in edits
            if edit["restated_at"] is not None and not any(one.covers(edit) for one in approved)
        ]
        values = [edit[name] for edit in asked for name in ("from_value", "to_value")]
        old = None
        if edits[0]["value"] is not None and None not in values:
            old = edits[0]["value"] - sum(edit["to_value"] - edit["from_value"] for edit in asked)
        asked.sort(key=lambda edit: edit["restated_at"])
        first, last = (asked[0], asked[-1]) if asked else (edits[0], edits[0])
        named = dict.fromkeys(edit["edited_rows"] for edit in asked if edit["edited_rows"])
        edited = {"old_value": old, "version_before": first["version_before"]}
        edited |= {"edited_rows": "; ".join(named) or None}
        yield last | edited | {"restated_at": last["restated_at"] if asked else None}


def _margins(row: Row) -> tuple[Decimal | None, Decimal | None]:
    if row["target"] is None or row["value"] is None or row["old_value"] is None:
        return None, None
    return row["old_value"] - row["target"], row["value"] - row["target"]
