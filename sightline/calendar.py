"""What a period is: days, ISO weeks, months or quarters, one after the other without a gap.

A period is named by its first day, for months and quarters the first of a month. Quarters run from
the month in which the KPI's first one began, so a fiscal year that starts in February has its own.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum


class Grain(StrEnum):
    """How long a period is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


_DAYS = {Grain.DAY: 1, Grain.WEEK: 7}
_MONTHS = {Grain.MONTH: 1, Grain.QUARTER: 3}
# n bad periods of the last m fire: the shorter a period, the more of it is noise.
FIRES_ON = {
    Grain.DAY: (3, 5),
    Grain.WEEK: (2, 2),
    Grain.MONTH: (2, 2),
    Grain.QUARTER: (1, 1),
}


def period_after(first_day: date, grain: str) -> date:
    """The first day of the period that follows."""
    return _moved(first_day, Grain(grain), 1)


def period_before(first_day: date, grain: str) -> date:
    """The first day of the period that precedes."""
    return _moved(first_day, Grain(grain), -1)


def last_closed(today: date, grain: str) -> date:
    """The latest first day of a period that can be over; of a quarter, of any month it began in."""
    if grain == Grain.DAY:
        return today - timedelta(days=1)
    if grain == Grain.WEEK:
        return today - timedelta(days=7 + today.weekday())
    return period_before(today.replace(day=1), grain)


def _moved(first_day: date, grain: Grain, periods: int) -> date:
    if grain in _DAYS:
        return first_day + timedelta(days=periods * _DAYS[grain])
    months = first_day.year * 12 + first_day.month - 1 + periods * _MONTHS[grain]
    return date(months // 12, months % 12 + 1, first_day.day)
