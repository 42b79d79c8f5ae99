"""On which days is nobody asked? Those off in the calendar of a KPI; without one, the weekend."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from sightline.casebook.deadlines import IsOff, is_weekend

if TYPE_CHECKING:
    from sightline.catalog import Catalog


def days_off(catalog: Catalog) -> Callable[[str], IsOff]:
    """Gives the days off of each KPI by id; a calendar is worked out once."""

    @cache
    def of_calendar(calendar_id: str) -> IsOff:
        return frozenset(catalog.calendars[calendar_id].days_off()).__contains__

    def of_kpi(kpi_id: str) -> IsOff:
        kpi = catalog.kpis.get(kpi_id)
        return is_weekend if kpi is None or kpi.calendar is None else of_calendar(kpi.calendar)

    return of_kpi
