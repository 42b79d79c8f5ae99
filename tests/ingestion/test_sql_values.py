"""Values of a source are kept exactly or rejected with their reason, by Arrow as by the driver."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from ingestion.pull import pull
from ingestion.sql.reconcile import reconcile
from sightline.home import Home
from tests.ingestion.conftest import SEEN_AT, Rows, Tables
from tests.ingestion.firm import NOON, TinyErp
from tests.ingestion.sales import ORDERS, STOCK, execute

LATER = SEEN_AT + timedelta(hours=1)


@pytest.fixture(params=[True, False], ids=["arrow", "driver"])
def is_arrow(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether rows come as Arrow from the database, or value by value from its driver."""
    if not request.param:
        monkeypatch.setattr("ingestion.sql.arrow_reading.find_spec", lambda _: None)
    return bool(request.param)


def test_a_row_that_holds_no_number_is_rejected_with_its_reason_and_holds_back_no_other(
    home: Home,
    sales: sa.Engine,
    tables: Tables,
    rows: Rows,
    *,
    is_arrow: bool,
) -> None:
    for number, edit in enumerate(
        [
            "weight = 'NaN'",
            "weight = '-Infinity', amount_total = 'Infinity'",
            "amount_total = 'NaN'",
            "amount_total = 0.1234567891",
            "discount = '12,5 EUR'",
        ],
        start=10,
    ):
        execute(
            sales,
            f"insert into sales.sale_order (id, create_date) values ({number}, '2026-10-20 12:00');"
            f"update sales.sale_order set {edit} where id = {number}",
        )
    tables(ORDERS)
    orders, *_ = pull("erp", home=home, seen_at=SEEN_AT).tables
    assert (orders.seen, orders.kept, orders.rejected) == (7, 2, 5)
    assert rows("select id, weight, discount from raw_erp.sales_order order by id") == [
        (1, 2.5, Decimal("1234.56")),
        (2, None, None),
    ]
    infinite = "inf" if is_arrow else "infinity"
    assert rows(
        "select row_key, rule, lower(reason) from raw_erp.rejected_row "
        "where table_name = 'sales_order' order by 1"
    ) == [
        ('{"id": 10}', "not_finite", "weight is nan, which is no double"),
        (
            '{"id": 11}',
            "not_finite",
            f"amount_total is {infinite}, which is no decimal; weight is -inf, which is no double",
        ),
        ('{"id": 12}', "not_finite", "amount_total is nan, which is no decimal"),
        ('{"id": 13}', "does_not_fit", "amount_total is 0.1234567891, which is no decimal"),
        (
            '{"id": 14}',
            "does_not_fit",
            "discount is 12,5 eur, which is no decimal written like 1.234,5",
        ),
    ]
    assert rows(
        "select column_name, row_count from raw_erp.source_difference "
        "where kind = 'rejected' order by 1"
    ) == [("amount_total", 3), ("discount", 1), ("weight", 2)]
    for later in (LATER, LATER + timedelta(hours=1)):  # keys are compared, and both are known
        assert pull("erp", home=home, seen_at=later).tables[0].seen == 0
    execute(
        sales, "update sales.sale_order set weight = 3, write_date = '2026-10-27' where id = 10"
    )
    assert pull("erp", home=home, seen_at=LATER + timedelta(days=2)).rows_loaded == 1


def test_a_decimal_comma_is_read_by_the_rule_of_sheets(
    home: Home,
    sales: sa.Engine,
    tables: Tables,
    rows: Rows,
    *,
    is_arrow: bool,
) -> None:
    numbers = ["12.5", "1.23", "1.234", "-1.234.567,5", " 1234,5 ", "1.2345,6", "12,"]
    execute(
        sales,
        "delete from sales.sale_order;"
        "insert into sales.sale_order (id, discount, create_date) values "
        + ", ".join(f"({at}, '{text}', '2026-10-20 12:00')" for at, text in enumerate(numbers)),
    )
    tables(ORDERS)
    pull("erp", home=home, seen_at=SEEN_AT)
    assert rows("select id, discount from raw_erp.sales_order order by id") == [
        (2, Decimal(1234)),
        (3, Decimal("-1234567.5")),
        (4, Decimal("1234.5")),
    ]
    assert rows("select reason from raw_erp.rejected_row order by row_key") == [
        (f"discount is {text}, which is no decimal written like 1.234,5",)
        for text in ("12.5", "1.23", "1.2345,6", "12,")
    ]


def test_a_uuid_is_a_key_like_any_other(
    home: Home,
    sales: sa.Engine,
    tables: Tables,
    rows: Rows,
    *,
    is_arrow: bool,
) -> None:
    first, second, third = (f"0192b6b0-0000-7000-8000-00000000000{at}" for at in (1, 2, 3))
    execute(
        sales,
        "create table sales.parcel (uid uuid primary key, upd timestamp);"
        "create table sales.gone (uid uuid, at timestamp);"
        f"insert into sales.parcel values ('{first}', '2026-10-20'), ('{second}', '2026-10-24')",
    )
    parcel = "    from: sales.parcel\n    key: [uid]\n    changed_at: [upd]\n"
    log = "    deletes: log\n    deletion_log: {table: sales.gone, key: [uid], deleted_at: at}\n"
    tables(f"  parcel:\n{parcel}  logged:\n{parcel}{log}")
    assert pull("erp", home=home, seen_at=SEEN_AT).rows_loaded == 4
    execute(
        sales,
        f"delete from sales.parcel where uid = '{second}';"
        f"insert into sales.gone values ('{second}', '2026-10-25');"
        f"insert into sales.parcel values ('{third}', '2026-10-01');",
    )
    pull("erp", home=home, seen_at=LATER)
    found = "select uid, _deleted_at is null from raw_erp.{} where _found_by is not null order by 1"
    assert rows(found.format("parcel")) == [(second, False), (third, True)]
    assert rows(found.format("logged")) == [(second, False)]


def test_an_infinite_moment_is_no_moment(
    home: Home, sales: sa.Engine, tables: Tables, rows: Rows
) -> None:
    execute(sales, "update sales.sale_order set date_order = 'infinity' where id = 1")
    tables(ORDERS)
    assert pull("erp", home=home, seen_at=SEEN_AT).tables[0].rejected == 1
    assert rows("select reason from raw_erp.rejected_row") == [
        ("date_order is infinite, or beyond the years 1 to 9999, which is no timestamp",)
    ]


def test_a_known_row_edited_into_no_number_is_rejected_and_not_taken_for_deleted(
    home: Home, sales: sa.Engine, tables: Tables, rows: Rows
) -> None:
    tables(STOCK)
    pull("erp", home=home, seen_at=SEEN_AT)
    execute(sales, "update sales.stock_quant set quantity = 'NaN' where in_date = '2026-10-20'")
    done = [reconcile("erp", home=home, seen_at=LATER).tables[0] for _ in range(2)]
    assert [(table.deleted, table.edited, table.rejected) for table in done] == [(0, 0, 1)] * 2
    assert rows("select row_key, rule from raw_erp.rejected_row") == [
        ('{"warehouse": "north", "product_no": 1}', "not_finite")
    ]
    assert rows("select count(*) from raw_erp.stock") == [(3,)]


def test_sqlite_too_loses_a_row_that_holds_no_number_to_nobody(
    home: Home, erp: TinyErp, rows: Rows, tables: Tables
) -> None:
    erp.execute(
        "create table scale (scale_id integer primary key, tons numeric(12, 3), load real, "
        "create_date datetime, write_date datetime)",
        "insert into scale values (1, 1.125, 0.5, '2026-10-20 12:00:00.000000', null), "
        "(2, 9e999, 1, '2026-10-20 12:00:00.000000', null), "
        "(3, 2, -9e999, '2026-10-20 12:00:00.000000', null), "
        "(4, 'heavy', 1, '2026-10-20 12:00:00.000000', null)",
    )
    tables("  scale:\n    key: [scale_id]\n")
    scale, *_ = pull("erp", home=home, seen_at=SEEN_AT).tables
    assert (scale.seen, scale.kept, scale.rejected) == (4, 1, 3)
    assert rows("select tons, load from raw_erp.scale") == [(Decimal("1.125"), 0.5)]
    assert rows("select reason from raw_erp.rejected_row order by row_key") == [
        ("tons is inf, which is no decimal",),
        ("load is -inf, which is no double",),
        ("tons is heavy, which is no decimal",),
    ]


def test_what_sqlite_keeps_in_a_column_of_another_type_is_rejected_by_its_row(
    home: Home, erp: TinyErp, rows: Rows, tables: Tables
) -> None:
    sound = "2026-10-20 12:00:00"
    erp.execute(
        "create table parcel (id integer primary key, day date, left_at datetime, ok boolean, "
        "upd datetime)",
        f"insert into parcel values (1, '2026-10-20', '{sound}', 1, '{sound}'), "
        f"(2, '2026-13-40', '{sound}', 1, '{sound}'), (3, 20261020, '{sound}', 1, '{sound}'), "
        f"(4, '2026-10-20', 'noon', 1, '{sound}'), (5, '2026-10-20', '{sound}', 'no', '{sound}'), "
        f"(6, '2026-10-20', '2026-10-20T14:00:00+02:00', 0, '{sound}'), "
        f"(7, '2026-10-20', '{sound}', 1, 1772352001)",
    )
    tables("  parcel:\n    key: [id]\n    changed_at: [upd]\n")
    parcel, *_ = pull("erp", home=home, seen_at=SEEN_AT).tables
    assert (parcel.seen, parcel.kept, parcel.rejected) == (7, 2, 5)
    assert rows("select id, day, left_at, ok from raw_erp.parcel order by id") == [
        (1, NOON.date(), NOON, True),
        (6, NOON.date(), NOON, False),
    ]
    assert rows("select reason from raw_erp.rejected_row order by row_key") == [
        ("day is 2026-13-40, which is no date",),
        ("day is 20261020, which is no date",),
        ("left_at is noon, which is no timestamp",),
        ("ok is no, which is no bool",),
        (f"upd is {(odd := '1772352001, which is no timestamp')}; changed_at is {odd}",),
    ]


def test_days_in_sqlite_are_keys_and_stamps_like_any_other(
    home: Home, erp: TinyErp, rows: Rows, tables: Tables
) -> None:
    erp.execute(
        "create table shift (site text, day date, upd date, primary key (site, day))",
        "insert into shift values ('a', '2026-10-20', '2026-10-20'), ('b', '2026-10-20', "
        "'2026-10-22')",
    )
    tables("  shift:\n    key: [site, day]\n    changed_at: [upd]\n    overlap_minutes: 1440\n")
    pull("erp", home=home, seen_at=SEEN_AT)
    erp.execute("insert into shift values ('late', '2026-10-20', '2026-10-21')")
    pull("erp", home=home, seen_at=SEEN_AT + timedelta(minutes=1))
    assert rows("select site, _found_by from raw_erp.shift where site = 'late'") == [("late", None)]
    erp.execute(
        "insert into shift values ('below', '2026-10-20', '2020-01-01')",
        "delete from shift where site = 'a'",
    )
    pull("erp", home=home, seen_at=LATER)
    assert rows("select site, day from raw_erp.shift where _found_by = 'keys' order by 1") == [
        ("a", NOON.date()),
        ("below", NOON.date()),
    ]


def test_sqlite_rounds_a_decimal_where_told_and_reads_no_other_number_out_of_text(
    home: Home, erp: TinyErp, rows: Rows, tables: Tables
) -> None:
    erp.execute(
        "create table parcel (id integer primary key, price numeric(10, 2), upd datetime)",
        "insert into parcel values (1, 0.1 + 0.2, '2026-10-20 12:00:00'), "
        "(2, '1,5', '2026-10-20 12:00:00'), (3, 7, '2026-10-20 12:00:00')",
    )
    tables("  parcel:\n    key: [id]\n    changed_at: [upd]\n    cast: {price: decimal}\n")
    pull("erp", home=home, seen_at=SEEN_AT)
    assert rows("select id, price from raw_erp.parcel order by id") == [
        (1, Decimal("0.3")),
        (3, Decimal(7)),
    ]
    assert rows("select reason from raw_erp.rejected_row") == [
        ("price is 1,5, which is no decimal",)
    ]


def test_a_table_whose_every_row_was_rejected_is_read_once_the_file_is_right(
    home: Home, erp: TinyErp, rows: Rows, tables: Tables
) -> None:
    erp.execute(
        "create table parcel (id integer primary key, tons text, upd datetime)",
        "insert into parcel values (1, '12.5', '2026-10-20 12:00:00.0'), "
        "(2, '1.5', '2026-10-24 12:00:00.0')",
    )
    said = "  parcel:\n    key: [id]\n    changed_at: [upd]\n    cast: {tons: %s}\n"
    tables(said % "decimal_comma")
    assert pull("erp", home=home, seen_at=SEEN_AT).tables[0].rejected == 2
    assert pull("erp", home=home, seen_at=LATER).tables[0].seen == 0
    tables(said % "decimal")
    pull("erp", home=home, seen_at=LATER + timedelta(hours=1))
    assert rows("select id, tons from raw_erp.parcel order by id") == [
        (1, Decimal("12.5")),
        (2, Decimal("1.5")),
    ]
