"""A KPI serves no objective and is not labelled as running the business.

Reason to flag: a number nobody set a goal for takes attention from those that have one.
How to remedy: link it to a key result, label it `run_the_business`, or remove it.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding, nearest


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every KPI that no key result links and no label explains."""
    named = {link.kpi for _, _, link, _ in walk.links(catalog)}
    # A misspelt link is told by unknown_kpi; the KPI it means is no orphan.
    linked = named | {nearest(kpi, catalog.kpis) for kpi in named - catalog.kpis.keys()}
    for kpi, at in walk.kpis(catalog):
        if kpi.id not in linked and kpi.label is None:
            yield Finding(
                at("id"),
                "orphan_kpi",
                f"no key result links {kpi.id!r}",
                "link it to a key result, add `label: run_the_business`, or remove the file",
            )
