"""A correction of many periods of one series is one piece of news."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from reports.changes import changed
from sightline.marts import Row


def _row(period: date, before: str | None, after: str | None, **others: Any) -> Row:
    row = {
        "change_id": f"restatement.touches.north.{period}",
        "kpi_id": "touches",
        "scope": "north",
        "period_start": period,
        "class": "event",
        "from_value": None if before is None else Decimal(before),
        "to_value": None if after is None else Decimal(after),
        "name": "Touches",
        "unit_symbol": "a parcel",
        "decimals": 2,
        "grain": "week",
        "edits": None,
        "is_flip_to_pass": False,
        "is_flip_to_fail": False,
    }
    return row | others


def _headlines(*rows: Row) -> list[str]:
    return [story.headline.replace("\u202f", " ") for story in changed(rows, [], {}, "").stories]


def test_weeks_of_one_series_are_told_with_their_span_count_and_range_of_change() -> None:
    rows = (
        _row(date(2026, 1, 5), "3.10", "3.00"),
        _row(date(2025, 12, 8), "3.10", "2.80"),
        _row(date(2026, 2, 2), "3.10", None),
    )
    assert _headlines(*rows) == [
        (
            "Touches, north was restated for 3 weeks between the week of Mon 8 Dec 2025 "
            "and the week of Mon 2 Feb 2026, by −0.30 to −0.10 a parcel"
        )
    ]


def test_a_week_that_was_changed_twice_is_told_from_what_was_first_to_what_is_last() -> None:
    week = date(2026, 1, 5)
    assert _headlines(_row(week, "3.10", "3.00"), _row(week, "3.00", "2.90")) == [
        "Touches, north was restated for the week of Mon 5 Jan: 3.10 a parcel → 2.90 a parcel"
    ]


def test_another_scope_and_another_class_are_other_news() -> None:
    week = date(2026, 1, 5)
    rows = [
        _row(week, "3.10", "3.00"),
        _row(week, "3.10", "3.00", scope="south"),
        _row(week, "3.10", "3.00", **{"class": "formula"}),
    ]
    told = changed(rows, [], {}, "")
    assert len(told.stories) == 3
    assert told.subject.endswith(", and 2 more changes")


def test_days_are_told_as_days_and_an_equal_change_once() -> None:
    first, last = date(2026, 1, 5), date(2026, 1, 7)
    rows = [_row(day, "3.10", "3.00", grain="day") for day in (first, last)]
    assert _headlines(*rows) == [
        "Touches, north was restated for 2 days between Mon 5 Jan and Wed 7 Jan, by −0.10 a parcel"
    ]


def test_a_miss_that_became_a_hit_is_told_as_judged_otherwise() -> None:
    rows = [
        _row(date(2026, 1, 5), "3.30", "3.10", is_flip_to_pass=True),
        _row(date(2026, 1, 12), "3.30", "3.10", is_flip_to_pass=True),
        _row(date(2026, 1, 19), "3.10", "3.30", is_flip_to_fail=True),
        _row(date(2026, 1, 26), "3.10", "3.00"),
    ]
    told = changed(rows, [], {}, "")
    assert dict(told.stories[0].facts)["Judged"] == (
        "2 weeks: missed the target before, met now",
        "1 week: met the target before, missed now",
    )
    assert "No judgement" not in told.footer
    assert "Judged" not in dict(changed(rows[-1:], [], {}, "").stories[0].facts)


def test_rows_of_a_workbook_are_named_by_their_cells_as_far_as_anybody_reads() -> None:
    edit = {"table_name": "training", "fate": "changed", "changed_by": "mia", "changed_at": None}
    edits = [
        edit | {"row_key": f"row {number}", "place": f"a.xlsx A!C{number}"} for number in range(5)
    ]
    (story,) = changed([_row(date(2026, 1, 5), "3", "4", edits=edits)], [], {}, "").stories
    (told,) = dict(story.facts)["Rows"]
    assert told == (
        "5 rows of training changed: a.xlsx A!C0; a.xlsx A!C1; a.xlsx A!C2 and 2 more, "
        "last saved by mia"
    )
