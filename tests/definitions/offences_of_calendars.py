"""Offences of calendars, and of KPIs against theirs."""

from __future__ import annotations

from tests.definitions.firm import Firm
from tests.definitions.offence import UPTIME, Case, change

HUBS = "calendars/hubs.yml"
SECOND_WINDOW = """\
  - id: south_motors
    from: 2026-08-08T13:59+02:00
    to: 2026-08-08T16:00+02:00
    scope: all
    reason: Motors
    approved_by: coo
    approved_on: 2026-07-20
"""


def no_calendar(firm: Firm) -> None:
    firm.replace(UPTIME, "calendar: hubs", "planned_maintenance: excluded")


CASES = [
    Case(
        "unknown_calendar",
        change(UPTIME, "calendar: hubs", "calendar: hub"),
        UPTIME,
        "calendar: hub",
        "there is no calendar 'hub'",
        "did you mean 'hubs'?",
    ),
    Case(
        "maintenance_without_calendar",
        no_calendar,
        UPTIME,
        "planned_maintenance: excluded",
        "'sorter_uptime' excludes planned maintenance and has no calendar",
        "planned_maintenance: counted",
    ),
    Case(
        "maintenance_overlaps",
        lambda firm: firm.append(HUBS, SECOND_WINDOW),
        HUBS,
        "from: 2026-08-08T13:59+02:00",
        "'south_motors' overlaps 'south_belts' in the scope 'all'",
        "end the one where the other begins",
    ),
    Case(
        "period_backwards",
        change(HUBS, "to: 2026-08-08T14:00+02:00", "to: 2026-08-08T14:00+10:00"),
        HUBS,
        "to: 2026-08-08T14:00+10:00",
        "the maintenance ends at 2026-08-08 04:00 UTC, not after it begins",
        "swap or correct",
    ),
    Case(
        "period_backwards",
        change(HUBS, "to: 2026-12-24", "to: 2026-12-23"),
        HUBS,
        "to: 2026-12-23",
        "the closure ends on 2026-12-23, before it begins on 2026-12-24",
        "swap or correct",
    ),
    Case(
        "said_twice",
        lambda firm: firm.append(HUBS, SECOND_WINDOW.replace("south_motors", "south_belts")),
        HUBS,
        "id: south_belts",
        "this maintenance id is already in calendars/hubs.yml",
        "keep one of the two",
    ),
    Case(
        "said_twice",
        change(HUBS, "fri, sat]", "fri, fri]"),
        HUBS,
        "business_days",
        "this day of the week is already",
        "keep one of the two",
    ),
    Case(
        "unknown_role",
        change(HUBS, "approved_by: coo", "approved_by: cooo"),
        HUBS,
        "approved_by: cooo",
        "there is no role 'cooo'",
        "did you mean 'coo'?",
    ),
    Case(
        "id_differs_from_file",
        change(HUBS, "id: hubs", "id: hub"),
        HUBS,
        "id: hub",
        "the id is 'hub', the file is named 'hubs'",
        "rename the file to hub.yml",
    ),
]
