"""Which cells of a workbook read otherwise than before, wherever their row stands by now."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import duckdb

from tests.dbt.test_staging import MONDAY, TUESDAY, WEDNESDAY, add, load

SEEN = {"1": MONDAY, "2": TUESDAY, "3": WEDNESDAY}
SAVED = "2026-01-09 16:20:00"
FILE = "training.xlsx"
WEEK = date(2026, 1, 5)
HEADINGS = ("Week starting", "Site", "Headcount", "Trained")


def read(
    connection: duckdb.DuckDBPyConnection,
    load_id: str,
    *rows: tuple[int, str, int, int],
    first_row: int = 2,
) -> None:
    """One reading of the file: week, site, headcount and trained of each row."""
    load(connection, "raw_sheets", load_id)
    seen_at = SEEN[load_id]
    file = {"file": FILE, "modified_at": SAVED, "modified_by": f"user {load_id}"}
    add(connection, "raw_sheets.workbook", load_id, seen_at, **file)
    for number, (weeks, site, headcount, trained) in enumerate(rows, first_row):
        week = WEEK + timedelta(weeks=weeks)
        place: dict[str, Any] = {"file": FILE, "sheet": "Training", "row_number": number}
        figures = {"week_starting": week, "site": site, "headcount": headcount, "trained": trained}
        add(connection, "raw_sheets.training", load_id, seen_at, **place, **figures)
        for column, value in enumerate(figures.values()):
            cell = place | {
                "cell": f"{'ABCD'[column]}{number}",
                "column_number": column + 1,
                "column_name": HEADINGS[column],
                "value_text": str(value),
            }
            add(connection, "raw_sheets.cell", load_id, seen_at, **cell)


def versions(connection: duckdb.DuckDBPyConnection, load_id: str) -> list[tuple[Any, ...]]:
    return connection.execute(
        "select dated_on, site, place, is_tombstone, changed_by "
        "from staging.stg_sheets__row_version where load_id = ? order by dated_on, site",
        [load_id],
    ).fetchall()


def test_an_edited_cell_is_named_where_it_stands_now_and_what_only_moved_is_not(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    read(connection, "1", (0, "North", 40, 10), (0, "South", 50, 20))
    read(connection, "2", (0, "North", 40, 12), (0, "South", 50, 20), first_row=7)
    assert versions(connection, "2") == [
        (WEEK, "north", "training.xlsx Training!D7", False, "user 2")
    ]


def test_a_row_that_comes_or_goes_is_named_whole_and_one_put_back_is_edited_twice(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    read(connection, "1", (0, "North", 40, 10), (1, "North", 40, 11))
    read(connection, "2", (0, "North", 45, 15))
    read(connection, "3", (0, "North", 40, 10), (1, "North", 40, 11))
    whole = "training.xlsx Training!A3, Training!B3, Training!C3, Training!D3"
    next_week = WEEK + timedelta(weeks=1)
    edited = "training.xlsx Training!C2, Training!D2"
    assert versions(connection, "2") == [
        (WEEK, "north", edited, False, "user 2"),
        (next_week, "north", whole, True, "user 2"),
    ]
    assert versions(connection, "3") == [
        (WEEK, "north", edited, False, "user 3"),
        (next_week, "north", whole, False, "user 3"),
    ]


def test_two_rows_of_one_week_and_site_are_told_apart(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    read(connection, "1", (0, "North", 40, 10), (0, "North", 40, 10))
    read(connection, "2", (0, "North", 40, 10), (0, "North", 40, 13))
    ((_, _, place, _, _),) = versions(connection, "2")
    assert place == "training.xlsx Training!D3"


def test_a_file_that_is_gone_takes_its_rows_with_it(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    read(connection, "1", (0, "North", 40, 10))
    load(connection, "raw_sheets", "2")
    add(connection, "raw_sheets.workbook", "2", TUESDAY, file=FILE, _deleted_at=TUESDAY)
    ((_, _, _, is_tombstone, changed_by),) = versions(connection, "2")
    assert (is_tombstone, changed_by) == (True, None)
