"""xlsx: formula and cached value side by side."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ingestion.workbook import forensics
from ingestion.workbook.forensics import package
from ingestion.workbook.reading import MOST_CELLS, Cell, Reading, Refusal, Sheet, doubt


def read(path: Path) -> Reading:
    """All filled cells, those of hidden rows and sheets too, and what is odd about the file."""
    from ingestion.workbook.opening import load

    workbook = load(path)
    cells = [cell for sheet in workbook.worksheets for cell in _cells(sheet)]
    sheets = tuple(
        Sheet(
            sheet.title,
            sheet.sheet_state != "visible",
            tuple(
                (area.min_row, area.min_col, area.max_row, area.max_col)
                for area in sheet.merged_cells.ranges
            ),
            frozenset(_hidden_rows(sheet)),
            sheet.sheet_state == "veryHidden",
            frozenset(_folded_rows(sheet)),
        )
        for sheet in workbook.worksheets
    )
    oddities = forensics.examine(sheets, cells, _styles(workbook))
    saved = package.properties(path)
    return Reading(
        sheets,
        tuple(cells),
        saved.modified_at,
        saved.modified_by,
        saved.created_by,
        (*oddities, *package.unread(path, cells)),
    )


def _styles(workbook: Any) -> dict[tuple[str, int, int], forensics.Style]:
    """How each filled cell looks; workbooks have few styles, so each is resolved once."""
    known: dict[tuple[int, int], forensics.Style] = {}
    styles = {}
    for sheet in workbook.worksheets:
        for (row, column), cell in sheet._cells.items():
            if not _is_filled(sheet, cell):
                continue  # such a one may have no style at all
            ids = (cell._style.fontId, cell._style.numFmtId)
            if ids not in known:
                font = cell.font
                known[ids] = forensics.Style(
                    cell.number_format, (font.name or "", float(font.sz or 0))
                )
            styles[sheet.title, row, column] = known[ids]
    return styles


def _cells(sheet: Any) -> Iterator[Cell]:
    """Filled cells in reading order.

    Walks the cells there are, not the rectangle they span: one stray cell far out would turn
    200 rows into 70 million places.
    """
    there = sorted((place, cell) for place, cell in sheet._cells.items() if _is_filled(sheet, cell))
    if len(there) > MOST_CELLS:
        raise Refusal("too_large", f"it has more than {MOST_CELLS:,} filled cells; divide it")
    hidden_rows = _hidden_rows(sheet)
    hidden_columns = {
        column
        for shown in sheet.column_dimensions.values()
        if shown.hidden or shown.width == 0
        for column in range(shown.min or 0, (shown.max or 0) + 1)
    }
    is_hidden_sheet = sheet.sheet_state != "visible"
    for (row, column), cell in there:
        formula = _formula(sheet, cell)
        says_nothing = cell.value is None and cell.data_type == "str"
        if formula is not None and (says_nothing or _is_blank(cell.value)):
            continue  # a formula that says "", the usual way to leave a row blank
        yield Cell(
            sheet.title,
            row,
            column,
            **_value(cell, formula),
            formula=formula,
            is_hidden=is_hidden_sheet or row in hidden_rows or column in hidden_columns,
            is_percent="%" in str(cell.number_format),
        )


def _hidden_rows(sheet: Any) -> set[int]:
    """A row of no height is as hidden as one that is said to be."""
    shown = sheet.row_dimensions.items()
    return {number for number, row in shown if row.hidden or row.height == 0}


def _folded_rows(sheet: Any) -> set[int]:
    """Rows of a group, and rows below the heading of a filter that is set."""
    from openpyxl.worksheet.cell_range import CellRange

    groups = {number for number, row in sheet.row_dimensions.items() if row.outline_level}
    tables = (table.autoFilter for table in sheet.tables.values())
    filters = [one for one in (sheet.auto_filter, *tables) if one and one.ref and one.filterColumn]
    areas = [CellRange(one.ref) for one in filters]
    return groups.union(*(range(area.min_row + 1, area.max_row + 1) for area in areas))


def _is_filled(sheet: Any, cell: Any) -> bool:
    has_value = cell.value is not None and not _is_blank(cell.value)
    return has_value or (cell.row, cell.column) in sheet.formulas


def _is_blank(value: Any) -> bool:
    return isinstance(value, str) and not value.strip()


def _formula(sheet: Any, cell: Any) -> str | None:
    """As it is written; array formulas and tables of what-ifs are objects."""
    formula = sheet.formulas.get((cell.row, cell.column))
    if formula is None or isinstance(formula, str):
        return formula
    inputs = (getattr(formula, name, None) for name in ("r1", "r2"))
    return getattr(formula, "text", None) or f"=TABLE({','.join(filter(None, inputs))})"


def _value(cell: Any, formula: str | None) -> dict[str, Any]:
    """The cached value as exact text and, where it is one, as number or moment; or why not."""
    value = cell.value
    if value is None:
        reason = f"formula without a cached value: {formula}"
        return {"text": "", "rule": "no_cached_value", "reason": reason}
    number = moment = None
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = str(value)
    if isinstance(value, date):
        day = value if isinstance(value, datetime) else datetime.combine(value, datetime.min.time())
        moment = value = day.isoformat()
    text = str(value)
    return {"text": text, "number": number, "moment": moment, **doubt(text, number)}
