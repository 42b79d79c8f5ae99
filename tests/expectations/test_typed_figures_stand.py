"""A typed figure that came late is asked about; one changed after publication is contested."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from expectations.guards.typed_figures_stand import examine
from expectations.judge import judge
from tests.expectations.firm import AS_OF, Definitions, Warehouse, week

MONDAY = date(2026, 10, 5)  # published with its grace of 7 days on 19 October in Berlin


def figure(seen_at: str, before: int | None = None, **told: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "scope": "north",
        "period_start": MONDAY,
        "file": "complaints.xlsx",
        "column_name": "Complaints",
        "sheet": "Complaints",
        "cell": "C9",
        "value_before": None if before is None else Decimal(before),
        "value_number": Decimal(180),
        "modified_by": "site-office@northline.example",
        "modified_at": datetime.fromisoformat("2026-10-12 05:40"),
        "seen_at": datetime.fromisoformat(seen_at),
        "begun_at": datetime.fromisoformat("2026-09-01 06:00"),
        "grace_days": 7,
        "grain": "week",
        "time_zone": "Europe/Berlin",
    }
    return row | told


def asked(*rows: dict[str, Any]) -> list[tuple[str, bool]]:
    return [(one.observed, one.contests) for one in examine(rows).suspicions]


def test_a_figure_typed_and_corrected_in_time_stands() -> None:
    assert asked(figure("2026-10-12 06:00"), figure("2026-10-18 21:59", before=200)) == []


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (
            figure("2026-10-18 22:01", before=200),
            ("200 until 2026-10-18, 180 since", True),
        ),
        (figure("2026-10-20 06:00"), ("180, first there on 2026-10-20", False)),
    ],
)
def test_what_comes_after_publication_is_asked_about_and_a_change_contests(
    row: dict[str, Any], found: tuple[str, bool]
) -> None:
    assert asked(row) == [found]


def test_what_the_first_reading_brought_is_history() -> None:
    first = datetime.fromisoformat("2026-10-26 06:00")
    assert asked(figure("2026-10-26 06:00", begun_at=first)) == []


def test_a_typed_number_that_stands_is_trusted_and_a_changed_one_contested(
    warehouse: Warehouse,
) -> None:
    for number in range(4):
        warehouse.value("complaint_rate", "north", number, 14)
    warehouse.line("north", 0, 2, kpi_id="complaint_rate", file="complaints.xlsx")
    rows = [(week(number), None, 170, "2025-06-01 06:00") for number in range(4)]
    rows.append((week(2), 170, 120, "2026-03-01 06:00"))
    for period, before, value, seen_at in rows:
        warehouse.connection.execute(
            "insert into staging.stg_sheets__typed_figure values "
            "('complaints.xlsx', 'north', ?, 'Complaints', 'Complaints', 'C9', "
            "?, ?, 'somebody', ?, ?)",
            [period, before, value, seen_at, seen_at],
        )
    definitions = Definitions({"complaint_rate": ("typed", {"typed_figures_stand": {}})})
    judgement = judge(warehouse.connection, definitions, as_of=AS_OF)
    verdicts = judgement.verdicts
    told = {row.period_start: row.verdict.value for row in verdicts}
    assert [told[week(number)] for number in range(4)] == [
        "trusted",
        "trusted",
        "contested",
        "trusted",
    ]
    (finding,) = judgement.findings
    assert (finding.evidence["sheet"], finding.evidence["cell"]) == ("Complaints", "C9")
    assert (finding.evidence["modified_by"], finding.evidence["modified_at"]) == (
        "somebody",
        "2026-03-01 06:00:00",
    )
