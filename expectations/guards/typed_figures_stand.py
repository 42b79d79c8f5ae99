"""Were figures typed by hand typed in time, and left as they were published?

Reason to flag: a typed figure has no record behind it; all that vouches for it is that somebody
wrote it down when it happened. One that appears after its period was published was written from
memory, and one that was changed after that is no longer the figure the decision rested on.

How to remedy: ask whoever keeps the file what the figure was corrected by, keep the old one beside
the new, and pull the figure from a system of record wherever there is one.

Method: every reading of the file is kept, so each typed figure is followed by the week and the site
it speaks of. What the first reading of all brought in is history: nobody can say when it was typed.
A change after publication contests the number; a late first figure is asked about.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from expectations.guard import Examination, Guard, Kind, Outcome, Row, Suspicion
from expectations.publication import published_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from expectations.row_expectation import RowExpectation

GUARD = Guard(
    kind=Kind.STRUCTURAL,
    evidence="""
        select
            kept.kpi_id,
            figures.*,
            min(figures.seen_at) over (partition by kept.kpi_id) as begun_at
        from staging.stg_sheets__typed_figure as figures
        inner join (select distinct kpi_id, file from intermediate.int_workbook_line) as kept
            on figures.file = kept.file
    """,
    part=("file", "scope"),
    every_number=False,
    minimum=1,
    false_alarm_rate=0.0,
    rate_holds="for the fact that the figure came late or changed; it says nothing about why.",
    innocent_explanations=(
        "The figure was corrected from a document that came in later.",
        "Whoever keeps the file was away, and the figure was noted elsewhere in time.",
        "The file had been saved in another place, and was put into the folder late.",
    ),
    invisible=(
        "a figure that was wrong from the beginning",
        "figures of the first reading: they are history, typed nobody knows when",
        "a change made and taken back between two readings",
    ),
)


@cache
def expectation() -> type[RowExpectation]:
    """Class of the expectation; it takes no parameter."""
    from expectations.row_expectation import RowExpectation

    class ExpectTypedFiguresToStand(RowExpectation):
        """Expect figures typed by hand to be there in time and to stay as they were published."""

        def examine(self, rows: list[Row]) -> Examination:
            return examine(rows)

    return ExpectTypedFiguresToStand


def examine(rows: Sequence[Row]) -> Examination:
    """Judge the typed figures of one file about one scope, a row for each time one was new."""
    covered = frozenset((row["scope"], row["period_start"]) for row in rows)
    ordered = sorted(
        rows, key=lambda row: (row["period_start"], row["column_name"], row["seen_at"])
    )
    suspicions = tuple(suspicion for row in ordered for suspicion in _asked(row))
    return Examination(
        outcome=Outcome.JUDGED,
        n=len(covered),
        detail=f"{len(suspicions)} figures of {len(covered)} weeks came late or changed",
        covered=covered,
        unexpected_count=len(suspicions),
        suspicions=suspicions,
    )


def _asked(row: Row) -> Iterator[Suspicion]:
    published = published_at(row["period_start"], row)
    if row["seen_at"] <= published or row["seen_at"] == row["begun_at"]:
        return
    is_change = row["value_before"] is not None
    seen = f"{row['seen_at']:%Y-%m-%d}"
    what = f"{row['column_name']} ({row['scope']}) for the week of {row['period_start']}"
    if is_change:
        observed = (
            f"{_plain(row['value_before'])} until {seen}, {_plain(row['value_number'])} since"
        )
        ask = "What was it corrected by?"
    else:
        observed = f"{_plain(row['value_number'])}, first there on {seen}"
        ask = "What was it written from?"
    expected = f"the figure as it was published on {published:%Y-%m-%d}"
    yield Suspicion(
        scope=row["scope"],
        period_start=row["period_start"],
        periods=frozenset({row["period_start"]}),
        place=f"{row['file']} {row['column_name']} {row['period_start']} {row['seen_at']}",
        observed=observed,
        expected=expected,
        question=f"{row['file']}, {what}: {observed}; published was on {published:%Y-%m-%d}. {ask}",
        evidence={
            "file": row["file"],
            "sheet": row["sheet"],
            "cell": row["cell"],
            "value_before": row["value_before"],
            "value": row["value_number"],
            "seen_at": str(row["seen_at"]),
            "modified_by": row["modified_by"],
            "modified_at": str(row["modified_at"]),
        },
        contests=is_change,
    )


def _plain(value: Any) -> str:
    return f"{value.normalize():f}" if hasattr(value, "normalize") else str(value)
