"""A KPI names a system of record that the vocabulary does not know.

Reason to flag: nobody could say where the number comes from, or when that source went silent.
How to remedy: correct it, or add it under `sources` in vocabulary.yml.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding, did_you_mean


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every use of a word that is not under `sources`."""
    known = catalog.vocabulary.sources
    for kpi, at in walk.kpis(catalog):
        if kpi.system_of_record not in known:
            yield Finding(
                at("system_of_record"),
                "unknown_source",
                f"there is no source {kpi.system_of_record!r}",
                did_you_mean(kpi.system_of_record, known),
            )
