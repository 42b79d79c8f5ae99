"""An objective has one key result, or more than five.

Reason to flag: one number invites gaming, and more than five hide the one that decides.
How to remedy: split or merge until there are two to five.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding

FEWEST = 2
MOST = 5


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every objective with key results outside 2–5; none at all is another rule's offence."""
    for objective, at in walk.objectives(catalog):
        count = len(objective.key_results)
        if count and not FEWEST <= count <= MOST:
            way_out = (
                "add a second one that would suffer if the first were gamed"
                if count < FEWEST
                else "merge some, or move them to an objective of their own"
            )
            yield Finding(
                at("key_results"),
                "number_of_key_results",
                f"{objective.id!r} has {count} key result{'' if count == 1 else 's'}, "
                f"wanted are {FEWEST} to {MOST}",
                way_out,
            )
