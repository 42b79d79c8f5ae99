"""A KPI leaves planned maintenance out, and has no calendar that plans any.

Reason to flag: the page would say that maintenance does not count while all of it does.
How to remedy: name the calendar, or let maintenance count.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding
from sightline.kpi import PlannedMaintenance


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every KPI that excludes maintenance without a calendar."""
    for kpi, at in walk.kpis(catalog):
        if kpi.calendar is None and kpi.planned_maintenance is PlannedMaintenance.EXCLUDED:
            yield Finding(
                at("planned_maintenance"),
                "maintenance_without_calendar",
                f"{kpi.id!r} excludes planned maintenance and has no calendar",
                "add `calendar: <id>`, or write `planned_maintenance: counted`",
            )
