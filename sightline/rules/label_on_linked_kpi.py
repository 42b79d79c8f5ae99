"""A KPI is labelled as running the business although a key result links it.

Reason to flag: one of the two is wrong: it serves a goal or it does not.
How to remedy: remove the label, or the link.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every labelled KPI that a key result links."""
    users = {link.kpi: result.id for _, result, link, _ in walk.links(catalog)}
    for kpi, at in walk.kpis(catalog):
        if kpi.label is not None and kpi.id in users:
            yield Finding(
                at("label"),
                "label_on_linked_kpi",
                f"{kpi.id!r} is labelled {kpi.label!r}, yet {users[kpi.id]!r} links it",
                "remove the label, or the link",
            )
