"""What a cursor cannot see is found: deletions by their keys, silent edits by comparing rows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from ingestion.pull import pull
from ingestion.sql.reconcile import reconcile
from sightline.errors import DefinitionError, NothingCheckedError, UsageError
from sightline.home import Home
from sightline.ledger.watching import watch
from sightline.warehouse.duckdb import connect
from tests.ingestion.conftest import SEEN_AT, Pulled, Rows, Tables, plain_url
from tests.ingestion.firm import NOON, TinyErp

LATER = SEEN_AT + timedelta(hours=1)  # keys are compared once an hour
EVEN_LATER = SEEN_AT + timedelta(hours=2)
NEWER = NOON + timedelta(days=2)

ALIVE = (
    "select downtime_id, minutes from ("
    "select *, row_number() over (partition by downtime_id order by _seen_at desc, changed_at desc)"
    " as version_rank from raw_erp.downtime) where version_rank = 1 and _deleted_at is null "
    "order by 1"
)
DIFFERENCES = (
    "select kind, row_key, column_name, at_source, in_raw, found_by "
    "from raw_erp.source_difference order by all"
)


@pytest.fixture(params=["sqlite", "postgresql"])
def firm(request: pytest.FixtureRequest, home: Home, monkeypatch: pytest.MonkeyPatch) -> TinyErp:
    """The ERP on each database, with a newer row, so that the others are older than the strip."""
    if request.param == "sqlite":
        older: TinyErp = request.getfixturevalue("older")
        return older
    engine: sa.Engine = request.getfixturevalue("postgres")
    monkeypatch.setenv("SIGHTLINE_ERP_URL", plain_url(engine))
    firm = TinyErp.create(engine)
    firm.add_downtime(4, create_date=NEWER)
    pull("erp", home=home, seen_at=SEEN_AT)
    return firm


@pytest.fixture
def older(pulled: Pulled) -> TinyErp:
    """The same on SQLite alone."""
    return pulled((4, NEWER))


def test_direct_sql_is_found_named_by_its_key_and_true_from_then_on(
    home: Home, firm: TinyErp, rows: Rows
) -> None:
    firm.execute("update downtime set minutes = 77, reason_code = null where downtime_id = 2")
    assert pull("erp", home=home, seen_at=LATER).rows_loaded == 0
    found = reconcile("erp", home=home, seen_at=LATER)
    assert found.differences == 1
    assert rows(ALIVE) == [(1, 10), (2, 77), (3, 10), (4, 10)]
    key = '{"downtime_id": 2}'
    assert rows(DIFFERENCES) == [
        ("edited", key, "minutes", "77", "10", "reconciliation"),
        ("edited", key, "reason_code", None, "jam", "reconciliation"),
    ]
    assert reconcile("erp", home=home, seen_at=EVEN_LATER).differences == 0
    assert pull("erp", home=home, seen_at=EVEN_LATER).rows_loaded == 0


def test_a_deleted_row_arrives_as_a_tombstone_and_one_that_comes_back_as_a_version(
    home: Home, firm: TinyErp, rows: Rows
) -> None:
    firm.execute("delete from downtime where downtime_id = 2")
    pull("erp", home=home, seen_at=LATER)
    assert rows(ALIVE) == [(1, 10), (3, 10), (4, 10)]
    [(deleted_at, content)] = rows(
        "select _deleted_at, minutes from raw_erp.downtime where _deleted_at is not null"
    )
    assert (deleted_at, content) == (LATER.replace(tzinfo=None), None)
    firm.add_downtime(2, minutes=12)  # restored from a copy, with its old stamp
    pull("erp", home=home, seen_at=EVEN_LATER)
    assert rows(ALIVE) == [(1, 10), (2, 12), (3, 10), (4, 10)]
    assert [kind for kind, *_ in rows(DIFFERENCES)] == ["deleted", "returned"]


def test_a_row_of_the_last_hour_comes_back_once(home: Home, older: TinyErp, rows: Rows) -> None:
    older.execute("delete from downtime where downtime_id = 4")
    pull("erp", home=home, seen_at=LATER)
    older.add_downtime(4, create_date=NEWER)  # as the overlap remembers it
    pull("erp", home=home, seen_at=EVEN_LATER)
    assert (4, 10) in rows(ALIVE)
    third = EVEN_LATER + timedelta(hours=1)
    assert pull("erp", home=home, seen_at=third).rows_loaded == 0


def test_keys_are_compared_no_more_often_than_asked(home: Home, older: TinyErp) -> None:
    older.execute("delete from downtime where downtime_id = 2")
    soon = SEEN_AT + timedelta(minutes=59)
    assert pull("erp", home=home, seen_at=soon).rows_loaded == 0
    assert pull("erp", home=home, seen_at=LATER).rows_loaded == 2


def test_an_empty_answer_deletes_nothing_until_somebody_says_it_is_true(
    home: Home, older: TinyErp, rows: Rows
) -> None:
    older.execute("delete from downtime")
    pull("erp", home=home, seen_at=LATER)
    found = reconcile("erp", home=home, seen_at=LATER)
    assert [table.deletions_refused for table in found.tables if table.differences] == [4]
    assert rows(ALIVE) == [(1, 10), (2, 10), (3, 10), (4, 10)]
    [(count, way_out)] = rows("select distinct row_count, way_out from raw_erp.source_difference")
    assert count == 4
    assert "--accept-deletions downtime" in way_out
    reconcile("erp", home=home, seen_at=EVEN_LATER, accept_deletions=["downtime"])
    assert rows(ALIVE) == []


def test_a_row_written_with_an_old_stamp_is_found_by_its_key(
    home: Home, older: TinyErp, rows: Rows
) -> None:
    older.add_downtime(9, create_date=NOON - timedelta(days=30))
    pull("erp", home=home, seen_at=LATER)
    assert rows(DIFFERENCES) == [("missed", '{"downtime_id": 9}', None, None, None, "pull")]
    assert (9, 10) in rows(ALIVE)


def test_what_the_cursor_brings_anyway_is_no_difference(
    home: Home, older: TinyErp, rows: Rows
) -> None:
    older.add_downtime(5, create_date=NOON + timedelta(days=3))
    older.edit_downtime(1, write_date=NOON + timedelta(days=3), minutes=30)
    assert reconcile("erp", home=home, seen_at=LATER).differences == 0
    pull("erp", home=home, seen_at=LATER)
    assert rows(ALIVE) == [(1, 30), (2, 10), (3, 10), (4, 10), (5, 10)]


def test_another_unit_is_remarked_once(home: Home, older: TinyErp, rows: Rows) -> None:
    with older.engine.begin() as connection:
        for number in range(60):
            connection.execute(
                sa.text(
                    "insert into invoice values (:n, 'north', :day, 'energy', :amount, "
                    "'2026-10-20 12:00:00', null, null)"
                ),
                {
                    "n": 100 + number,
                    "day": "2026-09-10" if number < 30 else "2026-10-10",
                    "amount": (900 + number) * (1 if number < 30 else 1000),
                },
            )
    pull("erp", home=home, seen_at=LATER)
    for _ in range(2):
        reconcile("erp", home=home, seen_at=LATER)
    assert rows(DIFFERENCES)[-1] == (
        "scale_changed", None, "amount_cents", "945000", "914.5", "reconciliation",
    )  # fmt: skip
    assert rows("select count(*) from raw_erp.source_difference where kind like 'sc%'") == [(1,)]


def test_any_name_of_a_column_is_compared(
    home: Home, older: TinyErp, rows: Rows, tables: Tables
) -> None:
    older.execute(
        'create table parcel ("in_raw" integer primary key, "order" date, period text, '
        "column_name text, version_rank text, upd datetime)",
        "insert into parcel values (1, '2026-09-10', 'a', 'b', 'c', '2026-09-10 12:00:00.0'), "
        "(2, '2026-10-10', 'a', 'b', 'c', '2026-10-10 12:00:00.0')",
    )
    tables("  parcel:\n    key: [in_raw]\n    dated_by: order\n    changed_at: [upd]\n")
    pull("erp", home=home, seen_at=LATER)
    older.execute("update parcel set period = 'z', version_rank = 'y' where in_raw = 1")
    [found] = reconcile("erp", home=home, seen_at=LATER).tables
    assert (found.periods_differing, found.edited) == (1, 1)
    assert rows(
        "select period_start, row_key, column_name, at_source, in_raw "
        "from raw_erp.source_difference order by column_name"
    ) == [
        (date(2026, 9, 1), '{"in_raw": 1}', "period", "z", "a"),
        (date(2026, 9, 1), '{"in_raw": 1}', "version_rank", "y", "c"),
    ]


@pytest.mark.parametrize("more", ["", "    exclude: [booked]\n"])
def test_a_table_dated_by_what_is_no_date_is_refused(
    home: Home, older: TinyErp, tables: Tables, more: str
) -> None:
    kind = "date" if more else "text"
    older.execute(f"create table parcel (id integer primary key, booked {kind}, upd datetime)")
    tables(f"  parcel:\n    key: [id]\n    dated_by: booked\n    changed_at: [upd]\n{more}")
    with pytest.raises(DefinitionError, match=r"tables.yml:8:3: no_date: .*booked.*\n.*way out"):
        pull("erp", home=home, seen_at=LATER)


def test_rows_that_share_a_key_are_rejected_and_each_is_kept_with_the_reason(
    home: Home, firm: TinyErp, rows: Rows, tables: Tables
) -> None:
    firm.execute("create table parcel (code text, part integer, upd timestamp)")
    insert = "insert into parcel values ('{}', {}, '2026-10-{} 12:00:00.000000')"
    written = [("a", 1, 20), ("b", 2, 20), ("b", 3, 20), ("c", 4, 24)]
    firm.execute(*(insert.format(*part) for part in written))
    tables("  parcel:\n    key: [code]\n    changed_at: [upd]\n")

    def shared() -> list[tuple[int, str, str]]:
        found = rows("select content, rule, reason from raw_erp.rejected_row")
        return sorted((json.loads(content)["part"], rule, why) for content, rule, why in found)

    def rejected(part: int, code: str) -> tuple[int, str, str]:
        return part, "key_shared", f'the key {{"code": "{code}"}} is shared by 2 rows'

    parcel, *_ = pull("erp", home=home, seen_at=LATER).tables
    assert (parcel.seen, parcel.kept, parcel.rejected) == (4, 2, 2)
    assert shared() == [rejected(2, "b"), rejected(3, "b")]
    assert rows("select kind, row_key, row_count from raw_erp.source_difference") == [
        ("key_shared", '{"code": "b"}', 2)
    ]
    # Not named again; a newer row is rejected beside the older one that has its key and is kept.
    firm.execute(insert.format("a", 5, 24))
    assert pull("erp", home=home, seen_at=EVEN_LATER).tables[0].rejected == 1
    assert shared() == [rejected(2, "b"), rejected(3, "b"), rejected(5, "a")]
    # The comparison of rows names the older one too, and takes it neither for edited nor deleted.
    [found] = reconcile("erp", home=home, seen_at=EVEN_LATER).tables
    assert (found.edited, found.missed, found.deleted, found.rejected) == (0, 0, 0, 3)
    assert shared()[0] == rejected(1, "a")
    # With a key that tells the rows apart all are read.
    tables("  parcel:\n    key: [part]\n    changed_at: [upd]\n")
    pull("erp", home=home, seen_at=EVEN_LATER + timedelta(hours=1))
    parts = rows("select part from raw_erp.parcel where _deleted_at is null order by 1")
    assert parts == [(1,), (2,), (3,), (4,), (5,)]


def test_an_unknown_source_or_table_is_a_usage_error(home: Home, older: TinyErp) -> None:
    with pytest.raises(UsageError, match="there are: erp"):
        reconcile("sheets", home=home, seen_at=LATER)
    with pytest.raises(UsageError, match="there is no table payroll"):
        reconcile("erp", home=home, seen_at=LATER, accept_deletions=["payroll"])


@pytest.mark.parametrize(
    ("edit", "exit_code"),
    [("select 1", 0), ("update downtime set minutes = 77 where downtime_id = 2", 1)],
)
def test_the_command_says_what_it_found_by_its_exit_code(
    home: Home, older: TinyErp, edit: str, exit_code: int
) -> None:
    older.execute(edit)
    done = subprocess.run(
        [Path(sys.executable).parent / "sightline", "reconcile", "--json"],
        env={**os.environ, "SIGHTLINE_HOME": str(home.root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (exit_code, "")
    assert json.loads(done.stdout)["differences"] == exit_code


def test_before_the_first_pull_nothing_is_compared_and_this_is_no_pass(
    home: Home, erp: TinyErp
) -> None:
    with pytest.raises(NothingCheckedError, match="pull it first"):
        reconcile("erp", home=home, seen_at=SEEN_AT)


def test_a_row_that_was_altered_in_raw_does_not_count_and_is_read_again(
    home: Home, older: TinyErp, rows: Rows
) -> None:
    with connect(home) as connection:
        connection.execute("update raw_erp.downtime set minutes = 0 where downtime_id = 2")
    watch(home, {}, at=LATER)
    pull("erp", home=home, seen_at=LATER)
    assert rows(ALIVE) == [(1, 10), (2, 10), (3, 10), (4, 10)]
    assert rows("select kind, row_key from raw_erp.source_difference") == [
        ("missed", '{"downtime_id": 2}')
    ]
