"""Objectives support each other in a circle.

Reason to flag: progress that rolls up into itself has no value.
How to remedy: remove one of the `supports` lines.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every circle of `supports`, told at its alphabetically first objective."""
    at_objective = {objective.id: at for objective, at in walk.objectives(catalog)}
    edges = {
        objective.id: [objective.supports] if objective.supports else []
        for objective, _ in walk.objectives(catalog)
    }
    for cycle in walk.cycles(edges):
        yield Finding(
            at_objective[cycle[0]]("supports"),
            "cycle_in_supports",
            f"objectives support each other in a circle: {' → '.join((*cycle, cycle[0]))}",
            "remove one of these `supports` lines",
        )
