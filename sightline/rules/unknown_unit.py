"""A KPI is measured in a unit that the vocabulary does not know.

Reason to flag: a number without a known unit cannot be shown, compared or added up.
How to remedy: correct it, or add it under `units` in vocabulary.yml.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding, did_you_mean


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every use of a word that is not under `units`."""
    known = catalog.vocabulary.units
    for kpi, at in walk.kpis(catalog):
        if kpi.unit not in known:
            yield Finding(
                at("unit"),
                "unknown_unit",
                f"there is no unit of measure {kpi.unit!r}",
                did_you_mean(kpi.unit, known),
            )
