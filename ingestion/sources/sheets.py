"""Workbooks kept by hand: staff trained, complaints, the uptime log.

Setting: SIGHTLINE_SHEETS_DIR, a folder of .xlsx files. A file whose content is unchanged is not
opened; a changed one is read whole. A cell without a trustworthy value is rejected and counted.
"""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.source import ColumnType, Source, Table
from sightline.errors import SightlineEnvironmentError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightline.home import Home

_PLACE: dict[str, ColumnType] = {
    "file": "text",
    "sheet": "text",
    "row_number": "bigint",
    "column_number": "bigint",
    "column_name": "text",
    "cell": "text",
}
_FILE: dict[str, ColumnType] = {
    "file_sha256": "text",
    "modified_at": "timestamp",
    "modified_by": "text",
}

SOURCE = Source(
    name="sheets",
    dataset="raw_sheets",
    cadence="*/5 * * * *",
    department="people",
    description="Cells of hand-kept workbooks, each with its formula and the value it showed.",
    tables=(
        Table(
            "workbook",
            ("file", "file_sha256"),
            {"file": "text", "size_bytes": "bigint", "sheets": "bigint", **_FILE},
        ),
        Table(
            "cell",
            ("file", "sheet", "cell", "file_sha256"),
            {
                **_PLACE,
                "value_text": "text",
                "value_number": "decimal",
                "value_date": "date",
                "formula": "text",
                **_FILE,
            },
        ),
        Table(
            "rejected_cell",
            ("file", "sheet", "cell", "file_sha256"),
            {**_PLACE, "reason": "text", "formula": "text", **_FILE},
            rejects_of="cell",
        ),
    ),
)


def extract(home: Home, seen_at: datetime) -> list[Any]:
    """dlt resources over the workbooks that changed since the last run, and over their cells."""
    import dlt

    from ingestion.columns import arrow_table, hints

    folder = Path(os.environ.get("SIGHTLINE_SHEETS_DIR") or home.demo / "sheets")
    if not folder.is_dir():
        raise SightlineEnvironmentError(
            f"there is no folder of workbooks at {folder}; set SIGHTLINE_SHEETS_DIR"
        )

    @cache
    def changed() -> dict[str, list[dict[str, Any]]]:
        return _read_changed(folder, dlt.current.resource_state("workbook"))

    def rows(table: Table) -> Iterator[Any]:
        yield arrow_table(changed()[table.name], table.columns, name=table.name)

    return [
        dlt.resource(rows(table), name=table.name, columns=hints(["modified_at"]))
        for table in SOURCE.tables
    ]


def _read_changed(folder: Path, state: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Rows for each table from the files whose SHA-256 is not the one in `state`; updates it."""
    from ingestion.workbook import read_all

    paths = sorted(path for path in folder.glob("*.xlsx") if not path.name.startswith("~$"))
    digests = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
    known = state.setdefault("sha256", {})
    changed = [path for path in paths if known.get(path.name) != digests[path]]
    rows: dict[str, list[dict[str, Any]]] = {table.name: [] for table in SOURCE.tables}
    for path, reading in zip(changed, read_all(changed), strict=True):
        file = {
            "file": path.name,
            "file_sha256": digests[path],
            "modified_at": _moment(reading["modified_at"]),
            "modified_by": reading["modified_by"],
        }
        size = {"size_bytes": path.stat().st_size, "sheets": reading["sheets"]}
        rows["workbook"].append(file | size)
        rows["cell"].extend(cell | file | _values(cell) for cell in reading["cells"])
        rows["rejected_cell"].extend(cell | file for cell in reading["rejected"])
        known[path.name] = digests[path]
    return rows


def _values(cell: dict[str, Any]) -> dict[str, Any]:
    from decimal import Decimal

    number, day = cell["value_number"], cell["value_date"]
    return {
        "value_number": None if number is None else Decimal(number),
        "value_date": None if day is None else date.fromisoformat(day),
    }


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)
