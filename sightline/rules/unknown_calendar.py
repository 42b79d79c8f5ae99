"""A KPI names a calendar that nobody defined.

Reason to flag: nobody could say on which days its number is due.
How to remedy: correct it, or write it under `calendars/`.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding, did_you_mean


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every KPI whose calendar is not in the folder."""
    for kpi, at in walk.kpis(catalog):
        if kpi.calendar is not None and kpi.calendar not in catalog.calendars:
            yield Finding(
                at("calendar"),
                "unknown_calendar",
                f"there is no calendar {kpi.calendar!r}",
                did_you_mean(kpi.calendar, catalog.calendars),
            )
