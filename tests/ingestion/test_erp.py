"""The ERP arrives whole, each version once, from SQLite and PostgreSQL alike."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa

from ingestion.pull import pull
from ingestion.sources.erp import SOURCE
from sightline.errors import SightlineEnvironmentError, UsageError
from sightline.home import Home
from tests.ingestion.conftest import SEEN_AT, Pulled, Rows, plain_url
from tests.ingestion.firm import NOON, TinyErp

DIFFERENCES = "select kind, row_key, row_count from raw_erp.source_difference order by all"
VERSIONS = "select downtime_id, minutes from raw_erp.downtime order by all"


def test_every_row_arrives_with_its_types_and_a_receipt(
    home: Home, erp: TinyErp, rows: Rows
) -> None:
    receipt = pull("erp", home=home, seen_at=SEEN_AT)
    assert {table.table: table.seen for table in receipt.tables} == {
        "sorter": 1,
        "sorter_day": 1,
        "downtime": 3,
        "recalibration": 1,
        "customer_order": 1,
        "invoice": 1,
        "source_difference": 0,
    }
    assert receipt.rows_loaded == 8
    assert all(table.seen == table.kept + table.rejected for table in receipt.tables)
    types = rows(
        "select column_name, data_type from information_schema.columns "
        "where table_schema = 'raw_erp' and table_name = 'downtime' order by ordinal_position"
    )
    assert dict(types) == {
        "downtime_id": "BIGINT",
        "sorter_id": "VARCHAR",
        "site": "VARCHAR",
        "work_date": "DATE",
        "started_at": "TIMESTAMP",
        "minutes": "BIGINT",
        "reason_code": "VARCHAR",
        "planned": "BOOLEAN",
        "create_date": "TIMESTAMP",
        "write_date": "TIMESTAMP",
        "write_uid": "BIGINT",
        "changed_at": "TIMESTAMP",
        "_deleted_at": "TIMESTAMP",
        "_found_by": "VARCHAR",
        "_seen_at": "TIMESTAMP",
        "_row": "BIGINT",
        "_dlt_load_id": "VARCHAR",
    }
    assert rows("select amount_cents from raw_erp.invoice") == [(2**40,)]
    assert rows("select distinct _seen_at from raw_erp.downtime") == [
        (SEEN_AT.replace(tzinfo=None),)
    ]


def test_a_row_never_edited_arrives_although_its_write_date_is_null(
    home: Home, erp: TinyErp, rows: Rows
) -> None:
    erp.edit_downtime(1, write_date=NOON + timedelta(days=1), minutes=11)
    pull("erp", home=home, seen_at=SEEN_AT)
    assert rows("select downtime_id, write_date, changed_at from raw_erp.downtime order by 1") == [
        (1, NOON + timedelta(days=1), NOON + timedelta(days=1)),
        (2, None, NOON),
        (3, None, NOON),
    ]


def test_a_second_pull_loads_nothing_and_still_leaves_a_receipt(
    home: Home, erp: TinyErp, rows: Rows
) -> None:
    pull("erp", home=home, seen_at=SEEN_AT)
    again = pull("erp", home=home, seen_at=SEEN_AT + timedelta(hours=1))
    assert again.rows_loaded == 0
    assert rows(VERSIONS) == [(1, 10), (2, 10), (3, 10)]
    assert rows(
        "select _seen_at, seen, kept, rejected from raw_erp._receipt "
        "where table_name = 'downtime' order by _seen_at"
    ) == [
        (SEEN_AT.replace(tzinfo=None), 3, 3, 0),
        (SEEN_AT.replace(tzinfo=None) + timedelta(hours=1), 0, 0, 0),
    ]


def test_an_edited_row_arrives_as_a_new_version_and_the_old_one_stays(
    home: Home, pulled: Pulled, rows: Rows
) -> None:
    erp = pulled()
    erp.edit_downtime(2, write_date=NOON + timedelta(days=1), minutes=55)
    assert pull("erp", home=home, seen_at=SEEN_AT).rows_loaded == 1
    assert rows(VERSIONS) == [(1, 10), (2, 10), (2, 55), (3, 10)]


def test_two_edits_in_the_same_instant_both_arrive(home: Home, erp: TinyErp, rows: Rows) -> None:
    instant = NOON + timedelta(days=1)
    for minutes in (20, 30):
        erp.edit_downtime(2, write_date=instant, minutes=minutes)
        pull("erp", home=home, seen_at=SEEN_AT)
    assert rows(VERSIONS) == [(1, 10), (2, 20), (2, 30), (3, 10)]


def test_a_row_committed_late_arrives_once(home: Home, erp: TinyErp, rows: Rows) -> None:
    erp.add_downtime(4, create_date=NOON + timedelta(hours=3))
    pull("erp", home=home, seen_at=SEEN_AT)
    erp.add_downtime(5, create_date=NOON + timedelta(hours=2, minutes=30))
    pull("erp", home=home, seen_at=SEEN_AT)
    assert pull("erp", home=home, seen_at=SEEN_AT).rows_loaded == 0
    assert rows("select count(*) from raw_erp.downtime where downtime_id = 5") == [(1,)]
    assert rows(DIFFERENCES) == [("late", '{"downtime_id": 5}', 1)]


def test_postgresql_gives_the_same_rows_as_sqlite(
    home: Home,
    erp: TinyErp,
    postgres: sa.Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = Home.from_env({"SIGHTLINE_HOME": str(tmp_path / "other")})
    twin = TinyErp.create(postgres)
    for step in range(3):
        if step == 1:
            for each in (erp, twin):
                each.edit_downtime(1, write_date=NOON + timedelta(days=1), minutes=99)
                each.add_downtime(9, create_date=NOON - timedelta(minutes=20))
        monkeypatch.delenv("SIGHTLINE_ERP_URL", raising=False)
        lite = pull("erp", home=home, seen_at=SEEN_AT)
        monkeypatch.setenv("SIGHTLINE_ERP_URL", plain_url(postgres))
        assert pull("erp", home=other, seen_at=SEEN_AT).tables == lite.tables
        assert lite.rows_loaded == (8, 3, 0)[step]  # one of two rows is late, which is said
    for table in SOURCE.tables:
        if table.rejects_of:
            continue  # nothing was rejected: there is no such table yet
        query = f"select * exclude (_dlt_load_id) from raw_erp.{table.name} order by all"
        contents = []
        for each in (home, other):
            with duckdb.connect(str(each.warehouse), read_only=True) as connection:
                described = connection.execute(f"describe {query}").fetchall()
                contents.append((described, connection.execute(query).fetchall()))
        assert contents[0] == contents[1]


def test_a_column_that_changes_its_type_is_refused_and_the_next_run_is_clean(
    home: Home, pulled: Pulled, rows: Rows
) -> None:
    erp = pulled()
    erp.add("sorter", sorter_id="N2", site="north", installed_on=None, create_date=NOON)
    erp.execute(
        "alter table downtime rename column minutes to kept",
        "alter table downtime add column minutes text",
        "update downtime set minutes = '1 h', write_date = '2026-10-22 08:00:00.000000'",
    )
    with pytest.raises(SightlineEnvironmentError, match=r"downtime\.minutes changed its type"):
        pull("erp", home=home, seen_at=SEEN_AT)
    assert rows("select count(*) from raw_erp.sorter") == [(1,)]
    assert rows(VERSIONS) == [(1, 10), (2, 10), (3, 10)]
    erp.execute(
        "alter table downtime drop column minutes",
        "alter table downtime rename column kept to minutes",
    )
    assert pull("erp", home=home, seen_at=SEEN_AT).rows_loaded == 4
    assert rows("select count(*) from raw_erp.sorter") == [(2,)]


def test_text_slipped_into_an_integer_column_is_rejected_rather_than_read_as_null(
    home: Home, pulled: Pulled, rows: Rows
) -> None:
    erp = pulled()
    erp.execute(
        "update downtime set minutes = 'one hour', write_date = '2026-10-22 08:00:00.000000' "
        "where downtime_id = 1"
    )
    pull("erp", home=home, seen_at=SEEN_AT)
    assert rows(VERSIONS) == [(1, 10), (2, 10), (3, 10)]
    assert rows("select row_key, reason from raw_erp.rejected_row") == [
        ('{"downtime_id": 1}', "minutes is one hour, which is no bigint")
    ]


def test_a_new_column_is_welcome_and_named(home: Home, pulled: Pulled, rows: Rows) -> None:
    erp = pulled()
    erp.execute("alter table downtime add column shift text")
    erp.edit_downtime(1, write_date=NOON + timedelta(days=1), minutes=12)
    erp.execute("update downtime set shift = 'late' where downtime_id = 1")
    pull("erp", home=home, seen_at=SEEN_AT)
    assert rows("select kind, column_name from raw_erp.source_difference") == [
        ("column_new", "shift")
    ]
    assert rows("select minutes, shift from raw_erp.downtime where downtime_id = 1 order by 1") == [
        (10, None),
        (12, "late"),
    ]


def test_a_missing_database_is_said_to_be_missing(home: Home) -> None:
    with pytest.raises(SightlineEnvironmentError, match="SIGHTLINE_ERP_URL"):
        pull("erp", home=home, seen_at=SEEN_AT)
    assert not (home.demo / "erp.db").exists()


def test_an_unusable_url_is_refused_without_repeating_its_password(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGHTLINE_ERP_URL", "nosuchdialect://reader:canary@host/db")
    with pytest.raises(SightlineEnvironmentError) as refused:
        pull("erp", home=home, seen_at=SEEN_AT)
    assert "canary" not in str(refused.value)


def test_a_moment_without_a_time_zone_is_refused(home: Home, erp: TinyErp) -> None:
    with pytest.raises(UsageError, match="time zone"):
        pull("erp", home=home, seen_at=SEEN_AT.replace(tzinfo=None))
