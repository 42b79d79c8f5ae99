"""An objective has no key result.

Reason to flag: a wish without a number cannot be reached or missed.
How to remedy: add two to five key results, or remove the objective.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every objective without a single key result."""
    for objective, at in walk.objectives(catalog):
        if not objective.key_results:
            yield Finding(
                at("key_results"),
                "objective_without_key_result",
                f"{objective.name!r} has no key result, so no number says whether it is reached",
                "add two to five key results",
            )
