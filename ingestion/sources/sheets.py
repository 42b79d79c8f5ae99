"""Tables and workbooks kept by hand: staff trained, complaints, the uptime log.

Setting: SIGHTLINE_SHEETS_DIR, a folder of xlsx, ods and csv files. Each mapping in
`ingestion/sheets/` makes a raw table of typed rows of its own; the cells themselves are kept beside
it, with their formulas, and what is odd about the structure of the file. A file whose content and
mappings are unchanged is not opened; a changed one is read whole. What has no trustworthy value is
rejected, kept and counted: cells, rows, files.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.source import ColumnType, Source, Table
from sightline.errors import SightlineEnvironmentError

if TYPE_CHECKING:
    from ingestion.mapping import SheetMapping
    from ingestion.news import Watch
    from sightline.home import Home

_CELL: dict[str, ColumnType] = {
    "file": "text",
    "sheet": "text",
    "row_number": "bigint",
    "column_number": "bigint",
    "column_name": "text",
    "cell": "text",
    "formula": "text",
    "is_hidden": "bool",
}
_ROW: dict[str, ColumnType] = {
    "file": "text",
    "sheet": "text",
    "row_number": "bigint",
    "is_hidden": "bool",
}
_WHY: dict[str, ColumnType] = {"rule": "text", "reason": "text"}
_FILE: dict[str, ColumnType] = {
    "file_sha256": "text",
    "modified_at": "timestamp",
    "modified_by": "text",
}

OWN_TABLES = (
    Table(
        "workbook",
        ("file", "file_sha256"),
        {
            "file": "text",
            "size_bytes": "bigint",
            "sheets": "bigint",
            **_FILE,
            "created_by": "text",
            "_deleted_at": "timestamp",
        },
    ),
    Table(
        "rejected_workbook",
        ("file", "file_sha256"),
        {"file": "text", "size_bytes": "bigint", **_WHY, "file_sha256": "text"},
        rejects_of="workbook",
    ),
    Table(
        "cell",
        ("file", "sheet", "cell", "file_sha256"),
        {**_CELL, "value_text": "text", "value_number": "decimal", "value_date": "date", **_FILE},
    ),
    Table(
        "rejected_cell",
        ("file", "sheet", "cell", "file_sha256"),
        {**_CELL, **_WHY, **_FILE},
        rejects_of="cell",
    ),
    Table(
        "oddity",
        ("file", "sheet", "cell", "rule", "file_sha256"),
        {
            "file": "text",
            "rule": "text",
            "sheet": "text",
            "row_number": "bigint",
            "cell": "text",
            "column_name": "text",
            "observed": "text",
            "expected": "text",
            **_FILE,
        },
    ),
)


def __getattr__(name: str) -> Source:
    """`SOURCE`, described when asked for: its tables are what the mappings say by then."""
    if name != "SOURCE":
        raise AttributeError(name)
    from ingestion import mapping

    return _described(mapping.load(mapping.folder()))


def _described(mappings: Sequence[SheetMapping]) -> Source:
    return Source(
        name="sheets",
        dataset="raw_sheets",
        cadence="*/5 * * * *",
        department="people",
        description="Hand-kept tables, row by row and cell by cell with formula and value.",
        tables=(*OWN_TABLES, *(table for one in mappings for table in _tables(one))),
    )


def _tables(mapping: SheetMapping) -> tuple[Table, Table]:
    """The raw table of a mapping, and that of its rejected rows with what they showed."""
    columns: dict[str, ColumnType] = {
        column.name: "bigint" if column.type == "integer" else column.type
        for column in mapping.columns
    }
    key = ("file", "sheet", "row_number", "file_sha256")
    refused = f"rejected_{mapping.id}"
    return (
        Table(mapping.id, key, {**_ROW, **columns, **_FILE}),
        Table(
            refused,
            key,
            {**_ROW, "cell": "text", **_WHY, "content": "text", **_FILE},
            rejects_of=mapping.id,
        ),
    )


def watch(home: Home) -> Watch:
    """Looks at the workbooks and at the mappings that read them."""
    from ingestion import folder, mapping
    from ingestion.news import Files

    def files() -> list[Path]:
        return [*folder.workbooks(_folder(home)), *mapping.folder().glob("*.yml")]

    return Files(files)


def _folder(home: Home) -> Path:
    return Path(os.environ.get("SIGHTLINE_SHEETS_DIR") or home.demo / "sheets")


def extract(home: Home, seen_at: datetime) -> list[Any]:
    """dlt resources over the files that changed since the last run, their cells and their rows."""
    import dlt

    from ingestion import mapping
    from ingestion.columns import arrow_table, hints, naive_utc
    from ingestion.folder import Folder

    path = _folder(home)
    if not path.is_dir():
        raise SightlineEnvironmentError(
            f"there is no folder of workbooks at {path}; set SIGHTLINE_SHEETS_DIR"
        )
    mappings = mapping.load(mapping.folder())
    source = _described(mappings)

    @cache
    def changed() -> dict[str, list[dict[str, Any]]]:
        state = dlt.current.resource_state("workbook").setdefault("known", {})
        return Folder(path, mappings, naive_utc(seen_at)).changes(state)

    def rows(table: Table) -> Iterator[Any]:
        yield arrow_table(changed().get(table.name, ()), table.columns, name=table.name)

    return [
        dlt.resource(
            rows(table),
            name=table.name,
            columns=hints(name for name, kind in table.columns.items() if kind == "timestamp"),
        )
        for table in source.tables
    ]
