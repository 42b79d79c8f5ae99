"""A key result pushes its KPI the way that is worse.

Reason to flag: the goal would be reached by doing harm, or the KPI's direction is wrong.
How to remedy: correct the kind, or the direction of the KPI.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding
from sightline.kpi import Direction
from sightline.objective import KeyResultKind, LinkRole

_WORSE = {
    (KeyResultKind.INCREASE_TO, Direction.LOWER_IS_BETTER),
    (KeyResultKind.STAY_AT_OR_ABOVE, Direction.LOWER_IS_BETTER),
    (KeyResultKind.DECREASE_TO, Direction.HIGHER_IS_BETTER),
    (KeyResultKind.STAY_AT_OR_BELOW, Direction.HIGHER_IS_BETTER),
}


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every measure link where kind and direction disagree."""
    for _, key_result, link, at in walk.links(catalog):
        kpi = catalog.kpis.get(link.kpi)
        if kpi is None or link.role is not LinkRole.MEASURE:
            continue
        if (key_result.kind, kpi.direction) in _WORSE:
            yield Finding(
                at("kpi"),
                "kind_against_direction",
                f"{key_result.id!r} is {key_result.kind}, but for {kpi.id!r} {kpi.direction}",
                f"correct the kind here, or the direction in kpis/{kpi.id}.yml",
            )
