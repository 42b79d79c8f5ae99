"""The bytes of a row: the same in SQL and in Python, and never those of another row."""

from datetime import UTC, date, datetime
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.ledger import check_proof, merkle, raw, row_hash
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


LISTED = st.sets(st.sampled_from([*TYPES, "_row", "_dlt_load_id", "dropped since", "it's gone"]))


@settings(deadline=None, max_examples=30)
@given(st.lists(ROW, min_size=1, max_size=10), LISTED.map(sorted))
def test_sql_hashes_a_row_as_the_python_reference_does(
    rows: list[dict[str, object]], columns: list[str]
) -> None:
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
        ((load, hashed),) = row_hash.by_load(connection, table, {"1.5": len(rows)}, columns)
    expected = b""
    for number, row in enumerate(rows):
        told = {name: text(value) for name, value in row.items()} | _technical(number)
        assert check_proof.canonical(_told(told), columns) == row_bytes(told, columns)
        expected += merkle.leaf_hash(row_bytes(told, columns))
    assert (load, hashed) == ("1.5", expected)


def _technical(number: int) -> dict[str, str | None]:
    return {"_row": str(number), "_dlt_load_id": "1.5"}


NAMES = st.sampled_from(["a", "b", "b 1\n", "1:a"])
VALUES = st.none() | st.text("1: \n", max_size=3)
ROWS = st.dictionaries(NAMES, VALUES)


@given(ROWS, ROWS, st.sets(NAMES).map(sorted))
def test_only_equal_rows_have_equal_bytes(
    one: dict[str, str | None], other: dict[str, str | None], columns: list[str]
) -> None:
    same = _told(one) == _told(other)
    assert (row_bytes(one, columns) == row_bytes(other, columns)) == same


def _told(row: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in row.items() if value is not None}


@pytest.mark.parametrize("columns", [[], ["a"], ["a", "b"]])
def test_what_a_separator_would_confuse_is_told_apart(columns: list[str]) -> None:
    def told(**values: str | None) -> bytes:
        return row_bytes(values, columns)

    assert told(a="1|", b="2") != told(a="1", b="|2")
    assert told(a="1", b=None) != told(a=None, b="1")
    assert told(a="", b="") != told(a="", b=None)
    assert row_bytes({"a": "b 1\n"}, columns) != row_bytes({"a": "b", "b 1\n": ""}, columns)


def test_a_column_that_came_later_changes_no_row_from_before() -> None:
    sealed = row_bytes({"a": "1"}, ["a"])
    assert sealed == row_bytes({"a": "1", "b": None}, ["a"])
    assert sealed != row_bytes({"a": "1", "b": ""}, ["a"])


def test_decimals_are_written_in_full() -> None:
    assert text(Decimal("1E+2").quantize(Decimal("1e-9"))) == "100.000000000"


def test_both_nans_are_written_as_the_warehouse_writes_them() -> None:
    with duckdb.connect() as connection:
        for nan in (float("nan"), -float("nan")):
            ((told,),) = connection.execute("select cast(? as varchar)", [nan]).fetchall()
            assert text(nan) == told
