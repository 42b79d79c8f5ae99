"""What is not as it was sealed: one finding of a verification, named as exactly as it can be."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

_NAMED = 5  # rows named in a sentence before "and so many more"


class What(StrEnum):
    """The ways in which history, or what is promised, can differ from its seal."""

    ROW_ALTERED = "row_altered"
    ROW_MISSING = "row_missing"
    ROW_ADDED = "row_added"
    ROW_WITHOUT_NUMBER = "row_without_number"
    LOAD_NOT_COMMITTED = "load_not_committed"
    LOAD_NOT_ANNOUNCED = "load_not_announced"
    SEAL_ALTERED = "seal_altered"
    CHECKPOINT_INVALID = "checkpoint_invalid"
    DATE_INVALID = "date_invalid"
    ARCHIVE_INCOMPLETE = "archive_incomplete"
    ARCHIVE_BEHIND = "archive_behind"
    DEFINITION_CHANGED = "definition_changed"
    FINDING_ALTERED = "finding_altered"
    ROOT_DIFFERS = "root_differs"


_SAID = {
    What.ROW_ALTERED: "was altered after it was sealed",
    What.ROW_MISSING: "was sealed and is gone",
    What.ROW_ADDED: "was added to a sealed load",
    What.ROW_WITHOUT_NUMBER: "was never loaded: it has no number",
    What.LOAD_NOT_COMMITTED: "is sealed, but the loader's commit record of it is gone or altered",
    What.LOAD_NOT_ANNOUNCED: "is committed, but no pull announced it",
    What.SEAL_ALTERED: "in the warehouse is not the one in the archive",
    What.CHECKPOINT_INVALID: "does not verify: log or signature do not fit",
    What.DATE_INVALID: "has a time-stamp token that does not hold",
    What.ARCHIVE_INCOMPLETE: "is missing from the archive, or altered there",
    What.ARCHIVE_BEHIND: "holds {seal} seals, the warehouse {seals}: nobody vouches for the rest "
    "until a newer copy of it is here",
    What.DEFINITION_CHANGED: "is not as the newest seal has it; the next pull records the change",
    What.FINDING_ALTERED: "is not what was found broken; the next pulse brings that back",
    What.ROOT_DIFFERS: "is not under the root that was noted: the log was rewritten, or cut off",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """One finding. Rows are row numbers within table and load; key holds the key of the first.

    seal: the one it speaks of; of an archive that is behind, the first that it lacks of `seals`.
    """

    what: What
    dataset: str = ""
    table: str = ""
    load_id: str = ""
    rows: tuple[int, ...] = ()
    seal: int | None = None
    seals: int | None = None
    path: str = ""
    key: str = ""

    @property
    def name(self) -> str:
        """What it speaks of, as in 'raw_erp.downtime, load 1764.5, row 17 (downtime_id=3)'."""
        if self.path:
            return self.path
        table = f"{self.dataset}.{self.table}" if self.table else self.dataset
        load = f"load {self.load_id}" if self.load_id else ""
        named = ", ".join(map(str, self.rows[:_NAMED]))
        more = f" and {len(self.rows) - _NAMED} more" if len(self.rows) > _NAMED else ""
        row = f"row{'s' if len(self.rows) > 1 else ''} {named}{more}" if self.rows else ""
        key = f"({self.key})" if self.key else ""
        seal = f"seal {self.seal}" if self.seal is not None and not self.load_id else ""
        place = ", ".join(part for part in (table, load, row, seal) if part)
        return f"{place} {key}".strip()

    def is_loss_of(self, loads: Collection[tuple[str, str]]) -> bool:
        """Whether it only says that one of these loads, by dataset and id, is not there."""
        gone = self.what in (What.LOAD_NOT_COMMITTED, What.ROW_MISSING)
        return gone and (self.dataset, self.load_id) in loads

    def __str__(self) -> str:
        """One line: the name, and what is wrong with it."""
        return f"{self.name} {_SAID[self.what].format(seal=self.seal, seals=self.seals)}"

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return asdict(self) | {"what": self.what.value, "rows": list(self.rows), "text": str(self)}
