"""An objective supports one that nobody defined.

Reason to flag: progress would roll up into nothing.
How to remedy: correct the id, or write okrs/objectives/<id>.yml.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding, did_you_mean


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every `supports` that leads nowhere."""
    for objective, at in walk.objectives(catalog):
        supported = objective.supports
        if supported is not None and supported not in catalog.objectives:
            yield Finding(
                at("supports"),
                "unknown_objective",
                f"there is no objective {supported!r}",
                did_you_mean(supported, catalog.objectives),
            )
