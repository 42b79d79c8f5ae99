"""A KPI's hard floor lies on the good side of its target.

Reason to flag: every healthy value would be past the floor and fire at once.
How to remedy: put the floor where the number is worse than the target.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding
from sightline.kpi import Direction


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every target whose floor is not worse than the target itself."""
    for kpi, at in walk.kpis(catalog):
        higher = kpi.direction is Direction.HIGHER_IS_BETTER
        for index, version in enumerate(kpi.targets):
            target, floor = version.target, version.floor
            if floor is None or (floor < target if higher else floor > target):
                continue
            yield Finding(
                at("targets", index, "floor"),
                "floor_on_wrong_side",
                f"{kpi.direction}, so the floor {floor} must be "
                f"{'below' if higher else 'above'} the target {target}",
                "swap the two numbers, or correct the direction",
            )
