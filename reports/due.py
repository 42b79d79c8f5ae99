"""Whose turn is it? The next step of every case, and the day by which it should be taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports import marts, wording

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sightline.casebook.life_cycle import Standing
    from sightline.marts import Marts

# State of a case: what somebody has to do next.
NEXT_STEP = {
    "opened": "acknowledge it",
    "reopened": "acknowledge it",
    "acknowledged": "decide",
    "under_review": "decide",
    "decided": "record an action",
    "acting": "carry the action out",
    "verified": "close it",
}


@dataclass(frozen=True, slots=True)
class Due:
    """A case whose next step somebody should have taken by the end of the day `on`."""

    case_id: str
    name: str
    step: str
    on: date

    def sentence(self, today: date) -> str:
        """What has to be done by when; a step that is late says so."""
        when = "was due on" if self.on < today else "due by"
        return f"{self.name}: {self.step}, {when} {wording.day(self.on)}"


def due(connection: Marts, cases: Mapping[str, Standing] | None = None) -> tuple[Due, ...]:
    """The next step of every case that waits for one, the earliest first.

    `cases` say where each stands by now, which may be further than the marts have it.
    """
    waiting = []
    for row in marts.cases_due(connection):
        stands = (cases or {}).get(row["case_id"])
        state, on = (stands.state, stands.due) if stands else (row["state"], row["due_on"])
        if on is not None:
            name = wording.scoped(row["name"], row["scope"])
            step = NEXT_STEP.get(state, "look at it again")
            waiting.append(Due(row["case_id"], name, step, on))
    return tuple(sorted(waiting, key=lambda each: (each.on, each.case_id)))
