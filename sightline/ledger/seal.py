"""A seal: what one load brought, under which definitions, after which history. One leaf of the log.

Its bytes are JSON with sorted keys. `before` holds the roots of the perfect subtrees of all seals
before it: it chains them, and the log can be extended from the newest seal alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from sightline.ledger import merkle
from sightline.ledger.note import Checkpoint


@dataclass(frozen=True, slots=True)
class SealedTable:
    """The rows of one table in one load: how many, and the root over their leaf hashes.

    columns: those that the table had when it was sealed, in order of their names.
    """

    rows: int
    root: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Loads that are lost for good, by dataset and id, and who goes on without them and why."""

    author: str
    reason: str
    loads: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """One entry of the log. Hashes are in hex; an entry without a load hands over to a
    new key, or accepts that loads are lost.

    sealed_at: when the pull that sealed it looked at its source, aware, in UTC.
    is_late: the load was committed by a pull that died before it could seal.
    definitions_root: RFC 6962 root over the definition files in force.
    definitions_at: number of the newest seal, up to this one, under which they changed; the archive
        holds their list beside it.
    introduces: the verifier key that signs from the next seal on.
    accepts: loads before it that are lost, and go on being remarked.
    """

    number: int
    before: tuple[str, ...]
    sealed_at: datetime
    definitions_root: str
    definitions_at: int
    dataset: str = ""
    load_id: str = ""
    tables: Mapping[str, SealedTable] = field(default_factory=dict)
    is_late: bool = False
    introduces: str | None = None
    accepts: Acceptance | None = None

    @property
    def rows(self) -> int:
        """Rows of the load, over all its tables."""
        return sum(table.rows for table in self.tables.values())

    def text(self) -> str:
        """The canonical text, one line."""
        content: dict[str, Any] = {
            "version": 2,
            "number": self.number,
            "before": list(self.before),
            "sealed_at": self.sealed_at.astimezone(UTC).isoformat(),
            "dataset": self.dataset,
            "load_id": self.load_id,
            "is_late": self.is_late,
            "tables": {
                name: {"rows": table.rows, "root": table.root, "columns": table.columns}
                for name, table in self.tables.items()
            },
            "definitions_root": self.definitions_root,
            "definitions_at": self.definitions_at,
            "introduces": self.introduces,
        }
        if self.accepts is not None:
            content["accepts"] = asdict(self.accepts)
        return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    @property
    def hash(self) -> bytes:
        """Its leaf in the log."""
        return merkle.leaf_hash(self.text().encode())

    @property
    def log_before(self) -> merkle.Range:
        """The log that it was appended to."""
        return merkle.Range(self.number, tuple(map(bytes.fromhex, self.before)))

    @property
    def log(self) -> merkle.Range:
        """The log with this seal as its newest."""
        return self.log_before.append(self.hash)

    @property
    def checkpoint(self) -> Checkpoint:
        """What is signed of that log."""
        return Checkpoint(self.log.size, self.log.root())


def read(text: str) -> Seal:
    """The seal a text holds. ValueError when it is not exactly what `Seal.text` writes."""
    try:
        content = json.loads(text)
        seal = Seal(
            number=content["number"],
            before=tuple(content["before"]),
            sealed_at=datetime.fromisoformat(content["sealed_at"]),
            dataset=content["dataset"],
            load_id=content["load_id"],
            is_late=content["is_late"],
            tables={name: _table(**table) for name, table in content["tables"].items()},
            definitions_root=content["definitions_root"],
            definitions_at=content["definitions_at"],
            introduces=content["introduces"],
            accepts=_acceptance(**content["accepts"]) if "accepts" in content else None,
        )
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"this is no seal: {error}") from error
    if seal.text() != text:
        raise ValueError("this is no seal: its text is not canonical")
    return seal


def _table(rows: int, root: str, columns: list[str]) -> SealedTable:
    return SealedTable(rows, root, tuple(columns))


def _acceptance(author: str, reason: str, loads: list[list[str]]) -> Acceptance:
    return Acceptance(author, reason, tuple((dataset, load_id) for dataset, load_id in loads))
