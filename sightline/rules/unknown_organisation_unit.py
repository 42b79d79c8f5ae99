"""An objective belongs to a unit of the firm that the vocabulary does not know.

Reason to flag: a misspelt unit escapes the limit on objectives and has no board.
How to remedy: correct it, or add it under `organisation_units` in vocabulary.yml.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding, did_you_mean


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every use of a word that is not under `organisation_units`."""
    known = catalog.vocabulary.organisation_units
    for objective, at in walk.objectives(catalog):
        if objective.unit not in known:
            yield Finding(
                at("unit"),
                "unknown_organisation_unit",
                f"there is no organisation unit {objective.unit!r}",
                did_you_mean(objective.unit, known),
            )
