"""KPIs drive each other in a circle.

Reason to flag: an investigation that follows causes upstream would never arrive.
How to remedy: remove the driver that is an effect.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every circle of `driven_by`, told at the line of its alphabetically first KPI."""
    found = {kpi.id: (kpi, at) for kpi, at in walk.kpis(catalog)}
    edges = {kpi_id: kpi.driven_by for kpi_id, (kpi, _) in found.items()}
    for cycle in walk.cycles(edges):
        kpi, at = found[cycle[0]]
        towards = cycle[1] if len(cycle) > 1 else cycle[0]
        yield Finding(
            at("driven_by", kpi.driven_by.index(towards)),
            "cycle_in_driven_by",
            f"KPIs drive each other in a circle: {' ← '.join((*cycle, cycle[0]))}",
            "remove the one that is an effect and no cause",
        )
