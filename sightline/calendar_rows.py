"""The calendars as flat tables, the way the warehouse keeps them; one function a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightline.catalog import Catalog

Row = dict[str, Any]


def calendar(catalog: Catalog) -> Iterator[Row]:
    """Calendars as they are written, so that a change of one has a name."""
    for each in catalog.calendars.values():
        fiscal = each.fiscal_year
        yield {
            "calendar_id": each.id,
            "name": each.name,
            "business_days": ", ".join(each.business_days),
            "holidays": each.holidays.code if each.holidays else None,
            "closures": ", ".join(f"{c.first_day}/{c.last_day}" for c in each.closures) or None,
            "fiscal_starts_in": fiscal.starts_in if fiscal else None,
            "fiscal_periods": fiscal.periods if fiscal else None,
        }


def calendar_span(catalog: Catalog) -> Iterator[Row]:
    """Looked up here, once: what judges finds days, not rules about days."""
    for each in catalog.calendars.values():
        for span in each.spans():
            yield {"calendar_id": each.id} | span._asdict()


def maintenance(catalog: Catalog) -> Iterator[Row]:
    """Windows as they are written; instants in UTC."""
    for each in catalog.calendars.values():
        for window in each.maintenance:
            yield {
                "calendar_id": each.id,
                "maintenance_id": window.id,
                "scope": window.scope,
                "begins_at": window.begins_at,
                "ends_at": window.ends_at,
                "reason": window.reason,
                "approved_by": window.approved_by,
                "approved_on": window.approved_on,
            }
