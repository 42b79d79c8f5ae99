"""A snapshot lands whole, only when something in it changed, and its types are never guessed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ingestion.pull import land
from sightline.errors import SightlineEnvironmentError, UsageError
from sightline.home import Home
from tests.ingestion.conftest import SEEN_AT, Rows

VERDICT = {"kpi_id": "sorter_uptime", "scope": "north", "verdict": "trusted", "grade": "A"}
NEWEST = (
    "(select _dlt_load_id from raw_integrity.landing order by _seen_at desc, _dlt_load_id desc "
    "limit 1)"
)


def findings(*numbers: int) -> dict[str, list[dict[str, Any]]]:
    return {
        "finding": [
            {
                "finding_id": f"f{number}",
                "kpi_id": "sorter_uptime",
                "scope": "north",
                "period_start": date(2026, 10, 19),
                "n": number,
                "p_value": None,
                "evidence": {"cell": "E42"},
                "innocent_explanations": ["rounding"],
            }
            for number in numbers
        ],
        "verdict": [VERDICT | {"period_start": date(2026, 10, 19)}],
        "guard_run": [],
    }


def test_an_equal_snapshot_in_another_order_lands_nothing(home: Home, rows: Rows) -> None:
    first = findings(1, 2)
    again = {"verdict": first["verdict"], "finding": first["finding"][::-1], "guard_run": []}
    loaded = [
        land("raw_integrity", each, home=home, seen_at=SEEN_AT).rows_loaded
        for each in (first, again)
    ]
    assert loaded == [3, 0]
    assert rows("select count(*) from raw_integrity.landing") == [(1,)]


def test_a_table_that_became_empty_is_empty_in_the_newest_landing(home: Home, rows: Rows) -> None:
    land("raw_integrity", findings(1), home=home, seen_at=SEEN_AT)
    land("raw_integrity", findings(), home=home, seen_at=SEEN_AT + timedelta(hours=1))
    count = f"select count(*) from raw_integrity.{{}} where _dlt_load_id = {NEWEST}"
    assert rows(count.format("finding")) == [(0,)]
    assert rows(count.format("verdict")) == [(1,)]
    assert rows("select count(*) from raw_integrity.finding") == [(1,)]


def test_columns_have_their_declared_types_also_where_every_value_is_null(
    home: Home, rows: Rows
) -> None:
    land("raw_integrity", findings(1), home=home, seen_at=SEEN_AT)
    assert rows(
        "select n, p_value, evidence, innocent_explanations from raw_integrity.finding"
    ) == [(1, None, '{"cell": "E42"}', '["rounding"]')]
    land("raw_integrity", findings(1, 2) | {"guard_run": []}, home=home, seen_at=SEEN_AT)
    changed = findings(1)
    changed["finding"][0]["p_value"] = Decimal("0.0123")
    land("raw_integrity", changed, home=home, seen_at=SEEN_AT)
    assert rows("select max(p_value) from raw_integrity.finding") == [(Decimal("0.0123"),)]


@pytest.mark.parametrize(
    ("column", "value"),
    [("n", "seven"), ("p_value", float("nan")), ("period_start", "2026-10-19"), ("kpi_id", 7)],
)
def test_a_value_of_another_type_is_refused_with_nothing_landed(
    home: Home, rows: Rows, column: str, value: object
) -> None:
    land("raw_integrity", findings(1), home=home, seen_at=SEEN_AT)
    wrong = findings(1, 2)
    wrong["finding"][1][column] = value
    with pytest.raises(SightlineEnvironmentError, match=rf"finding\.{column} is declared"):
        land("raw_integrity", wrong, home=home, seen_at=SEEN_AT)
    assert rows("select count(*) from raw_integrity.landing") == [(1,)]
    assert rows("select count(*) from raw_integrity.finding") == [(1,)]


def test_a_dataset_nobody_described_is_refused(home: Home) -> None:
    with pytest.raises(UsageError, match="raw_gossip"):
        land("raw_gossip", {}, home=home, seen_at=SEEN_AT)
