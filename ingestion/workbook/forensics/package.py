"""What the zip of an xlsx holds that a reader of cells never sees, and who saved it when."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingestion.workbook.reading import Cell, Oddity

# What can set figures. Charts, pivots, comments, attached files, and links that no formula follows,
# cannot.
LINKED = "figures kept from another workbook"
UNREAD = {
    r"xl/vbaProject\.bin": "a macro",
    r"xl/macrosheets/": "a macro sheet",
    r"xl/externalLinks/": LINKED,
    r"xl/connections\.xml": "a connection to another source",
    r"xl/queryTables/": "a query",
    r"xl/activeX/": "an ActiveX control",
    r"xl/model/": "a data model of its own",
    r"xl/revisions/": "revisions of a shared workbook",
    r"xl/webextensions/": "a web add-in",
}
_LINK = re.compile(r"\[\d+\][^,;()]*!")


@dataclass(frozen=True, slots=True)
class Properties:
    """What the file says of itself; None where it does not."""

    modified_at: str | None = None
    modified_by: str | None = None
    created_by: str | None = None


def properties(path: Path) -> Properties:
    """When and by whom the file says it was last saved; openpyxl would put today for unknown."""
    with zipfile.ZipFile(path) as archive:
        core = (
            archive.read("docProps/core.xml") if "docProps/core.xml" in archive.namelist() else b""
        )

    def text(tag: bytes) -> str | None:
        found = re.search(rb"<" + tag + rb"\b[^>]*>([^<]+)<", core)
        return found[1].decode("utf-8", "replace").strip() if found else None

    return Properties(text(b"dcterms:modified"), text(b"cp:lastModifiedBy"), text(b"dc:creator"))


def unread(path: Path, cells: Sequence[Cell]) -> Iterator[Oddity]:
    """Each sort of part that no cell tells of, once."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    for pattern, what in UNREAD.items():
        parts = [name for name in names if re.match(pattern, name)]
        if parts and (what != LINKED or any(_LINK.search(cell.formula or "") for cell in cells)):
            yield Oddity(
                rule="unread_part",
                observed=f"{what} ({parts[0]})",
                expected="a workbook whose figures all stand in its cells",
            )
