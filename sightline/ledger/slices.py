"""What was sealed of raw, by table and load, and the slices in which it is compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sightline.ledger import merkle

TableName = tuple[str, str]
"""Dataset and table."""


@dataclass(frozen=True, slots=True)
class SealedRows:
    """The rows of one table in one load, as sealed: by which seal, how many, under which root.

    columns: those that the seal lists.
    """

    seal: int
    rows: int
    root: str
    columns: tuple[str, ...]


Sealed = Mapping[TableName, Mapping[str, SealedRows]]
"""By table and load id."""


class Slice(NamedTuple):
    """The rows of one table in one load from number `first` on, at most `merkle.SLICE` of them."""

    dataset: str
    table: str
    load_id: str
    first: int

    @property
    def of(self) -> TableName:
        """Its table."""
        return self.dataset, self.table


def slices(sealed: Sealed) -> dict[Slice, int]:
    """Every slice that was sealed, with its rows. A small load is one."""
    return {
        Slice(*table, load_id, first): min(merkle.SLICE, rows.rows - first)
        for table, loads in sealed.items()
        for load_id, rows in loads.items()
        for first in range(0, rows.rows, merkle.SLICE)
    }
