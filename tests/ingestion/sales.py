"""An ERP on PostgreSQL that is laid out quite differently, and the file that describes it."""

import sqlalchemy as sa

ORDERS = """
  sales_order:
    from: sales.sale_order
    key: [id]
    dated_by: date_order
    exclude: [search_vector]
    cast: {validity: seconds, rate: text, discount: decimal_comma}
    deletes: log
    deletion_log: {table: sales.deleted_record, key: [record_id], deleted_at: deleted_on}
"""
STOCK = """
  stock:
    from: sales.stock_quant
    key: [warehouse, productNo]
    changed_at: [in_date]
"""
SCHEMA = """
create schema sales;
create table sales.sale_order (
    id serial primary key, name varchar(20), date_order timestamptz, amount_total numeric,
    weight double precision, validity interval, rate numeric(20, 12), discount text,
    search_vector tsvector, create_date timestamp not null, write_date timestamp
);
create table sales.deleted_record (record_id int, deleted_on timestamp);
create table sales.stock_quant (
    warehouse text, "productNo" int, quantity numeric(12, 3), in_date timestamp,
    primary key (warehouse, "productNo")
);
insert into sales.sale_order values
    (1, 'S1', '2026-10-19 23:30:00+02', 1234.56, 2.5, '1 day 02:00', 0.123456789012, '1.234,56',
     'a', '2026-10-20 12:00:00', null),
    (2, 'S2', null, null, null, null, null, null, null, '2026-10-20 12:00:00', '2026-10-24 12:00');
insert into sales.stock_quant values
    ('north', 1, 5.125, '2026-10-20'), ('north', 2, 6, '2026-10-23'), ('south', 1, 7, '2026-10-23');
"""


def execute(engine: sa.Engine, statements: str) -> None:
    """Run statements in one transaction."""
    with engine.begin() as connection:
        connection.exec_driver_sql(statements)
