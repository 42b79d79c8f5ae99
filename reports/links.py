"""Which links are not sound, and who answers for them? The link, never the number on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports import marts, wording

if TYPE_CHECKING:
    from decimal import Decimal

    from sightline.marts import Marts, Row

# What a part of the score that is not whole means; of several the first in this order is told.
WHY = {
    "freshness": "its source is silent",
    "integrity": "the number is in question",
    "coverage": "periods have no value",
    "provenance": "it is typed by hand",
    "cases_in_time": "an open case waits for an answer",
    "policy": "no policy decides its conflict",
    "evidence": "its history does not show the lead",
}


@dataclass(frozen=True, slots=True)
class WeakLink:
    """One link below the line; `owner` is the role that answers for the link."""

    objective_id: str
    name: str
    owner: str
    score: Decimal
    why: str

    def __str__(self) -> str:
        return f"{self.name} ({self.owner}: {self.why})"


def weak_links(connection: Marts) -> tuple[WeakLink, ...]:
    """Every link that is not sound, the weakest first; one KPI linked twice is told for each."""
    return tuple(_weak_link(row) for row in marts.weak_links(connection))


def _weak_link(row: Row) -> WeakLink:
    lost = min(WHY, key=lambda part: (row[part], list(WHY).index(part)))
    return WeakLink(
        objective_id=row["objective_id"],
        name=wording.scoped(row["name"], row["scope"]),
        owner=wording.plain(row["owner_name"] or row["execution_owner"]),
        score=row["score"],
        why=WHY[lost],
    )
