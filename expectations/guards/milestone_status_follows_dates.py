"""Does a milestone's status say what its dates say?

Reason to flag: a milestone that is called green while its date slid, that has been nearly done for
weeks, or whose date is moved when it is just about to be missed never turns red, and the plan it
belongs to looks kept until it is lost.

How to remedy: ask whoever keeps the plan when it was known that the date would not hold, keep the
first date beside the new one, and split what is nearly done into what is done and what is not.

Method: every date a milestone was promised for (`int_milestone_date`), the health it is labelled
with in the tracker (`health:green`), and the day from which nine tenths of its effort were booked.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

from expectations.guard import Examination, Guard, Kind, Outcome, Row, Suspicion

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from expectations.row_expectation import RowExpectation

GUARD = Guard(
    kind=Kind.STRUCTURAL,
    evidence="""
        with nearly_done as (
            select issue_id, min(cast(updated_at as date)) as nearly_done_since
            from staging.stg_tracker__issue_version
            where spent_seconds >= 0.9 * estimate_seconds and estimate_seconds > 0
            group by issue_id
        )
        select
            called.kpi_id,
            'all' as scope,
            cast(null as date) as period_start,
            dates.issue_id,
            dates.issue_key,
            dates.summary,
            dates.promise_number,
            cast(dates.promised_at as date) as promised_on,
            dates.due_date,
            dates.due_date_before,
            dates.days_moved,
            dates.superseded_at is null as is_current,
            issues.status,
            issues.labels,
            cast(issues.resolved_at as date) as resolved_on,
            nearly_done.nearly_done_since,
            -- the day the last week closed: within a week nothing here becomes older
            cast(date_trunc('week', moments.as_of) as date) as today
        from intermediate.int_milestone_date as dates
        inner join staging.stg_tracker__issue as issues on dates.issue_id = issues.issue_id
        left join nearly_done on dates.issue_id = nearly_done.issue_id
        cross join staging.stg_definitions__kpi_guard as called
        cross join intermediate.int_as_of as moments
        where called.guard = 'milestone_status_follows_dates'
    """,
    part=("kpi_id",),
    minimum=1,
    false_alarm_rate=0.0,
    rate_holds="for the fact that date and status differ; it says nothing about why.",
    innocent_explanations=(
        "What the milestone waited for came late from outside the team.",
        "The new date was agreed earlier and only written down now.",
        "The milestone was given more to do, and its date moved with that.",
        "Nobody looks at the label; the date is what is steered by.",
    ),
    invisible=(
        "a date that was moved before the tracker was first read, where it keeps no history",
        "a date that was soft from the beginning",
        "a milestone that was called done and was not",
    ),
)
_GREEN = ("health:green", "status:green", "health:on_track")
WEEK = timedelta(days=7)


@cache
def expectation() -> type[RowExpectation]:
    """Its class; `notice_days` a move must precede its date by, `stuck_days` nearly done."""
    from expectations.row_expectation import RowExpectation

    class ExpectMilestoneStatusToFollowDates(RowExpectation):
        """Expect no milestone to stay green while its date slides, nor to be moved when due."""

        notice_days: int = 7
        stuck_days: int = 21

        def examine(self, rows: list[Row]) -> Examination:
            return examine(rows, notice_days=self.notice_days, stuck_days=self.stuck_days)

    return ExpectMilestoneStatusToFollowDates


def examine(rows: Sequence[Row], *, notice_days: int = 7, stuck_days: int = 21) -> Examination:
    """Judge the milestones behind one KPI, each with every date it was promised for."""
    ordered = sorted(rows, key=lambda row: (row["issue_key"], row["promise_number"]))
    milestones: dict[str, list[Row]] = {}
    for row in ordered:
        milestones.setdefault(row["issue_key"], []).append(row)
    suspicions = tuple(
        suspicion
        for dates in milestones.values()
        for suspicion in (
            *_moved_when_due(dates, notice_days),
            *_green_while_sliding(dates),
            *_nearly_done(dates, stuck_days),
        )
    )
    return Examination(
        outcome=Outcome.JUDGED,
        n=len(milestones),
        detail=f"{len(suspicions)} oddities in the dates of {len(milestones)} milestones",
        covered=frozenset(("all", _closed_week(row["today"])) for row in rows),
        unexpected_count=len(suspicions),
        suspicions=suspicions,
    )


def _moved_when_due(dates: Sequence[Row], notice_days: int) -> Iterator[Suspicion]:
    for row in dates:
        before = row["due_date_before"]
        if before is None or (row["days_moved"] or 0) <= 0:
            continue
        notice = (before - row["promised_on"]).days
        if notice < notice_days:
            when = f"{notice} days before" if notice > 0 else f"{-notice} days after"
            yield _suspicion(
                row,
                rule="moved_when_due",
                day=before,
                observed=f"its date moved from {before} to {row['due_date']} {when} it was due",
                expected=f"a move known {notice_days} days ahead",
                ask="Since when was it known that the date would not hold?",
            )


def _green_while_sliding(dates: Sequence[Row]) -> Iterator[Suspicion]:
    now = dates[-1]
    slid = sum(row["days_moved"] or 0 for row in dates)
    label = next((label for label in _GREEN if f'"{label}"' in (now["labels"] or "")), None)
    if label and slid > 0 and now["resolved_on"] is None:
        yield _suspicion(
            now,
            rule="green_while_sliding",
            day=now["due_date"] or now["today"],
            observed=f"labelled {label} while its date slid by {slid} days to {now['due_date']}",
            expected="a status that follows the date",
            ask="What makes it green?",
        )


def _nearly_done(dates: Sequence[Row], stuck_days: int) -> Iterator[Suspicion]:
    now = dates[-1]
    since = now["nearly_done_since"]
    if since is None or now["resolved_on"] is not None:
        return
    if (now["today"] - since).days >= stuck_days:
        yield _suspicion(
            now,
            rule="nearly_done",
            day=now["today"],
            observed=f"nine tenths of its effort spent since {since}, and not done",
            expected=f"done within {stuck_days} days of that",
            ask="What is left to do?",
        )


def _suspicion(
    row: Row, *, rule: str, day: date, observed: str, expected: str, ask: str
) -> Suspicion:
    period = min(day - timedelta(days=day.weekday()), _closed_week(row["today"]))
    return Suspicion(
        scope=row["scope"],
        period_start=period,
        periods=frozenset({period}),
        place=f"{row['issue_key']} {rule} {row['promise_number']}",
        observed=observed,
        expected=expected,
        question=f"{row['issue_key']} “{row['summary']}”: {observed}. {ask}",
        evidence={
            "issue": row["issue_key"],
            "rule": rule,
            "status": row["status"],
            "promised_on": row["promised_on"],
            "due_date": row["due_date"],
            "due_date_before": row["due_date_before"],
        },
        contests=False,
    )


def _closed_week(today: date) -> date:
    """Monday of the last week that is over."""
    return today - timedelta(days=today.weekday()) - WEEK
