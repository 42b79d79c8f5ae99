"""Any SQL database is pulled as one file says; what does not fit is named, with its way out."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from ingestion.__main__ import main
from ingestion.pull import pull
from ingestion.sql.source import read_sql_source
from sightline.errors import DefinitionError, SightlineEnvironmentError
from sightline.home import CHECKOUT, Home
from tests.ingestion.conftest import SEEN_AT, Rows, Tables
from tests.ingestion.firm import NOON, TinyErp
from tests.ingestion.sales import ORDERS, STOCK, execute

LATER = SEEN_AT + timedelta(hours=1)


def test_another_layout_is_pulled_by_its_file_alone(
    home: Home, sales: sa.Engine, tables: Tables, rows: Rows
) -> None:
    tables(ORDERS + STOCK)
    assert pull("erp", home=home, seen_at=SEEN_AT).rows_loaded == 5
    assert rows(
        "select id, name, date_order, amount_total, weight, validity, rate, discount, changed_at "
        "from raw_erp.sales_order order by id"
    ) == [
        (
            1,
            "S1",
            datetime(2026, 10, 19, 21, 30),  # noqa: DTZ001 - raw keeps naive UTC
            Decimal("1234.56"),
            2.5,
            Decimal(26 * 3600),
            "0.123456789012",
            Decimal("1234.56"),
            NOON,
        ),
        (2, "S2", *[None] * 6, NOON + timedelta(days=4)),
    ]
    assert rows("select warehouse, product_no, quantity from raw_erp.stock order by all") == [
        ("north", 1, Decimal("5.125")),
        ("north", 2, Decimal(6)),
        ("south", 1, Decimal(7)),
    ]
    execute(
        sales,
        "insert into sales.deleted_record values (2, '2026-10-24 13:00');"
        "delete from sales.sale_order where id = 2;"
        "delete from sales.stock_quant where warehouse = 'north' and \"productNo\" = 1;",
    )
    pull("erp", home=home, seen_at=LATER)
    assert rows("select id, _deleted_at from raw_erp.sales_order where _found_by = 'log'") == [
        (2, NOON + timedelta(days=4, hours=1))
    ]
    assert rows("select warehouse, product_no from raw_erp.stock where _found_by = 'keys'") == [
        ("north", 1)
    ]
    assert pull("erp", home=home, seen_at=LATER + timedelta(hours=1)).rows_loaded == 0


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (ORDERS.replace("rate: text, ", ""), "tables.yml:9:3: column_not_carried: .*rate is NUM"),
        (ORDERS.replace("validity: seconds, ", ""), "validity is INTERVAL.*\n.*exclude"),
        (ORDERS.replace("exclude: [search_vector]", ""), "search_vector is TSVECTOR"),
        (ORDERS.replace("key: [id]", "key: [ids]"), "unknown_column.* no column ids.*\n.*'id'"),
        (
            ORDERS.replace("[record_id]", "[record]"),
            "no column record in deleted_rec.*\n.*record_id",
        ),
    ],
)
def test_what_the_database_has_otherwise_is_refused_with_its_line_and_way_out(
    home: Home, sales: sa.Engine, tables: Tables, said: str, found: str
) -> None:
    tables(said)
    with pytest.raises(DefinitionError, match=found):
        pull("erp", home=home, seen_at=SEEN_AT)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (STOCK.replace("key:", "keys:"), "tables.yml:11:5: unknown_key: .*\n.*did you mean 'key'"),
        (STOCK + "    deletes: log", "deletion_log_without_use"),
        (STOCK + "    cast: {quantity: number}", "unknown_word"),
        (STOCK + "    overlap_minutes: 0", "tables.yml:13:5"),
        ("  Stock: {key: [id]}", "tables.yml:8:3: bad_spelling"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_with_its_line(
    tables: Tables, said: str, found: str
) -> None:
    with pytest.raises(DefinitionError, match=found):
        read_sql_source(tables(said))


def test_a_file_that_makes_no_sense_ends_the_command_without_a_traceback(
    home: Home, tables: Tables, capsys: pytest.CaptureFixture[str]
) -> None:
    tables(STOCK.replace("key:", "keys:"))
    assert main(["erp"]) == 2
    assert "tables.yml:11:5: unknown_key" in capsys.readouterr().err


def test_a_table_that_is_not_there_is_refused_with_those_that_are(
    home: Home, sales: sa.Engine, tables: Tables
) -> None:
    tables(STOCK.replace("stock_quant", "stock_quants"))
    with pytest.raises(
        DefinitionError,
        match=r"tables.yml:9:3: unknown_table: .*\n.* mean 'sales.stock_quant'",
    ):
        pull("erp", home=home, seen_at=SEEN_AT)


def test_a_database_that_does_not_answer_is_named_without_its_password(
    home: Home, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGHTLINE_ERP_URL", "postgresql://reader:canary@127.0.0.1:1/erp")
    tables(STOCK)
    with pytest.raises(
        SightlineEnvironmentError, match=r"tables.yml:9:3: table stock: .* not answer.*\n.*way out"
    ) as refused:
        pull("erp", home=home, seen_at=SEEN_AT)
    assert "canary" not in str(refused.value)


def test_the_shipped_file_describes_the_demo_firm() -> None:
    source = read_sql_source(CHECKOUT / "ingestion" / "erp.yml")
    assert len(source.tables) == 6
    assert source.stamps("invoice") == ("write_date", "create_date")


def test_a_transaction_open_during_a_pull_is_read_once_it_is_committed(
    home: Home, sales: sa.Engine, tables: Tables, rows: Rows
) -> None:
    tables(STOCK.replace("[in_date]", "[in_date]\n    overlap_minutes: 4320"))
    with sales.connect() as late:
        late.exec_driver_sql("insert into sales.stock_quant values ('south', 9, 1, '2026-10-21')")
        pull("erp", home=home, seen_at=SEEN_AT)
        late.commit()
    for _ in range(2):
        pull("erp", home=home, seen_at=SEEN_AT)
    assert rows("select count(*) from raw_erp.stock where product_no = 9") == [(1,)]
    assert rows("select kind, row_count from raw_erp.source_difference") == [("late", 1)]


def test_a_stamp_in_the_future_is_named_and_holds_back_no_later_row(
    home: Home, erp: TinyErp, rows: Rows
) -> None:
    erp.add_downtime(4, create_date=SEEN_AT.replace(tzinfo=None) + timedelta(days=3650))
    pull("erp", home=home, seen_at=SEEN_AT)
    erp.add_downtime(5, create_date=NOON + timedelta(hours=1))
    pull("erp", home=home, seen_at=SEEN_AT)
    assert pull("erp", home=home, seen_at=SEEN_AT).rows_loaded == 0
    assert rows("select downtime_id from raw_erp.downtime order by 1") == [
        (n,) for n in range(1, 6)
    ]
    assert rows("select kind, row_key from raw_erp.source_difference") == [
        ("ahead", '{"downtime_id": 4}')
    ]


def test_a_row_without_any_stamp_arrives_once_and_is_named(
    home: Home, sales: sa.Engine, tables: Tables, rows: Rows
) -> None:
    tables(STOCK)
    pull("erp", home=home, seen_at=SEEN_AT)
    execute(sales, "insert into sales.stock_quant values ('south', 9, 1, null)")
    for _ in range(2):
        pull("erp", home=home, seen_at=SEEN_AT)
    assert rows("select count(*) from raw_erp.stock where product_no = 9") == [(1,)]
    assert rows("select kind, row_key from raw_erp.source_difference") == [
        ("unstamped", '{"warehouse": "south", "product_no": 9}')
    ]


def test_a_column_that_is_gone_is_refused_with_its_likely_new_name(
    home: Home, erp: TinyErp, rows: Rows, tables: Tables
) -> None:
    downtime = "  downtime:\n    key: [downtime_id]\n"
    tables(downtime)
    pull("erp", home=home, seen_at=SEEN_AT)
    erp.execute("alter table downtime rename column minutes to minutes_lost")
    with pytest.raises(DefinitionError, match=r"minutes is gone.*minutes_lost.*\n.*retired: \[min"):
        pull("erp", home=home, seen_at=SEEN_AT)
    tables(downtime + "    retired: [minutes]\n")
    erp.execute("update downtime set write_date = '2026-10-21 12:00:00.000000'")
    pull("erp", home=home, seen_at=SEEN_AT)
    assert rows("select count(*), count(minutes_lost) from raw_erp.downtime") == [(6, 3)]


@pytest.mark.parametrize("kind", ["integer", "real", "numeric(12, 3)"])
def test_a_stamp_that_is_no_moment_is_refused(
    home: Home, erp: TinyErp, tables: Tables, kind: str
) -> None:
    erp.execute(f"create table parcel (id integer primary key, upd {kind})")
    tables("  parcel:\n    key: [id]\n    changed_at: [upd]\n")
    with pytest.raises(DefinitionError, match=r"tables.yml:8:3: no_moment: .*upd is.*\n.*a view"):
        pull("erp", home=home, seen_at=SEEN_AT)


def test_a_deletion_log_that_tells_no_moment_is_refused(
    home: Home, sales: sa.Engine, tables: Tables
) -> None:
    execute(sales, "alter table sales.deleted_record add column epoch bigint")
    tables(ORDERS.replace("deleted_at: deleted_on", "deleted_at: epoch"))
    with pytest.raises(DefinitionError, match=r"no_moment: .*epoch is BIGINT"):
        pull("erp", home=home, seen_at=SEEN_AT)


def test_sqlite_may_keep_its_stamps_as_text_or_compute_them_in_a_view(
    home: Home, erp: TinyErp, rows: Rows, tables: Tables
) -> None:
    erp.execute(
        "create table parcel (id integer primary key, upd integer, at text)",
        "create view parcel_dated as select id, at, datetime(upd, 'unixepoch') as upd from parcel",
        "insert into parcel values (1, 1772352001, '2026-10-20T12:00:00'), (2, 1772352001, 'noon')",
    )
    tables(
        "  by_text:\n    from: parcel\n    key: [id]\n    changed_at: [at]\n"
        "  by_view:\n    from: parcel_dated\n    key: [id]\n    changed_at: [upd]\n"
        "    exclude: [upd]\n"
    )
    pull("erp", home=home, seen_at=SEEN_AT)
    assert rows("select id, changed_at from raw_erp.by_text") == [(1, NOON)]
    assert rows("select reason from raw_erp.rejected_row") == [
        ("changed_at is noon, which is no timestamp",)
    ]
    erp.execute(
        "update parcel set upd = upd + 100000, at = '2026-10-20T12:00:01' where id = 1",
    )
    assert pull("erp", home=home, seen_at=SEEN_AT).rows_loaded == 2
    assert rows("select id, changed_at from raw_erp.by_view order by all") == [
        (1, datetime(2026, 3, 1, 8, 0, 1)),  # noqa: DTZ001 - raw keeps naive UTC
        (1, datetime(2026, 3, 2, 11, 46, 41)),  # noqa: DTZ001 - raw keeps naive UTC
        (2, datetime(2026, 3, 1, 8, 0, 1)),  # noqa: DTZ001 - raw keeps naive UTC
    ]


def test_a_column_of_the_source_named_as_the_cursor_is_one_stamp_among_others(
    home: Home, erp: TinyErp, rows: Rows, tables: Tables
) -> None:
    erp.execute(
        "create table parcel (id integer primary key, changed_at datetime, created_at datetime)",
        "insert into parcel values (1, '2026-10-21 12:00:00.0', '2026-10-20 12:00:00.0'), "
        "(2, null, '2026-10-20 12:00:00.0')",
    )
    tables("  parcel:\n    key: [id]\n    changed_at: [changed_at, created_at]\n")
    pull("erp", home=home, seen_at=SEEN_AT)
    assert rows("select id, changed_at from raw_erp.parcel order by id") == [
        (1, NOON + timedelta(days=1)),
        (2, NOON),
    ]


@pytest.mark.parametrize("name", ["changed_at", "ChangedAt", "_row", "_deleted_at", "_seen_at"])
def test_a_column_with_the_name_of_one_of_ours_is_refused_until_it_is_left_out(
    home: Home, erp: TinyErp, rows: Rows, tables: Tables, name: str
) -> None:
    erp.execute(
        f"create table parcel (id integer primary key, upd datetime, {name} datetime)",
        "insert into parcel values (1, '2026-10-20 12:00:00.0', '1999-10-20 12:00:00.0')",
    )
    said = "  parcel:\n    key: [id]\n    changed_at: [upd]\n"
    tables(said)
    with pytest.raises(DefinitionError, match=rf"reserved_column: .*{name}.*\n.*\[{name}\]"):
        pull("erp", home=home, seen_at=SEEN_AT)
    tables(f"{said}    exclude: [{name}]\n")
    assert pull("erp", home=home, seen_at=SEEN_AT).rows_loaded == 1
    assert rows("select changed_at from raw_erp.parcel") == [(NOON,)]
