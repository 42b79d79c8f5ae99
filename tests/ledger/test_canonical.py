"""The bytes of a row: the same in SQL and in Python, and never those of another row."""

from datetime import UTC, date, datetime
from decimal import Decimal

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.ledger import merkle, raw, row_hash
from sightline.ledger.canonical import row_bytes, text

TYPES = {
    "words": "VARCHAR",
    "number": "BIGINT",
    "amount": "DECIMAL(38,9)",
    "share": "DOUBLE",
    "day": "DATE",
    "moment": "TIMESTAMP",
    "instant": "TIMESTAMP WITH TIME ZONE",
    "flag": "BOOLEAN",
    "content": "BLOB",
    'odd "name", really': "VARCHAR",
}
MOMENTS = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31))  # noqa: DTZ001 - raw keeps naive UTC
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ROW = st.fixed_dictionaries(
    {
        "words": st.none() | TEXT,
        "number": st.none() | st.integers(-(2**63), 2**63 - 1),
        "amount": st.none()
        | st.decimals(-(10**20), 10**20, places=9, allow_nan=False, allow_infinity=False),
        "share": st.none() | st.floats(),
        "day": st.none() | st.dates(date(1, 1, 1), date(9999, 12, 31)),
        "moment": st.none() | MOMENTS,
        "instant": st.none()
        | st.datetimes(datetime(1900, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - the bounds of the strategy are naive
        "flag": st.none() | st.booleans(),
        "content": st.none() | st.binary(max_size=20),
        'odd "name", really': st.none() | TEXT,
    }
)


@settings(deadline=None, max_examples=30)
@given(st.lists(ROW, min_size=1, max_size=10))
def test_sql_hashes_a_row_as_the_python_reference_does(rows: list[dict[str, object]]) -> None:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'America/New_York'")
        names = ['"' + name.replace('"', '""') + '"' for name in TYPES]
        declared = ", ".join(f"{n} {kind}" for n, kind in zip(names, TYPES.values(), strict=True))
        connection.execute(
            "create schema raw_x; create table raw_x.t "
            f"({declared}, _row bigint, _dlt_load_id varchar)"
        )
        marks = ", ".join("?" * (len(names) + 2))
        for number, row in enumerate(rows):
            values = [*(row[name] for name in TYPES), number, "1.5"]
            connection.execute(f"insert into raw_x.t values ({marks})", values)
        table = raw.raw_tables(connection)["raw_x", "t"]
        ((load, hashed),) = row_hash.by_load(connection, table, {"1.5": len(rows)})
    expected = [
        merkle.leaf_hash(
            row_bytes({name: text(value) for name, value in row.items()} | _technical(number))
        )
        for number, row in enumerate(rows)
    ]
    assert load == "1.5"
    assert hashed == b"".join(expected)


def _technical(number: int) -> dict[str, str | None]:
    return {"_row": str(number), "_dlt_load_id": "1.5"}


@given(st.dictionaries(TEXT, st.none() | TEXT), st.dictionaries(TEXT, st.none() | TEXT))
def test_only_equal_rows_have_equal_bytes(
    one: dict[str, str | None], other: dict[str, str | None]
) -> None:
    def told(row: dict[str, str | None]) -> dict[str, str]:
        return {name: value for name, value in row.items() if value is not None}

    assert (row_bytes(one) == row_bytes(other)) == (told(one) == told(other))


def test_what_a_separator_would_confuse_is_told_apart() -> None:
    assert row_bytes({"a": "1|", "b": "2"}) != row_bytes({"a": "1", "b": "|2"})
    assert row_bytes({"a": "b 1\n"}) != row_bytes({"a": "b", "b 1\n": ""})


def test_a_column_that_came_later_changes_no_row_from_before() -> None:
    assert (
        row_bytes({"a": "1"}) == row_bytes({"a": "1", "b": None}) != row_bytes({"a": "1", "b": ""})
    )


def test_decimals_are_written_in_full() -> None:
    assert text(Decimal("1E+2").quantize(Decimal("1e-9"))) == "100.000000000"


def test_both_nans_are_written_as_the_warehouse_writes_them() -> None:
    with duckdb.connect() as connection:
        for nan in (float("nan"), -float("nan")):
            ((told,),) = connection.execute("select cast(? as varchar)", [nan]).fetchall()
            assert text(nan) == told
