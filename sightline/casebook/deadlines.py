"""By when is the next step due? In business days, in UTC.

Which days nobody works is told by the calendar of the case's KPI; without one it is the weekend.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TypeAlias

_SATURDAY = 5

IsOff: TypeAlias = Callable[[date], bool]

# State: business days until the next step. Acknowledged within a day, because a mute owner is what
# escalation is for; decided within a working week; closed within one after the fix has held. What
# waits for data (recovering, resolved) is due by nobody; an action and an acceptance bring their
# own date.
_DAYS = {
    "opened": 1,
    "reopened": 1,
    "acknowledged": 3,
    "under_review": 3,
    "decided": 2,
    "verified": 5,
}


def is_weekend(day: date) -> bool:
    """Saturday or Sunday: what is off where no calendar says more."""
    return day.weekday() >= _SATURDAY


def next_due(state: str, since: datetime, is_off: IsOff = is_weekend) -> date | None:
    """The last day on which the next step is in time; None where nobody has to take one."""
    days = _DAYS.get(state)
    return None if days is None else business_days_after(since.date(), days, is_off)


def business_days_after(day: date, count: int, is_off: IsOff = is_weekend) -> date:
    """The business day so many business days after a day; from a weekend, Monday is the first."""
    while count:
        day += timedelta(days=1)
        count -= not is_off(day)
    return day
