"""Two windows of planned maintenance overlap in one scope.

Reason to flag: the minutes in both would be taken out twice, and the KPI would be excused for time
that ran.
How to remedy: end the one where the other begins, or make them one.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from sightline import walk
from sightline.business_calendar import Maintenance
from sightline.catalog import Catalog
from sightline.finding import Finding


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every window that shares a minute and a scope with an earlier one in its calendar."""
    for calendar, at in walk.calendars(catalog):
        for (_, one), (index, other) in combinations(enumerate(calendar.maintenance), 2):
            if _share_a_minute(one, other):
                yield Finding(
                    at("maintenance", index, "from"),
                    "maintenance_overlaps",
                    f"{other.id!r} overlaps {one.id!r} in the scope {other.scope!r}",
                    "end the one where the other begins, or make them one",
                )


def _share_a_minute(one: Maintenance, other: Maintenance) -> bool:
    same_scope = one.scope == other.scope or "all" in (one.scope, other.scope)
    return same_scope and one.begins_at < other.ends_at and other.begins_at < one.ends_at
