"""Who saved a workbook under which name, and since when that was seen."""

from __future__ import annotations

import duckdb

from tests.dbt.test_staging import MONDAY, TUESDAY, WEDNESDAY, add, load


def test_a_saver_is_known_from_the_first_reading_that_names_him(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    savers = ("keeper", "deputy", "keeper", None, "stranger")
    seen = (MONDAY, TUESDAY, WEDNESDAY, WEDNESDAY, MONDAY)
    for number, (name, seen_at) in enumerate(zip(savers, seen, strict=True)):
        load(connection, "raw_sheets", str(number), committed=name != "stranger")
        row = {"file": "training.xlsx", "modified_by": name}
        add(connection, "raw_sheets.workbook", str(number), seen_at, **row)
    found = connection.execute(
        "select file, saved_by, cast(first_seen_at as varchar) "
        "from staging.stg_sheets__saver order by first_seen_at"
    ).fetchall()
    assert found == [("training.xlsx", "keeper", MONDAY), ("training.xlsx", "deputy", TUESDAY)]
