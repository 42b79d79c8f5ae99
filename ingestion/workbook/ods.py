"""ods: read from its own XML, for the readers there are turn error values into empty text.

The format says more than they tell: formulas, error values, hidden rows, percentages. Rows and
cells are repeated by a count, so a sheet filled down to its last row costs only what is filled.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from ingestion.workbook import forensics
from ingestion.workbook.reading import (
    ERROR_VALUE,
    MOST_CELLS,
    Cell,
    Reading,
    Refusal,
    Sheet,
    doubt,
)

_PREFIXES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
    "meta": "urn:oasis:names:tc:opendocument:xmlns:meta:1.0",
    "dc": "http://purl.org/dc/elements/1.1/",
}


def _name(short: str) -> str:
    prefix, _, local = short.partition(":")
    return f"{{{_PREFIXES[prefix]}}}{local}"


TABLE, ROW, COLUMN = map(_name, ("table:table", "table:table-row", "table:table-column"))
CELLS = (_name("table:table-cell"), _name("table:covered-table-cell"))
REFERENCE = re.compile(r"\[([^\]]*)\]")


def read(path: Path) -> Reading:
    """All filled cells, those of hidden rows, columns and sheets too."""
    sheets: list[Sheet] = []
    cells: list[Cell] = []
    with zipfile.ZipFile(path) as archive:
        with archive.open("content.xml") as content:
            for sheet, found in _sheets(content):
                sheets.append(sheet)
                cells.extend(found)
        modified = _properties(archive)
    oddities = tuple(forensics.examine(sheets, cells))
    return Reading(tuple(sheets), tuple(cells), *modified, oddities)


def _sheets(content: Any) -> Iterator[tuple[Sheet, list[Cell]]]:
    """Each sheet once its end is read; rows are forgotten as soon as they are taken."""
    hidden_styles: set[str] = set()
    parser = ElementTree.iterparse(content, events=("start", "end"))  # noqa: S314 - in a child under limits, sizes checked
    cells: list[Cell] = []
    merged: list[tuple[int, int, int, int]] = []
    depth, row = 0, 1
    for event, element in parser:
        if element.tag == TABLE:
            depth += 1 if event == "start" else -1
            if event == "start" and depth == 1:
                name, cells, merged, row = str(element.get(_name("table:name"))), [], [], 1
                hidden_rows, folded_rows = set[int](), set[int]()
                hidden_columns: list[bool] = []
                is_hidden = element.get(_name("table:style-name")) in hidden_styles
            elif event == "end" and depth == 0:
                sheet = Sheet(name, is_hidden, tuple(merged), frozenset(hidden_rows))
                yield sheet._replace(folded_rows=frozenset(folded_rows)), cells
                element.clear()
        elif event == "end" and element.tag == _name("style:style"):
            properties = element.find(_name("style:table-properties"))
            if properties is not None and properties.get(_name("table:display")) == "false":
                hidden_styles.add(str(element.get(_name("style:name"))))
        elif event == "end" and element.tag == COLUMN and depth == 1:
            repeated = int(element.get(_name("table:number-columns-repeated"), 1))
            is_shown = element.get(_name("table:visibility"), "visible") == "visible"
            hidden_columns += [not is_shown] * min(repeated, 20_000)
        elif event == "end" and element.tag == ROW and depth == 1:
            repeated = int(element.get(_name("table:number-rows-repeated"), 1))
            shown = element.get(_name("table:visibility"), "visible")
            is_hidden_row = is_hidden or shown != "visible"
            filled = list(_row(element, name, row, merged))
            if len(cells) + len(filled) * repeated > MOST_CELLS:
                raise Refusal("too_large", f"it has more than {MOST_CELLS:,} filled cells")
            for number in range(row, row + (repeated if filled else 0)):
                if is_hidden_row:
                    hidden_rows.add(number)
                if shown == "filter":
                    folded_rows.add(number)
                for column, facts in filled:
                    is_hidden_column = hidden_columns[column - 1 : column] == [True]
                    hidden = is_hidden_row or is_hidden_column
                    cells.append(Cell(name, number, column, **facts, is_hidden=hidden))
            row += repeated
            element.clear()


def _row(
    element: Any, sheet: str, row: int, merged: list[tuple[int, int, int, int]]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Column number and content of each filled cell; adds the areas that are merged here."""
    column = 1
    for cell in element:
        if cell.tag not in CELLS:
            continue
        repeated = int(cell.get(_name("table:number-columns-repeated"), 1))
        across = int(cell.get(_name("table:number-columns-spanned"), 1))
        down = int(cell.get(_name("table:number-rows-spanned"), 1))
        if across > 1 or down > 1:
            merged.append((row, column, row + down - 1, column + across - 1))
        facts = _value(cell)
        if facts is not None:
            if repeated > MOST_CELLS:
                raise Refusal("too_large", f"{sheet} has more than {MOST_CELLS:,} filled cells")
            yield from ((column + offset, facts) for offset in range(repeated))
        column += repeated


def _value(cell: Any) -> dict[str, Any] | None:
    """The value as exact text and, where it is one, as number or moment; or why not."""
    kind = cell.get(_name("office:value-type"))
    formula = cell.get(_name("table:formula"))
    text = "\n".join(_text(paragraph) for paragraph in cell.findall(_name("text:p")))
    shown = {"formula": None if formula is None else _spelt(formula)}
    if kind is None and formula is None:
        return None
    is_error = cell.get(_name("calcext:value-type")) == "error"
    if is_error or (formula is not None and ERROR_VALUE.fullmatch(text)):
        reason = f"error value {text or '(not shown)'}"
        return {"text": text, "rule": "error_value", "reason": reason, **shown}
    if kind is None:
        reason = f"formula without a cached value: {shown['formula']}"
        return {"text": text, "rule": "no_cached_value", "reason": reason, **shown}
    number = cell.get(_name("office:value"))
    moment = cell.get(_name("office:date-value")) if kind == "date" else None
    if kind == "boolean":
        text = str(cell.get(_name("office:boolean-value")) == "true")
    if kind == "string":
        number = None
        text = cell.get(_name("office:string-value")) or text
    if kind == "string" and not text.strip():
        return None
    if moment is not None:
        moment = text = moment if "T" in moment else f"{moment}T00:00:00"
    if number is not None:
        text = number
    return {
        "text": text,
        "number": number,
        "moment": moment,
        "is_percent": kind == "percentage",
        **doubt(text, number),
        **shown,
    }


def _text(paragraph: Any) -> str:
    """The characters of a paragraph; runs of blanks, tabs and breaks are elements of their own."""
    parts = [paragraph.text or ""]
    for child in paragraph:
        if child.tag == _name("text:s"):
            parts.append(" " * min(int(child.get(_name("text:c"), 1)), 1000))
        elif child.tag in (_name("text:tab"), _name("text:line-break")):
            parts.append(" ")
        elif not child.tag.endswith("}annotation"):
            parts.append(_text(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _spelt(formula: str) -> str:
    """`of:=100*[.D2]/[.C2]` as a spreadsheet shows it: `=100*D2/C2`."""
    body = "=" + formula.partition("=")[2]
    return REFERENCE.sub(lambda found: found[1].removeprefix(".").replace(":.", ":"), body)


def _properties(archive: zipfile.ZipFile) -> tuple[str | None, str | None, str | None]:
    """When the file was saved, by whom, and who began it, where it says so: many ods do not."""
    if "meta.xml" not in archive.namelist():
        return None, None, None
    root = ElementTree.fromstring(archive.read("meta.xml"))  # noqa: S314 - in a child under limits, sizes checked
    names = ("dc:date", "dc:creator", "meta:initial-creator")
    found = [root.find(f".//{_name(name)}") for name in names]
    at, by, begun_by = (None if element is None else element.text for element in found)
    return at, by, begun_by
