"""Was less asked of the KPI once it was known what it would come to?

Reason to flag: a target that is eased when its period has begun, that counts from before it was
approved, or that is posted for periods already published, and a formula that lifts published
periods over their target, all make a number look better without anything having got better.
Published periods go on being judged by what was promised before, so no number is contested.

How to remedy: let who approved it say why in the commit or as an answer to the finding, let new
targets begin with a period that has not begun yet, and keep the old formula for published periods.

Method: every change of the KPI's definition that a landing saw (`fct_definition_change`), every
approval in force, and every published value that a new formula lifted over its target.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from expectations.guard import Examination, Guard, Kind, Outcome, Row, Suspicion

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from expectations.row_expectation import RowExpectation

GUARD = Guard(
    kind=Kind.STRUCTURAL,
    evidence="""
        select
            split_part(definition_id, '/', 1) as kpi_id,
            'all' as scope,
            cast(null as date) as period_start,
            'change' as said,
            kind,
            field,
            change,
            old_value,
            new_value,
            cast(seen_at as date) as known_on,
            case when kind = 'kpi_target' then cast(split_part(definition_id, '/', 2) as date) end
                as begins_on,
            is_loosening,
            is_retroactive,
            file,
            author,
            commit_id
        from marts.fct_definition_change
        where kind in ('kpi', 'kpi_target', 'kpi_guard')
        union all
        select
            kpi_id, 'all', null, 'approval', 'kpi_target', 'target', null, null,
            cast(target as varchar), approved_on, valid_from, false, false, null, approved_by, null
        from staging.stg_definitions__kpi_target
        union all
        select
            kpi_id, scope, null, 'lift', 'formula', 'value', null, cast(from_value as varchar),
            cast(to_value as varchar), cast(restated_at as date), period_start, true, true, null,
            null, null
        from marts.fct_restatement
        where class = 'formula' and is_flip_to_pass
        union all
        select
            kpi_id, 'all', null, 'definition', 'kpi', 'id', null, null, kpi_id, null, null,
            false, false, null, null, null
        from staging.stg_definitions__kpi
    """,
    part=("kpi_id",),
    minimum=1,
    false_alarm_rate=0.0,
    rate_holds="for the fact that the definition moved; it says nothing about why.",
    innocent_explanations=(
        "The target had been agreed in time and was only written down late.",
        "The old target rested on a mistake that was found when the period closed.",
        "The work or the scope was reduced by a decision above the KPI's owner.",
        "The formula was corrected, and the correction is right for past periods too.",
    ),
    invisible=(
        "what was agreed before the definitions were first read",
        "a change that was made and taken back between two readings",
        "a target that was easy from the beginning",
    ),
)
WEEK = timedelta(days=7)


@cache
def expectation() -> type[RowExpectation]:
    """Its class; `days` before a period's close from which easing its target is asked about."""
    from expectations.row_expectation import RowExpectation

    class ExpectDefinitionToBeUnchangedAfterClose(RowExpectation):
        """Expect no definition to ask less of a period that has begun, closed or was published."""

        days: int = 7

        def examine(self, rows: list[Row]) -> Examination:
            return examine(rows, days=self.days)

    return ExpectDefinitionToBeUnchangedAfterClose


def examine(rows: Sequence[Row], *, days: int = 7) -> Examination:
    """Judge what was said of one KPI's definition."""
    suspicions = tuple(
        suspicion for row in sorted(rows, key=_order) for suspicion in _asked(row, days)
    )
    said = [row for row in rows if row["said"] != "definition"]
    if not said:
        detail = "nothing was promised of it, and nothing changed"
        covered = frozenset[tuple[str, date]]()
        outcome = Outcome.NOT_APPLICABLE
        return Examination(outcome=outcome, n=0, detail=detail, covered=covered)
    return Examination(
        outcome=Outcome.JUDGED,
        n=len(said),
        detail=f"{len(suspicions)} of {len(said)} changes and approvals came late",
        covered=frozenset(("all", _monday(row["begins_on"] or row["known_on"])) for row in said),
        unexpected_count=len(suspicions),
        suspicions=suspicions,
    )


def _asked(row: Row, days: int) -> Iterator[Suspicion]:
    """The one question a change or an approval gives rise to, if any."""
    known, begins = row["known_on"], row["begins_on"]
    moved = _moved(row)
    if row["said"] == "approval" and begins < known:
        yield _suspicion(
            row,
            rule="effective_before_approved",
            observed=f"a target of {_short(row['new_value'])} from {begins}, approved on {known}",
            expected=f"an approval by {begins}",
            ask="Who decided in between?",
        )
    elif row["said"] == "lift":
        yield _suspicion(
            row,
            rule="formula_lifts_published",
            observed=f"the week of {begins} went from {_short(row['old_value'])} to "
            f"{_short(row['new_value'])} when the formula changed, and now reaches its target",
            expected="published periods as the formula of their time yields them",
            ask="Why does the new formula hold for periods that were published?",
        )
    elif row["said"] != "change":
        return
    elif row["is_retroactive"] and known > _monday(begins) + WEEK + _grace(row):
        yield _suspicion(
            row,
            rule="posted_beyond_grace",
            observed=f"{moved} for periods from {begins} on, first seen on {known}",
            expected=f"nothing new for a week published on {_monday(begins) + WEEK + _grace(row)}",
            ask="Why was it posted after the week was published?",
        )
    elif row["is_loosening"] and (
        begins is None or known >= _monday(begins) + WEEK - timedelta(days=days)
    ):
        begun = "for periods already closed" if begins is None else f"for the week of {begins}"
        yield _suspicion(
            row,
            rule="loosened_near_close",
            observed=f"{moved} {begun}, first seen on {known}",
            expected=f"less asked only of periods that close {days} days later or more",
            ask="What was it based on?",
        )


def _suspicion(row: Row, *, rule: str, observed: str, expected: str, ask: str) -> Suspicion:
    period = _monday(row["begins_on"] or row["known_on"] - WEEK)
    by = f" by {row['author']}" if row["author"] not in (None, "unknown") else ""
    kept: dict[str, Any] = {
        name: row[name]
        for name in ("kind", "field", "old_value", "new_value", "file", "author", "commit_id")
        if row[name] is not None
    }
    return Suspicion(
        scope=row["scope"],
        period_start=period,
        periods=frozenset({period}),
        place=f"{rule} {row['field']} {row['begins_on']} {row['known_on']}",
        observed=observed,
        expected=expected,
        question=f"{row['kpi_name']}: {observed}{by}. {ask}",
        evidence={"rule": rule, "known_on": row["known_on"], "begins_on": row["begins_on"]} | kept,
        contests=False,
    )


def _moved(row: Row) -> str:
    if row["old_value"] is None:
        return f"{row['field']} set to {row['new_value']}"
    if row["new_value"] is None:
        return f"{row['field']} {row['old_value']} taken away"
    return f"{row['field']} {row['old_value']} → {row['new_value']}"


def _order(row: Row) -> tuple[str, str, str, str]:
    return (row["said"], str(row["known_on"]), str(row["begins_on"]), row["field"])


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _grace(row: Row) -> timedelta:
    return timedelta(days=row["grace_days"])


def _short(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number else number
