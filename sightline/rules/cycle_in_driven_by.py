"""KPIs drive each other in a circle, be it as factors or otherwise.

Reason to flag: an investigation that follows causes upstream would never arrive.
How to remedy: remove the driver that is an effect.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every circle of drivers, told at the line of its alphabetically first KPI."""
    places = {kpi.id: dict(walk.drivers(kpi, at)) for kpi, at in walk.kpis(catalog)}
    for cycle in walk.cycles({kpi_id: list(drivers) for kpi_id, drivers in places.items()}):
        towards = cycle[1] if len(cycle) > 1 else cycle[0]
        yield Finding(
            places[cycle[0]][towards],
            "cycle_in_driven_by",
            f"KPIs drive each other in a circle: {' ← '.join((*cycle, cycle[0]))}",
            "remove the one that is an effect and no cause",
        )
