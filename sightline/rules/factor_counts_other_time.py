"""A KPI is a product of one that counts other time.

Reason to flag: a product is split period by period; a factor by day, of another zone's weeks, or
without the hours of maintenance that the product counts is no factor of it.
How to remedy: let both count the same time, or say `driven_by` where no arithmetic is meant.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding

_TIME = ("grain", "time_zone", "planned_maintenance")


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every factor whose periods are not those of its product."""
    for kpi, at in walk.kpis(catalog):
        for index, name in enumerate(kpi.factors):
            factor = catalog.kpis.get(name, kpi)  # an unknown one is told by unknown_kpi
            for key in _TIME:
                own, other = getattr(kpi, key), getattr(factor, key)
                if own != other:
                    yield Finding(
                        at("factors", index),
                        "factor_counts_other_time",
                        f"the {key} of {name!r} is {other}, that of its product {kpi.id!r} {own}",
                        f"give both the same {key}, or move it to `driven_by`",
                    )
