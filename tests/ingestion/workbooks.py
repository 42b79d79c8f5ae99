"""Small workbooks with the troubles of real ones."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

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
