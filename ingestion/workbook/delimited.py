"""csv: text only, in the code page and with the delimiter it is said to have."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

from ingestion.workbook.reading import MOST_CELLS, Cell, Reading, Refusal, Sheet, doubt


def read(path: Path, encoding: str, delimiter: str) -> Reading:
    """All filled cells of one sheet named after the file; saved when the file system says.

    Raises Refusal where a byte is none of the code page, or a quotation never ends: the reader
    would take the rest of the file for one cell.
    """
    try:
        text = path.read_bytes().decode(encoding)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise Refusal(
            "wrong_code_page",
            f"line {line} holds a byte that is no {encoding}; correct `encoding` in its mapping",
        ) from None
    cells: list[Cell] = []
    name = path.stem
    lines = io.StringIO(text.removeprefix("\ufeff"), newline="")
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        for row, values in enumerate(rows, 1):
            for column, value in enumerate(values, 1):
                if value.strip():
                    cells.append(Cell(name, row, column, value, **doubt(value, None)))
            if len(cells) > MOST_CELLS:
                raise Refusal("too_large", f"it has more than {MOST_CELLS:,} filled cells")
    except csv.Error as error:
        raise Refusal("not_a_table", f"line {rows.line_num}: {error}") from None
    saved = datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat()
    return Reading((Sheet(name),), tuple(cells), saved)
