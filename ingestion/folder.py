"""A folder of workbooks → the raw rows of the files that changed, each file for itself.

A file that cannot be read, or is not as its mapping says, is refused whole: its last good reading
stays in force, and no other file waits for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from ingestion.mapping import SheetMapping
from ingestion.mapping.table import read_table
from ingestion.workbook import DELIMITED, ZIPPED, Job, read_all
from ingestion.workbook.reading import Cell, Reading, Refusal, headed
from sightline.errors import SightlineEnvironmentError

OLD_FORMATS = (".xls", ".xlsb", ".numbers")


def workbooks(folder: Path) -> list[Path]:
    """The files of a folder that hold tables, sorted; none where there is no folder."""
    kinds = (*ZIPPED, *DELIMITED, *OLD_FORMATS)
    return sorted(
        path
        for path in folder.glob("*")
        if path.suffix.lower() in kinds and not path.name.startswith(("~$", ".~lock."))
    )


class Folder:
    """Rows for each raw table from the files that are new, changed or gone."""

    def __init__(self, folder: Path, mappings: Sequence[SheetMapping], now: datetime) -> None:
        self._folder = folder
        self._mappings = mappings
        self._now = now
        self._prints: dict[Path, str] = {}
        self._rows: dict[str, list[dict[str, Any]]] = {}

    def changes(self, known: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
        """The rows by table; `known`, the fingerprint of each file, is brought up to date."""
        files = workbooks(self._folder)
        self._note_gone(known, {path.name for path in files})
        self._prints = {path: self._fingerprint(path) for path in files}
        changed = [path for path in files if known.get(path.name) != self._prints[path]]
        jobs, refused = self._jobs(changed)
        for path, answer in [
            *refused,
            *zip((job.path for job in jobs), read_all(jobs), strict=True),
        ]:
            if isinstance(answer, Reading):
                self._take(path, answer)
            else:
                self._refuse(path, answer)
            known[path.name] = self._prints[path]
        return self._rows

    def _note_gone(self, known: dict[str, str], there: set[str]) -> None:
        """A tombstone for each file that vanished; all at once is a folder that is not mounted."""
        gone = sorted(set(known) - there)
        if gone and not there:
            raise SightlineEnvironmentError(
                f"all {len(gone)} known workbooks are gone from {self._folder}; nothing was "
                "loaded. Mount the folder, or correct SIGHTLINE_SHEETS_DIR"
            )
        for name in gone:
            self._add("workbook", {"file": name, "_deleted_at": self._now})
            del known[name]

    def _mappings_of(self, path: Path) -> list[SheetMapping]:
        return [mapping for mapping in self._mappings if mapping.reads(path.name)]

    def _fingerprint(self, path: Path) -> str:
        """SHA-256 of the content and of how it is read: a new mapping reads an old file again."""
        try:
            with path.open("rb") as opened:
                content = hashlib.file_digest(opened, "sha256").hexdigest()
        except OSError:  # whoever reads it meets the same, and says so
            content = "unreadable"
        return " ".join([content, *(one.content_hash[:12] for one in self._mappings_of(path))])

    def _jobs(self, paths: Sequence[Path]) -> tuple[list[Job], list[tuple[Path, Refusal]]]:
        """What the reader is asked for, and the files it need not be asked about."""
        jobs, refused = [], []
        for path in paths:
            mappings = self._mappings_of(path)
            if path.suffix.lower() in OLD_FORMATS:
                reason = "its format hides what it holds; save it as .xlsx or .ods"
                refused.append((path, Refusal("unknown_format", reason)))
            elif path.suffix.lower() not in DELIMITED:
                jobs.append(Job(path))
            elif not mappings:
                reason = (
                    "a text file does not say its own code page and delimiter; "
                    f"`sightline new source {path.name}` writes a mapping that does"
                )
                refused.append((path, Refusal("no_mapping", reason)))
            elif len({(one.encoding, one.separator) for one in mappings}) > 1:
                names = ", ".join(one.id for one in mappings)
                reason = f"the mappings {names} give it different code pages or delimiters"
                refused.append((path, Refusal("two_code_pages", reason)))
            else:
                jobs.append(Job(path, mappings[0].encoding, mappings[0].separator))
        return jobs, refused

    def _take(self, path: Path, reading: Reading) -> None:
        """The rows of a file, all of them or, where a table is not as it is mapped, none."""
        try:
            tables = {one.id: read_table(one, reading) for one in self._mappings_of(path)}
        except Refusal as refusal:
            self._refuse(path, refusal)
            return
        file = self._file(path) | {
            "modified_at": _moment(reading.modified_at),
            "modified_by": reading.modified_by,
        }
        size = {"size_bytes": path.stat().st_size, "sheets": len(reading.sheets)}
        self._add("workbook", file | size | {"created_by": reading.created_by})
        for oddity in reading.oddities:
            odd = oddity._asdict()
            self._add("oddity", odd | {"row_number": odd.pop("row")} | file)
        for cell, heading in headed(reading.cells):
            is_kept = cell.rule is None
            self._add("cell" if is_kept else "rejected_cell", _cell_row(cell, heading) | file)
        for name, table in tables.items():
            for row in table.kept:
                self._add(name, row | file)
            for row in table.rejected:
                self._add(f"rejected_{name}", row | file)

    def _refuse(self, path: Path, refusal: Refusal) -> None:
        why = {"rule": refusal.rule, "reason": refusal.reason, "size_bytes": path.stat().st_size}
        self._add("rejected_workbook", self._file(path) | why)

    def _file(self, path: Path) -> dict[str, Any]:
        return {"file": path.name, "file_sha256": self._prints[path].partition(" ")[0]}

    def _add(self, table: str, row: dict[str, Any]) -> None:
        self._rows.setdefault(table, []).append(row)


def _cell_row(cell: Cell, heading: str | None) -> dict[str, Any]:
    place = {
        "sheet": cell.sheet,
        "row_number": cell.row,
        "column_number": cell.column,
        "column_name": heading,
        "cell": cell.address,
        "formula": cell.formula,
        "is_hidden": cell.is_hidden,
    }
    if cell.rule is not None:
        return place | {"rule": cell.rule, "reason": cell.reason}
    return place | {
        "value_text": cell.text,
        "value_number": None if cell.number is None else Decimal(cell.number),
        "value_date": None if cell.moment is None else date.fromisoformat(cell.moment[:10]),
    }


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC).replace(tzinfo=None)
