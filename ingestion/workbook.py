"""One workbook → its cells, formula and cached value side by side, read where it can do no harm.

`python -m ingestion.workbook FILE...` prints one line of JSON a file and runs under limits of time
and memory: a workbook is a stranger's zip of XML, and 2 MB of it can ask for minutes and gigabytes.
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sightline.errors import SightlineEnvironmentError

MOST_BYTES = 200 * 1024 * 1024  # unpacked
MOST_RATIO = 100  # unpacked to packed; honest sheets lie between 5 and 20
CPU_SECONDS = 60
MEMORY_BYTES = 4 * 1024**3
LARGEST = Decimal(10) ** 28  # a raw decimal has 29 digits before the point


def check_sizes(path: Path) -> None:
    """Refuse what is no zip, or would unpack too large; reads the directory of the zip only.

    Raises SightlineEnvironmentError naming the file and the limit.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError) as error:
        raise SightlineEnvironmentError(f"{path.name} is no xlsx workbook: {error}") from error
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    if unpacked > MOST_BYTES or unpacked > MOST_RATIO * packed:
        raise SightlineEnvironmentError(
            f"{path.name} is refused unread: it would unpack to {unpacked:,} bytes, "
            f"{unpacked // packed} times its size; the limits are {MOST_BYTES:,} bytes and "
            f"{MOST_RATIO} times. Save the sheet anew without its empty formatted area"
        )


def read_all(paths: Sequence[Path]) -> list[dict[str, Any]]:
    """Read workbooks in a child process under limits; one reading for each, in order.

    A reading is `{"sheets": n, "modified_at", "modified_by", "cells": [...], "rejected": [...]}`
    with numbers as exact text. Raises SightlineEnvironmentError naming the file that broke it.
    """
    if not paths:
        return []
    for path in paths:
        check_sizes(path)
    command = [sys.executable, "-m", "ingestion.workbook", *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own module, paths as arguments
    readings: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    if len(readings) < len(paths):
        culprit = paths[len(readings)].name
        reason = (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1]
        raise SightlineEnvironmentError(
            f"{culprit} cannot be read within {CPU_SECONDS} s and {MEMORY_BYTES:,} bytes: {reason}"
        )
    return readings


def read(path: Path) -> dict[str, Any]:
    """The reading of one workbook; see `read_all`, which does it in safety."""
    from openpyxl import load_workbook

    formulas = load_workbook(path)
    values = load_workbook(path, data_only=True)
    cells: list[dict[str, Any]] = []
    rejected: list[dict[str, Any]] = []
    for sheet in formulas.worksheets:
        for cell in _cells(sheet, values[sheet.title]):
            (rejected if "reason" in cell else cells).append({"sheet": sheet.title, **cell})
    facts = _properties(path)
    return {"sheets": len(formulas.worksheets), **facts, "cells": cells, "rejected": rejected}


def _cells(formulas: Any, values: Any) -> Iterator[dict[str, Any]]:
    """Non-empty cells below the header, which is the first row with anything in it.

    Walks the cells there are, not the rectangle they span: one stray cell far out would turn
    200 rows into 70 million places.
    """
    there = sorted((place, cell) for place, cell in formulas._cells.items() if _filled(cell))
    if not there:
        return
    header_row = there[0][0][0]
    headers = {
        column: str(values.cell(row, column).value).strip()
        for (row, column), _ in there
        if row == header_row
    }
    for (row, column), cell in there:
        if row == header_row:
            continue
        formula = _formula(cell)
        cached = values._cells[row, column]
        if formula is not None and cached.value is None and cached.data_type == "str":
            continue  # a formula that says "", the usual way to leave a row blank
        place = {
            "row_number": row,
            "column_number": column,
            "column_name": headers.get(column),
            "cell": cell.coordinate,
            "formula": formula,
        }
        yield place | _value(cached, formula)


def _filled(cell: Any) -> bool:
    return cell.value is not None and cell.value != ""


def _formula(cell: Any) -> str | None:
    if cell.data_type != "f":
        return None
    return str(getattr(cell.value, "text", None) or cell.value)  # array formulas are objects


def _value(cell: Any, formula: str | None) -> dict[str, str | None]:
    """The cached value as exact text and, where it is one, as number or date; or why not."""
    value = cell.value
    if value is None:
        return {"reason": f"formula without a cached value: {formula}"}
    if cell.data_type == "e":
        return {"reason": f"error value {value}"}
    number = day = None
    if isinstance(value, int | float) and not isinstance(value, bool):
        if abs(Decimal(str(value))) >= LARGEST:
            return {"reason": f"number out of range: {value}"}
        number = str(value)
    if isinstance(value, date):
        day = (value.date() if isinstance(value, datetime) else value).isoformat()
        value = value.isoformat()
    return {"value_text": str(value), "value_number": number, "value_date": day}


def _properties(path: Path) -> dict[str, str | None]:
    """When and by whom the file says it was last saved; openpyxl would put today for unknown."""
    with zipfile.ZipFile(path) as archive:
        core = (
            archive.read("docProps/core.xml") if "docProps/core.xml" in archive.namelist() else b""
        )

    def text(tag: bytes) -> str | None:
        found = re.search(rb"<" + tag + rb"\b[^>]*>([^<]+)<", core)
        return found[1].decode("utf-8", "replace").strip() if found else None

    return {"modified_at": text(b"dcterms:modified"), "modified_by": text(b"cp:lastModifiedBy")}


def _main(paths: Sequence[str]) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    for path in paths:
        sys.stdout.write(json.dumps(read(Path(path))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _main(sys.argv[1:])
