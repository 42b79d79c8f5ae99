"""What was said goes on record: appended, receipted, and read back as it was known at a moment."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from ingestion.values import record
from sightline.errors import SightlineEnvironmentError
from sightline.home import Home
from sightline.warehouse.duckdb import copy_raw
from tests.ingestion.conftest import SEEN_AT, Rows

KEY = {"kpi_id": "sorter_uptime", "scope": "north", "period_start": date(2026, 10, 19)}


def said(value: str) -> dict[str, pa.Table]:
    number = pa.array([Decimal(value)], pa.decimal128(38, 9))
    changed = pa.array([SEEN_AT.replace(tzinfo=None)], pa.timestamp("us"))
    names = {name: [value] for name, value in KEY.items()}
    return {
        "kpi_value": pa.table({**names, "value": number, "source_changed_at": changed}),
        "formula": pa.table({"kpi_id": pa.array([], pa.string())}),
    }


def test_a_version_is_appended_with_when_it_was_believed_and_a_receipt(
    home: Home, rows: Rows
) -> None:
    record(said("98.1"), home=home, seen_at=SEEN_AT)
    receipt = record(said("97.9"), home=home, seen_at=SEEN_AT + timedelta(days=1))
    assert receipt.rows_loaded == 1
    assert rows("select value, _seen_at from raw_values.kpi_value order by 2") == [
        (Decimal("98.1"), SEEN_AT.replace(tzinfo=None)),
        (Decimal("97.9"), SEEN_AT.replace(tzinfo=None) + timedelta(days=1)),
    ]
    assert rows("select kept from raw_values._receipt where table_name = 'kpi_value'") == [
        (1,),
        (1,),
    ]


def test_a_copy_of_raw_holds_what_was_known_by_then(home: Home, tmp_path: Path) -> None:
    for day, value in enumerate(("98.1", "97.9")):
        record(said(value), home=home, seen_at=SEEN_AT + timedelta(days=day))
    copy = tmp_path / "copy.duckdb"
    copy_raw(home, copy, known_at=SEEN_AT)
    with duckdb.connect(str(copy), read_only=True) as connection:
        assert connection.execute("select value from raw_values.kpi_value").fetchall() == [
            (Decimal("98.1"),)
        ]
        loads = connection.execute("select count(*) from raw_values._dlt_loads").fetchall()
    assert loads == [(2,)]  # the commit record carries no such moment and is whole


def test_what_cannot_be_opened_is_said_so(home: Home, tmp_path: Path) -> None:
    home.warehouse.write_bytes(b"no database")
    with pytest.raises(SightlineEnvironmentError, match="cannot open the warehouse"):
        copy_raw(home, tmp_path / "copy.duckdb", known_at=SEEN_AT)
