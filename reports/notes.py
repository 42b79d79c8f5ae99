"""What does an objective rest on that no number shows? Help not confirmed, conflicts left open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports import marts, wording

if TYPE_CHECKING:
    from sightline.marts import Marts


def notes(connection: Marts) -> dict[str, tuple[str, ...]]:
    """Objective id to a sentence for each; an objective without any is left out."""
    said: dict[str, list[str]] = {}
    for row in marts.unconfirmed(connection):
        names = [wording.plain(name) for name in row["unconfirmed_by"].split(", ")]
        sentence = (
            f"{wording.plain(row['needs'])}: not confirmed by {wording.listed(names)}, "
            f"at the risk of {wording.plain(row['risk_owner'] or 'nobody')}"
        )
        said.setdefault(row["objective_id"], []).append(sentence)
    for row in marts.waived(connection):
        name = wording.scoped(row["name"], row["scope"])
        sentence = f"No policy decides about {name}: {wording.plain(row['waiver'])}"
        said.setdefault(row["objective_id"], []).append(sentence)
    return {objective: tuple(dict.fromkeys(each)) for objective, each in said.items()}
