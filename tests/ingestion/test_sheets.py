"""Workbooks arrive cell by cell with their formulas; what cannot be trusted is counted."""

from __future__ import annotations

import os
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingestion import workbook
from ingestion.pull import pull
from sightline.errors import SightlineEnvironmentError
from sightline.home import Home
from tests.ingestion.conftest import SEEN_AT, Rows
from tests.ingestion.workbooks import rewrite, training

HEADER = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>Site</t></is></c>'
    '<c r="B1" t="inlineStr"><is><t>Value</t></is></c></row>'
)


@pytest.fixture
def sheets(home: Home) -> Path:
    folder = home.demo / "sheets"
    folder.mkdir()
    return folder


def test_each_cell_carries_value_formula_and_header(home: Home, sheets: Path, rows: Rows) -> None:
    training(sheets / "training.xlsx")
    assert pull("sheets", home=home, seen_at=SEEN_AT).rows_loaded == 11
    columns = "cell, column_name, value_text, value_number, value_date, formula"
    assert rows(f"select {columns} from raw_sheets.cell order by row_number, column_number") == [
        ("A2", "Week starting", "2026-10-12T00:00:00", None, date(2026, 10, 12), None),
        ("B2", "Site", "north", None, None, None),
        ("C2", "Headcount", "60", Decimal(60), None, None),
        ("D2", "Trained", "45", Decimal(45), None, None),
        ("E2", "Trained %", "75.0", Decimal(75), None, "=100*D2/C2"),
        ("A3", "Week starting", "2026-10-19T00:00:00", None, date(2026, 10, 19), None),
        ("B3", "Site", "north", None, None, None),
        ("C3", "Headcount", "60", Decimal(60), None, None),
        ("D3", "Trained", "45", Decimal(45), None, None),
        ("E3", "Trained %", "95", Decimal(95), None, None),
    ]


def test_an_unchanged_file_is_not_opened(
    home: Home, sheets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = training(sheets / "training.xlsx")
    training(sheets / "other.xlsx", trained=30)
    pull("sheets", home=home, seen_at=SEEN_AT)
    opened: list[Path] = []

    def read_all(paths: list[Path]) -> list[dict[str, Any]]:
        opened.extend(paths)
        return real(paths)

    real = workbook.read_all
    monkeypatch.setattr(workbook, "read_all", read_all)
    os.utime(path)
    assert pull("sheets", home=home, seen_at=SEEN_AT).rows_loaded == 0
    assert opened == []
    training(path, trained=50)
    assert pull("sheets", home=home, seen_at=SEEN_AT).rows_loaded == 11
    assert opened == [path]


def test_a_changed_file_arrives_whole_beside_its_old_content(
    home: Home, sheets: Path, rows: Rows
) -> None:
    for trained in (45, 50):
        training(sheets / "training.xlsx", trained=trained)
        pull("sheets", home=home, seen_at=SEEN_AT)
    assert rows("select value_number from raw_sheets.cell where cell = 'D2' order by 1") == [
        (Decimal(45),),
        (Decimal(50),),
    ]
    assert rows("select count(distinct file_sha256) from raw_sheets.workbook") == [(2,)]


def test_cells_without_a_trustworthy_value_are_rejected_and_counted(
    home: Home, sheets: Path, rows: Rows
) -> None:
    cells = (
        '<row r="2"><c r="A2"><f>1+1</f></c><c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
        '<row r="3"><c r="A3" t="e"><v>#N/A</v></c><c r="B3"><f>2*2</f><v>4</v></c></row>'
        '<row r="4"><c r="A4" t="str"><f>IF(B9="","",1)</f><v></v></c>'
        '<c r="B4"><v>1E30</v></c></row>'
        '<row r="5"><c r="B5"><f>0*1</f><v>0</v></c></row>'
    )
    rewrite(sheets / "troubled.xlsx", HEADER + cells)
    receipt = pull("sheets", home=home, seen_at=SEEN_AT)
    [counted] = [table for table in receipt.tables if table.table == "cell"]
    assert (counted.seen, counted.kept, counted.rejected) == (6, 2, 4)
    assert rows("select cell, value_number from raw_sheets.cell order by 1") == [
        ("B3", Decimal(4)),
        ("B5", Decimal(0)),
    ]
    assert rows("select cell, reason, formula from raw_sheets.rejected_cell order by 1") == [
        ("A2", "formula without a cached value: =1+1", "=1+1"),
        ("A3", "error value #N/A", None),
        ("B2", "error value #DIV/0!", "=1/0"),
        ("B4", "number out of range: 1e+30", None),
    ]
    assert rows(
        "select seen, kept, rejected from raw_receipts.receipt where table_name = 'cell'"
    ) == [(6, 2, 4)]


def test_one_stray_cell_far_out_costs_one_cell(home: Home, sheets: Path, rows: Rows) -> None:
    stray = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    rewrite(sheets / "stray.xlsx", HEADER + stray)
    pull("sheets", home=home, seen_at=SEEN_AT)
    assert rows("select cell, column_name from raw_sheets.cell") == [("XFD1048576", None)]


def test_a_number_kept_as_text_is_no_number(home: Home, sheets: Path, rows: Rows) -> None:
    text = '<row r="2"><c r="B2" t="inlineStr"><is><t>98</t></is></c></row>'
    rewrite(sheets / "text.xlsx", HEADER + text)
    pull("sheets", home=home, seen_at=SEEN_AT)
    assert rows("select value_text, value_number from raw_sheets.cell") == [("98", None)]


def test_a_zip_bomb_is_refused_unread_and_nothing_is_loaded(
    home: Home, sheets: Path, rows: Rows
) -> None:
    training(sheets / "honest.xlsx")
    rewrite(sheets / "swollen.xlsx", HEADER + " " * 20_000_000)
    with pytest.raises(SightlineEnvironmentError, match=r"swollen\.xlsx is refused unread"):
        pull("sheets", home=home, seen_at=SEEN_AT)
    (sheets / "swollen.xlsx").unlink()
    assert pull("sheets", home=home, seen_at=SEEN_AT).rows_loaded == 11


def test_a_workbook_larger_than_the_limit_is_refused_however_well_it_is_packed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = training(tmp_path / "large.xlsx")
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(entry.file_size for entry in archive.infolist())
    monkeypatch.setattr(workbook, "MOST_BYTES", unpacked)
    workbook.check_sizes(path)
    monkeypatch.setattr(workbook, "MOST_BYTES", unpacked - 1)
    with pytest.raises(SightlineEnvironmentError, match="refused unread"):
        workbook.check_sizes(path)


@pytest.mark.parametrize("content", [b"", b"PK no zip at all"])
def test_a_file_that_is_no_workbook_is_named(home: Home, sheets: Path, content: bytes) -> None:
    (sheets / "letter.xlsx").write_bytes(content)
    with pytest.raises(SightlineEnvironmentError, match=r"letter\.xlsx is no xlsx workbook"):
        pull("sheets", home=home, seen_at=SEEN_AT)


def test_a_workbook_that_breaks_its_reader_is_named(home: Home, sheets: Path) -> None:
    training(sheets / "a.xlsx")
    rewrite(sheets / "broken.xlsx", "<row><unclosed>")
    with pytest.raises(SightlineEnvironmentError, match=r"broken\.xlsx cannot be read"):
        pull("sheets", home=home, seen_at=SEEN_AT)


def test_a_missing_folder_names_the_setting(home: Home) -> None:
    with pytest.raises(SightlineEnvironmentError, match="SIGHTLINE_SHEETS_DIR"):
        pull("sheets", home=home, seen_at=SEEN_AT)


def test_the_file_says_when_and_by_whom_it_was_saved(tmp_path: Path) -> None:
    path = training(tmp_path / "training.xlsx")
    with zipfile.ZipFile(path) as archive:
        assert b"dcterms:modified" in archive.read("docProps/core.xml")
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert workbook.read(path)["modified_at"] is not None
    parts["docProps/core.xml"] = (
        b"<cp:coreProperties><cp:lastModifiedBy>site-office@northline.example"
        b"</cp:lastModifiedBy></cp:coreProperties>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    facts = workbook._properties(path)
    assert facts == {"modified_at": None, "modified_by": "site-office@northline.example"}
