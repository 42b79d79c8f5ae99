"""What a period is: days, ISO weeks, months or quarters, one after the other without a gap.

A period is named by its first day, for months and quarters the first of a month. Quarters run from
the month in which the KPI's first one began, so a fiscal year that starts in February has its own.
In a fiscal year of whole weeks, `weeks_from` being its month, months are of 4, 4 and 5 weeks and
quarters of 13; the year begins on the Monday nearest to the first of its month, and its last
period takes the 53rd week where there is one. `macros/periods.sql` says the same in SQL.
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
# A fiscal month of 4 weeks, and the longest fiscal periods, in days: 5 and 13 weeks and the 53rd.
_FOUR_WEEKS = 28
_LONGEST = {Grain.MONTH: 42, Grain.QUARTER: 98}
_QUARTER = 91
# n bad periods of the last m fire: the shorter a period, the more of it is noise.
FIRES_ON = {
    Grain.DAY: (3, 5),
    Grain.WEEK: (2, 2),
    Grain.MONTH: (2, 2),
    Grain.QUARTER: (1, 1),
}


def period_of(
    day: date, grain: str, *, fiscal_month: int = 1, weeks_from: int | None = None
) -> date:
    """The first day of the period a day lies in; the fiscal year begins in `fiscal_month`."""
    kind = Grain(grain)
    if kind is Grain.DAY:
        return day
    if kind is Grain.WEEK:
        return _monday(day)
    if weeks_from is not None:
        return _fiscal_period_of(day, kind, weeks_from)
    months = day.year * 12 + day.month - fiscal_month
    months -= months % _MONTHS[kind]
    return _first_of(months + fiscal_month - 1)


def period_after(first_day: date, grain: str, *, weeks_from: int | None = None) -> date:
    """The first day of the period that follows."""
    kind = Grain(grain)
    if weeks_from is not None and kind in _LONGEST:
        return _fiscal_period_of(first_day + timedelta(days=_LONGEST[kind]), kind, weeks_from)
    return _moved(first_day, kind, 1)


def period_before(first_day: date, grain: str, *, weeks_from: int | None = None) -> date:
    """The first day of the period that precedes."""
    kind = Grain(grain)
    if weeks_from is not None and kind in _LONGEST:
        return _fiscal_period_of(first_day - timedelta(days=1), kind, weeks_from)
    return _moved(first_day, kind, -1)


def last_closed(today: date, grain: str, *, weeks_from: int | None = None) -> date:
    """The latest first day of a period that can be over; of a quarter, of any month it began in."""
    kind = Grain(grain)
    if kind in _DAYS or weeks_from is not None:
        return period_before(
            period_of(today, kind, weeks_from=weeks_from), kind, weeks_from=weeks_from
        )
    return period_before(today.replace(day=1), kind)


def _moved(first_day: date, grain: Grain, periods: int) -> date:
    if grain in _DAYS:
        return first_day + timedelta(days=periods * _DAYS[grain])
    months = first_day.year * 12 + first_day.month - 1 + periods * _MONTHS[grain]
    return _first_of(months).replace(day=first_day.day)


def _first_of(months: int) -> date:
    """The first day of a month counted from year 0."""
    return date(months // 12, months % 12 + 1, 1)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _fiscal_period_of(day: date, grain: Grain, weeks_from: int) -> date:
    # The year that holds the Thursday of a week holds all of it: three days either side.
    thursday = _monday(day) + timedelta(days=3)
    first = date(thursday.year - (thursday.month < weeks_from), weeks_from, 1)
    year = _monday(first + timedelta(days=3))
    quarter = min((day - year).days // _QUARTER, 3)
    start = year + timedelta(days=quarter * _QUARTER)
    if grain is Grain.QUARTER:
        return start
    return start + timedelta(days=min((day - start).days // _FOUR_WEEKS, 2) * _FOUR_WEEKS)
