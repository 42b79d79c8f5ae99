"""Something ends before it begins, or a link is valid outside its objective.

Reason to flag: it would never be in force, and nothing would say so.
How to remedy: swap or correct the two days.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding, Place


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every pair of days in the wrong order."""
    for what, first, last, place in _spans(catalog):
        if first > last:
            yield Finding(
                place,
                "period_backwards",
                f"{what} ends on {last}, before it begins on {first}",
                "swap or correct the two days",
            )
    for _, window, at in walk.maintenance(catalog):
        if window.begins_at >= window.ends_at:
            yield Finding(
                at("to"),
                "period_backwards",
                f"the maintenance ends at {window.ends_at:%Y-%m-%d %H:%M} UTC, not after it begins",
                "swap or correct the two instants",
            )
    for objective, _, link, at in walk.links(catalog):
        period = objective.period
        for name, day in (("valid_from", link.valid_from), ("valid_to", link.valid_to)):
            if day is not None and not period.first_day <= day <= period.last_day:
                yield Finding(
                    at(name),
                    "period_backwards",
                    f"{name} {day} is outside the objective's period "
                    f"{period.first_day} to {period.last_day}",
                    "choose a day inside the period, or remove the line",
                )


def _spans(catalog: Catalog) -> Iterator[tuple[str, date, date, Place]]:
    for objective, at in walk.objectives(catalog):
        period = objective.period
        yield "the objective", period.first_day, period.last_day, at("period", "to")
    for _, _, link, at in walk.links(catalog):
        if link.valid_from and link.valid_to:
            yield "the link", link.valid_from, link.valid_to, at("valid_to")
    for _, role, at in walk.roles(catalog):
        for index, holder in enumerate(role.holders):
            if holder.valid_to:
                place = at("holders", index, "to")
                yield "the holder", holder.valid_from, holder.valid_to, place
    for policy, at in walk.policies(catalog):
        yield "the policy", policy.valid_from, policy.valid_to, at("valid_to")
    for calendar, at in walk.calendars(catalog):
        for index, closure in enumerate(calendar.closures):
            place = at("closures", index, "to")
            yield "the closure", closure.first_day, closure.last_day, place
