"""Small workbooks with the troubles of real ones."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

HEADER = ("Week starting", "Site", "Headcount", "Trained", "Trained %")


def training(path: Path, *, trained: int = 45) -> Path:
    """Two weeks; the second percentage is a constant typed over its formula."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(path)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("Training")
    for column, title in enumerate(HEADER):
        sheet.write_string(0, column, title)
    for row in (1, 2):
        sheet.write_datetime(row, 0, date(2026, 10, 5 + 7 * row), day)
        sheet.write_row(row, 1, ["north", 60, trained])
    sheet.write_formula(1, 4, "=100*D2/C2", None, 100 * trained / 60)
    sheet.write_number(2, 4, 95)
    book.close()
    return path


def rewrite(path: Path, sheet_data: str) -> Path:
    """Replace the rows of the first sheet by raw XML, as other programs may write them."""
    training(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{sheet_data}</sheetData></worksheet>"
    ).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def table(path: Path, rows: Sequence[Sequence[Any]], *, sheet: str = "Sheet1") -> Path:
    """An xlsx of these rows; a formula is a pair of itself and its cached value."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        written = book.add_worksheet(sheet)
        for row, values in enumerate(rows):
            for column, value in enumerate(values):
                if isinstance(value, tuple):
                    written.write_formula(row, column, value[0], None, value[1])
                elif isinstance(value, date):
                    written.write_datetime(row, column, value)
                elif value is not None:
                    written.write(row, column, value)
    return path


def text(path: Path, content: str, encoding: str = "utf-8") -> Path:
    """A text file in a code page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode(encoding))
    return path


_ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content office:version="1.3"
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">
<office:body><office:spreadsheet><table:table table:name="{sheet}">{rows}</table:table>
</office:spreadsheet></office:body></office:document-content>"""


def ods(path: Path, rows: str, *, sheet: str = "Sheet1") -> Path:
    """An ods with these rows of XML, as LibreOffice writes them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", _ODS.format(sheet=sheet, rows=rows))
    return path


def ods_row(*values: Any, hidden: bool = False) -> str:
    """A row of text, numbers, days and empty places; a mapping gives a cell's own attributes."""
    shown = ' table:visibility="collapse"' if hidden else ""
    return f"<table:table-row{shown}>{''.join(map(_ods_cell, values))}</table:table-row>"


def _ods_cell(value: Any) -> str:
    kinds = {"float": "office:value", "date": "office:date-value"}
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, dict):
        shown = value.pop("shown", "")
        attributes = "".join(f' {name}="{content}"' for name, content in value.items())
        return f"<table:table-cell{attributes}><text:p>{shown}</text:p></table:table-cell>"
    kind = "date" if isinstance(value, date) else "string" if isinstance(value, str) else "float"
    content = f' {kinds[kind]}="{value}"' if kind in kinds else ""
    return (
        f'<table:table-cell office:value-type="{kind}"{content}>'
        f"<text:p>{value}</text:p></table:table-cell>"
    )
