"""Which raw rows count: of committed loads, the newest version, known at the moment judged."""

import duckdb
import pytest

from orchestration.dbt_runner import invoke
from tests.dbt.conftest import Project

MONDAY = "2026-01-12 06:00:00"
TUESDAY = "2026-01-13 06:00:00"
WEDNESDAY = "2026-01-14 06:00:00"


def load(
    connection: duckdb.DuckDBPyConnection, dataset: str, load_id: str, *, committed: bool = True
) -> None:
    """Write the loader's record of one load."""
    connection.execute(
        f"insert into {dataset}._dlt_loads (load_id, status) values (?, ?)",
        [load_id, 0 if committed else 1],
    )


def add(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    load_id: str,
    seen_at: str,
    **row: object,
) -> None:
    """Add one raw row of a load, numbered as the loader numbers it."""
    (count,) = connection.execute(
        f"select count(*) from {table} where _dlt_load_id = ?", [load_id]
    ).fetchone() or (0,)
    content = {"_dlt_load_id": load_id, "_seen_at": seen_at, "_row": count} | row
    names, marks = ", ".join(content), ", ".join("?" * len(content))
    connection.execute(f"insert into {table} ({names}) values ({marks})", [*content.values()])


def minutes(connection: duckdb.DuckDBPyConnection) -> list[tuple[int, int]]:
    query = "select downtime_id, minutes from staging.stg_erp__downtime order by 1"
    return connection.execute(query).fetchall()


def test_what_the_source_said_last_wins_although_its_clock_had_run_ahead_before(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    for number in ("1", "2", "3"):
        load(connection, "raw_erp", number)
    table = "raw_erp.downtime"
    add(connection, table, "1", MONDAY, downtime_id=1, minutes=10, changed_at=MONDAY)
    add(connection, table, "2", TUESDAY, downtime_id=1, minutes=30, changed_at=WEDNESDAY)
    add(connection, table, "3", WEDNESDAY, downtime_id=1, minutes=20, changed_at=TUESDAY)
    assert minutes(connection) == [(1, 20)]


def test_of_what_was_seen_at_once_the_last_change_wins(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    load(connection, "raw_erp", "1")
    for minutes_booked, changed_at in ((10, TUESDAY), (20, MONDAY), (30, None)):
        add(
            connection,
            "raw_erp.downtime",
            "1",
            WEDNESDAY,
            downtime_id=1,
            minutes=minutes_booked,
            changed_at=changed_at,
        )
    assert minutes(connection) == [(1, 10)]


def test_a_row_deleted_at_the_source_is_hidden_until_it_comes_back(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    table = "raw_erp.downtime"
    for number, seen_at, row in (
        ("1", MONDAY, {"minutes": 10, "changed_at": MONDAY}),
        ("2", TUESDAY, {"changed_at": TUESDAY, "_deleted_at": TUESDAY}),
    ):
        load(connection, "raw_erp", number)
        add(connection, table, number, seen_at, downtime_id=1, **row)
    assert minutes(connection) == []
    load(connection, "raw_erp", "3")
    add(connection, table, "3", WEDNESDAY, downtime_id=1, minutes=12, changed_at=MONDAY)
    assert minutes(connection) == [(1, 12)]


def test_rows_of_a_load_that_was_killed_do_not_count(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    load(connection, "raw_erp", "1")
    load(connection, "raw_erp", "2", committed=False)
    table = "raw_erp.downtime"
    add(connection, table, "1", MONDAY, downtime_id=1, minutes=10, changed_at=MONDAY)
    add(connection, table, "2", TUESDAY, downtime_id=1, minutes=99, changed_at=TUESDAY)
    add(connection, table, "3", TUESDAY, downtime_id=2, minutes=99, changed_at=TUESDAY)
    assert minutes(connection) == [(1, 10)]


def test_a_table_whose_last_row_was_removed_reads_as_empty(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    for number, at in (("1", MONDAY), ("2", TUESDAY)):
        load(connection, "raw_integrity", number)
        add(connection, "raw_integrity.landing", number, at, content_hash=number)
        add(connection, "raw_integrity.guard_run", number, at, guard="g")
    add(connection, "raw_integrity.finding", "1", MONDAY, finding_id="f")
    counts = connection.execute(
        "select (select count(*) from staging.stg_integrity__finding),"
        " (select count(*) from staging.stg_integrity__guard_run)"
    ).fetchall()
    assert counts == [(0, 1)]


def test_a_workbook_that_was_read_again_replaces_its_own_cells_only(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    for number, at, file in (("1", MONDAY, "a"), ("2", MONDAY, "b"), ("3", TUESDAY, "a")):
        load(connection, "raw_sheets", number)
        add(connection, "raw_sheets.workbook", number, at, file=file)
        add(connection, "raw_sheets.cell", number, at, file=file, cell="A1", value_text=number)
    add(connection, "raw_sheets.cell", "1", MONDAY, file="a", cell="A2", value_text="gone")
    found = connection.execute("select file, value_text from staging.stg_sheets__cell order by 1")
    assert found.fetchall() == [("a", "3"), ("b", "2")]


def test_a_workbook_that_is_gone_takes_its_cells_and_rows_along(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    for number, at in (("1", MONDAY), ("2", TUESDAY)):
        load(connection, "raw_sheets", number)
        gone = {"_deleted_at": at} if number == "2" else {}
        add(connection, "raw_sheets.workbook", number, at, file="training.xlsx", **gone)
    add(connection, "raw_sheets.cell", "1", MONDAY, file="training.xlsx", cell="A2")
    add(connection, "raw_sheets.training", "1", MONDAY, file="training.xlsx", site="north")
    for model in ("cell", "training"):
        found = connection.execute(f"select count(*) from staging.stg_sheets__{model}")
        assert found.fetchall() == [(0,)]


def test_as_of_a_past_moment_later_rows_are_not_known(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGHTLINE_HOME", str(project.home))
    monkeypatch.setenv("SIGHTLINE_AS_OF", "2026-01-13T08:00:00+01:00")
    with duckdb.connect(str(project.warehouse)) as warehouse:
        for number in ("1", "2"):
            load(warehouse, "raw_erp", number)
        table = "raw_erp.downtime"
        add(warehouse, table, "1", MONDAY, downtime_id=1, minutes=10, changed_at=MONDAY)
        add(warehouse, table, "2", WEDNESDAY, downtime_id=1, minutes=20, changed_at=TUESDAY)
    done = invoke(["build", "--select", "stg_erp__downtime", "int_as_of"])
    assert {result.status for result in done} <= {"success", "pass"}
    with duckdb.connect(str(project.warehouse)) as warehouse:
        assert minutes(warehouse) == [(1, 10)]
        found = warehouse.execute(
            "select cast(as_of as varchar) from intermediate.int_as_of"
        ).fetchall()
        assert found == [("2026-01-13 07:00:00",)]


def test_a_row_typed_in_by_hand_does_not_count(connection: duckdb.DuckDBPyConnection) -> None:
    load(connection, "raw_erp", "1")
    table = "raw_erp.downtime"
    add(connection, table, "1", MONDAY, downtime_id=1, minutes=10, changed_at=MONDAY)
    add(connection, table, "1", MONDAY, downtime_id=2, minutes=99, changed_at=MONDAY, _row=None)
    assert minutes(connection) == [(1, 10)]


def test_a_row_that_is_not_as_it_was_sealed_counts_again_once_it_is_mended(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    load(connection, "raw_erp", "1")
    for number in (1, 2):
        add(connection, "raw_erp.downtime", "1", MONDAY, downtime_id=number, minutes=10)
    broken = "insert into raw_ledger.broken_row values ('b', 'raw_erp', ?, '1', 1, ?, null)"
    connection.execute(broken, ["sorter_day", MONDAY])
    assert minutes(connection) == [(1, 10), (2, 10)]
    connection.execute(broken, ["downtime", MONDAY])
    assert minutes(connection) == [(1, 10)]
    connection.execute("update raw_ledger.broken_row set mended_at = ?", [TUESDAY])
    assert minutes(connection) == [(1, 10), (2, 10)]


def test_a_deleted_issue_is_hidden_until_it_is_seen_again(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    for number in ("1", "2", "3"):
        load(connection, "raw_tracker", number)
    table = "raw_tracker.issue"
    for issue in ("a", "b"):
        add(connection, table, "1", MONDAY, issue_id=issue, status="Done", updated_at=MONDAY)
        add(connection, table, "2", TUESDAY, issue_id=issue, _deleted_at=TUESDAY)
    add(connection, table, "3", WEDNESDAY, issue_id="b", status="Done", updated_at=MONDAY)
    found = connection.execute("select issue_id, status from staging.stg_tracker__issue")
    assert found.fetchall() == [("b", "Done")]
