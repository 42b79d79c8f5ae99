"""Workbooks arrive row by row as mapped and cell by cell; what cannot be trusted is counted."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from ingestion import folder, workbook
from ingestion.mapping import load
from ingestion.pull import pull
from ingestion.receipt import Receipt
from ingestion.source import sources
from ingestion.workbook import Job, xlsx
from ingestion.workbook.forensics import package
from ingestion.workbook.forensics.package import Properties
from ingestion.workbook.reading import Reading, Refusal
from sightline.errors import DefinitionError, SightlineEnvironmentError
from sightline.home import Home
from tests.ingestion.conftest import SEEN_AT, Rows
from tests.ingestion.workbooks import ods, ods_row, rewrite, table, text, training

HEADER = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>Site</t></is></c>'
    '<c r="B1" t="inlineStr"><is><t>Value</t></is></c></row>'
)
COUNTS = """
id: counts
file: counts.xlsx
columns:
  - {name: site, heading: Site, type: text}
  - {name: parcels, heading: Parcels, type: integer}
"""


@pytest.fixture
def sheets(home: Home) -> Path:
    folder = home.demo / "sheets"
    folder.mkdir()
    return folder


@pytest.fixture
def mappings(home: Home, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of mappings that is the test's own, with none in it."""
    folder = home.root / "mappings"
    folder.mkdir()
    monkeypatch.setenv("SIGHTLINE_SHEETS_MAPPINGS", str(folder))
    return folder


def counted(receipt: Receipt, name: str) -> tuple[int, int, int]:
    [found] = [table for table in receipt.tables if table.table == name]
    return found.seen, found.kept, found.rejected


def test_each_cell_carries_value_formula_and_header(home: Home, sheets: Path, rows: Rows) -> None:
    training(sheets / "training.xlsx")
    pull("sheets", home=home, seen_at=SEEN_AT)
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


def test_the_mapping_makes_typed_rows_of_the_cells(home: Home, sheets: Path, rows: Rows) -> None:
    training(sheets / "training.xlsx")
    assert counted(pull("sheets", home=home, seen_at=SEEN_AT), "training") == (2, 2, 0)
    columns = "sheet, row_number, week_starting, site, headcount, trained, trained_share"
    assert rows(f"select {columns} from raw_sheets.training order by row_number") == [
        ("Training", 2, date(2026, 10, 12), "north", 60, 45, Decimal(75)),
        ("Training", 3, date(2026, 10, 19), "north", 60, 45, Decimal(95)),
    ]


def test_an_unchanged_file_is_not_opened(
    home: Home, sheets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = training(sheets / "training.xlsx")
    training(sheets / "other.xlsx", trained=30)
    pull("sheets", home=home, seen_at=SEEN_AT)
    opened: list[Path] = []

    def read_all(jobs: list[Job]) -> Iterator[Reading | Refusal]:
        opened.extend(job.path for job in jobs)
        return workbook.read_all(jobs)

    monkeypatch.setattr(folder, "read_all", read_all)
    os.utime(path)
    assert pull("sheets", home=home, seen_at=SEEN_AT).rows_loaded == 0
    assert opened == []
    training(path, trained=50)
    assert pull("sheets", home=home, seen_at=SEEN_AT).rows_loaded == 13
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
        '<row r="6"><c r="B6"><v>1E20</v></c></row>'
    )
    rewrite(sheets / "troubled.xlsx", HEADER + cells)
    receipt = pull("sheets", home=home, seen_at=SEEN_AT)
    assert counted(receipt, "cell") == (7, 3, 4)
    assert rows("select cell, value_number from raw_sheets.cell order by 1") == [
        ("B3", Decimal(4)),
        ("B5", Decimal(0)),
        ("B6", Decimal(10) ** 20),
    ]
    assert rows("select cell, reason, formula from raw_sheets.rejected_cell order by 1") == [
        ("A2", "formula without a cached value: =1+1", "=1+1"),
        ("A3", "error value #N/A", None),
        ("B2", "error value #DIV/0!", "=1/0"),
        ("B4", "number out of range: 1e+30", None),
    ]
    assert rows(
        "select seen, kept, rejected from raw_sheets._receipt where table_name = 'cell'"
    ) == [(7, 3, 4)]


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


def test_a_file_that_cannot_be_read_is_refused_by_name_and_holds_no_other_back(
    home: Home, sheets: Path, rows: Rows
) -> None:
    training(sheets / "honest.xlsx")
    rewrite(sheets / "swollen.xlsx", HEADER + " " * 20_000_000)
    rewrite(sheets / "broken.xlsx", "<row><unclosed>")
    (sheets / "letter.xlsx").write_bytes(b"PK no zip at all")
    (sheets / "empty.ods").write_bytes(b"")
    (sheets / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    text(sheets / "loose.csv", "a;b\n1;2\n")
    receipt = pull("sheets", home=home, seen_at=SEEN_AT)
    assert counted(receipt, "workbook") == (7, 1, 6)
    assert rows("select file, rule from raw_sheets.rejected_workbook order by 1") == [
        ("broken.xlsx", "unreadable"),
        ("empty.ods", "not_a_workbook"),
        ("letter.xlsx", "not_a_workbook"),
        ("loose.csv", "no_mapping"),
        ("old.xls", "unknown_format"),
        ("swollen.xlsx", "too_large"),
    ]
    assert pull("sheets", home=home, seen_at=SEEN_AT).rows_loaded == 0


def test_a_workbook_larger_than_the_limit_is_refused_however_well_it_is_packed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = training(tmp_path / "large.xlsx")
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(entry.file_size for entry in archive.infolist())
    monkeypatch.setattr(workbook, "MOST_BYTES", unpacked)
    workbook.check_sizes(path)
    monkeypatch.setattr(workbook, "MOST_BYTES", unpacked - 1)
    with pytest.raises(Refusal, match="refused unread"):
        workbook.check_sizes(path)


def test_rows_that_do_not_fit_are_kept_with_their_place_and_the_named_reason(
    home: Home, sheets: Path, mappings: Path, rows: Rows
) -> None:
    (mappings / "counts.yml").write_text(
        COUNTS + 'skip: [{column: site, matches: "^Total"}]\n', encoding="utf-8"
    )
    content = [
        ["Site", "Parcels"],
        ["a", 1],
        ["b", ("=1/0", "#DIV/0!")],
        ["c", "NaN"],
        ["d", "1,5"],
        ["e"],
        ["MÃ¼nchen", 2],
        [None, 3],
        ["f", 1.5],
        ["Total", 9],
    ]
    table(sheets / "counts.xlsx", content)
    receipt = pull("sheets", home=home, seen_at=SEEN_AT)
    assert counted(receipt, "counts") == (9, 1, 8)
    assert rows("select site, parcels from raw_sheets.counts") == [("a", 1)]
    found = rows("select cell, rule from raw_sheets.rejected_counts order by row_number")
    assert found == [
        ("B3", "error_value"),
        ("B4", "not_a_number"),
        ("B5", "not_a_number"),
        ("B6", "empty"),
        ("A7", "wrong_code_page"),
        ("A8", "empty"),
        ("B9", "not_an_integer"),
        ("A10", "skipped"),
    ]
    [(sheet, reason, content_text)] = rows(
        "select sheet, reason, content from raw_sheets.rejected_counts where cell = 'B3'"
    )
    assert (sheet, content_text) == ("Sheet1", '{"site": "b", "parcels": "#DIV/0!"}')
    assert reason == "B3: parcels: error value #DIV/0!"


def test_hidden_rows_are_read_and_marked(
    home: Home, sheets: Path, mappings: Path, rows: Rows
) -> None:
    (mappings / "counts.yml").write_text(COUNTS.replace("xlsx", "ods"), encoding="utf-8")
    ods(
        sheets / "counts.ods",
        ods_row("Site", "Parcels") + ods_row("a", 1) + ods_row("b", 2, hidden=True),
    )
    pull("sheets", home=home, seen_at=SEEN_AT)
    assert rows("select site, is_hidden from raw_sheets.counts order by 1") == [
        ("a", False),
        ("b", True),
    ]
    assert rows("select distinct cell from raw_sheets.cell where is_hidden order by 1") == [
        ("A3",),
        ("B3",),
    ]


def test_a_table_that_is_not_as_mapped_leaves_its_last_good_reading_in_force(
    home: Home, sheets: Path, mappings: Path, rows: Rows
) -> None:
    (mappings / "counts.yml").write_text(COUNTS, encoding="utf-8")
    table(sheets / "counts.xlsx", [["Site", "Parcels"], ["a", 1]])
    pull("sheets", home=home, seen_at=SEEN_AT)
    table(sheets / "counts.xlsx", [["Site", "Parcels (t)"], ["a", 1]])
    assert counted(pull("sheets", home=home, seen_at=SEEN_AT), "workbook") == (1, 0, 1)
    [(rule, reason)] = rows("select rule, reason from raw_sheets.rejected_workbook")
    assert rule == "heading_not_found"
    assert reason == "counts: no column is headed 'Parcels'; did you mean 'Parcels (t)'?"
    changed = COUNTS.replace("heading: Parcels", "heading: Parcels (t)")
    (mappings / "counts.yml").write_text(changed, encoding="utf-8")
    assert counted(pull("sheets", home=home, seen_at=SEEN_AT), "counts") == (1, 1, 0)


def test_a_text_file_in_another_code_page_than_mapped_is_refused(
    home: Home, sheets: Path, mappings: Path, rows: Rows
) -> None:
    as_text = COUNTS.replace("counts.xlsx", "counts.csv") + 'delimiter: ";"\nencoding: '
    (mappings / "counts.yml").write_text(as_text + "utf-8\n", encoding="utf-8")
    text(sheets / "counts.csv", "Site;Parcels\nSüd;1\n", "cp1252")
    pull("sheets", home=home, seen_at=SEEN_AT)
    [(rule, reason)] = rows("select rule, reason from raw_sheets.rejected_workbook")
    assert (rule, reason[:43]) == ("wrong_code_page", "line 2 holds a byte that is no utf-8; corre")
    (mappings / "counts.yml").write_text(as_text + "cp1252\n", encoding="utf-8")
    text(sheets / "counts.csv", "Site;Parcels\nSüd;1\n", "utf-8")
    assert counted(pull("sheets", home=home, seen_at=SEEN_AT), "counts") == (1, 0, 1)
    assert rows("select rule from raw_sheets.rejected_counts") == [("wrong_code_page",)]


def test_a_file_that_is_gone_arrives_as_a_tombstone_unless_all_are(
    home: Home, sheets: Path, rows: Rows
) -> None:
    training(sheets / "a.xlsx")
    training(sheets / "b.xlsx")
    pull("sheets", home=home, seen_at=SEEN_AT)
    (sheets / "a.xlsx").unlink()
    later = SEEN_AT + timedelta(hours=1)
    assert pull("sheets", home=home, seen_at=later).rows_loaded == 1
    assert rows("select file from raw_sheets.workbook where _deleted_at is not null") == [
        ("a.xlsx",)
    ]
    shutil.rmtree(sheets)
    sheets.mkdir()
    with pytest.raises(SightlineEnvironmentError, match="gone from"):
        pull("sheets", home=home, seen_at=later)


def test_a_text_file_is_not_read_by_two_mappings_that_disagree_on_its_letters(
    sheets: Path, mappings: Path
) -> None:
    for name, encoding in (("counts", "utf-8"), ("again", "cp1252")):
        mapping = COUNTS.replace("counts.xlsx", "counts.csv").replace("id: counts", f"id: {name}")
        mapping += f'delimiter: ";"\nencoding: {encoding}\n'
        (mappings / f"{name}.yml").write_text(mapping, encoding="utf-8")
    text(sheets / "counts.csv", "Site;Parcels\na;1\n")
    read = folder.Folder(sheets, load(mappings), SEEN_AT.replace(tzinfo=None)).changes({})
    assert [row["rule"] for row in read["rejected_workbook"]] == ["two_code_pages"]


def test_a_mapping_that_is_wrong_is_told_with_line_and_way_out_before_anything_is_read(
    home: Home, sheets: Path, mappings: Path
) -> None:
    (mappings / "counts.yml").write_text(COUNTS.replace("integer", "number"), encoding="utf-8")
    with pytest.raises(DefinitionError) as refused:
        pull("sheets", home=home, seen_at=SEEN_AT)
    [finding] = refused.value.findings
    assert (finding.rule, finding.place.file, finding.place.line) == (
        "unknown_word",
        "mappings/counts.yml",
        6,
    )


def test_a_mapping_is_a_table_of_the_source(mappings: Path) -> None:
    (mappings / "counts.yml").write_text(COUNTS, encoding="utf-8")
    tables = {table.name: table for table in sources()["sheets"].tables}
    assert tables["counts"].columns["parcels"] == "bigint"
    assert tables["rejected_counts"].rejects_of == "counts"


def test_a_missing_folder_names_the_setting(home: Home) -> None:
    with pytest.raises(SightlineEnvironmentError, match="SIGHTLINE_SHEETS_DIR"):
        pull("sheets", home=home, seen_at=SEEN_AT)


def test_the_file_says_when_and_by_whom_it_was_saved(tmp_path: Path) -> None:
    path = training(tmp_path / "training.xlsx")
    with zipfile.ZipFile(path) as archive:
        assert b"dcterms:modified" in archive.read("docProps/core.xml")
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert xlsx.read(path).modified_at is not None
    parts["docProps/core.xml"] = (
        b"<cp:coreProperties><cp:lastModifiedBy>site-office@northline.example"
        b"</cp:lastModifiedBy></cp:coreProperties>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert package.properties(path) == Properties(modified_by="site-office@northline.example")


def test_each_sheet_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = table(tmp_path / "counts.xlsx", [["Site", "Twice"], ["north", ("=2*3", 6.5)]])
    opened: list[str] = []
    original = zipfile.ZipFile.open

    def noted(archive: zipfile.ZipFile, name: Any, *more: Any, **named: Any) -> Any:
        opened.append(getattr(name, "filename", name))
        return original(archive, name, *more, **named)

    monkeypatch.setattr(zipfile.ZipFile, "open", noted)
    cells = xlsx.read(path).cells
    assert (cells[-1].formula, cells[-1].number) == ("=2*3", "6.5")
    assert opened.count("xl/worksheets/sheet1.xml") == 1


def test_a_formula_behind_a_merged_cell_is_none_though_a_comment_is_there(tmp_path: Path) -> None:
    path = tmp_path / "merged.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("S")
        sheet.merge_range("A1:B1", "all")
        sheet.write_formula("B1", "=1+1", None, 2)
        sheet.write_comment("B1", "to be done")
    assert [cell.address for cell in xlsx.read(path).cells] == ["A1"]


def test_a_table_of_what_ifs_is_spelt_the_same_each_time(tmp_path: Path) -> None:
    what_if = '<f t="dataTable" ref="B2:B2" dt2D="1" r1="A1" r2="B1"/>'
    row = f'<row r="2"><c r="B2">{what_if}<v>4</v></c></row>'
    [*_, cell] = xlsx.read(rewrite(tmp_path / "what_if.xlsx", HEADER + row)).cells
    assert (cell.formula, cell.number) == ("=TABLE(A1,B1)", "4")
