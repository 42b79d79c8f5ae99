"""`okrs/calendars/<id>.yml`: which days are worked, how the fiscal year runs, what is maintained.

A holiday is looked up when definitions are read, never while they judge: the days off of a
calendar are landed with it, as days.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, StringConstraints, model_validator

from sightline.calendar import Grain, period_after, period_of
from sightline.definition import Day, Definition, Id, Instant, Text, refusal

# The years whose days off are known. Wide enough for every history, and the same ones every time.
FIRST = date(2015, 1, 1)
LAST = date(2040, 12, 31)


class Span(NamedTuple):
    """Days that belong together: a day off up to the next business day, or a fiscal period."""

    kind: str
    begins_on: date
    ended_on: date  # the first day after it
    reason: str | None = None


class Weekday(StrEnum):
    """A day of the week, in the order of `date.weekday`."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class Holidays(Definition):
    """The public holidays of a country (ISO 3166), or of one of its subdivisions."""

    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    subdivision: Annotated[str, StringConstraints(min_length=1, max_length=40)] | None = None

    @model_validator(mode="after")
    def _are_known(self) -> Holidays:
        import holidays  # a third of a second, and only firms with holidays need it

        try:
            holidays.country_holidays(self.country, subdiv=self.subdivision)
        except NotImplementedError as error:
            raise refusal(
                "unknown_holidays",
                f"names {self.code}, whose holidays are not known",
                "see https://holidays.readthedocs.io, or list the days under `closures`",
            ) from error
        return self

    @property
    def code(self) -> str:
        """Country and subdivision in one word, such as `DE-NW`."""
        return f"{self.country}-{self.subdivision}" if self.subdivision else self.country

    def days(self) -> dict[date, str]:
        """Every holiday of the known years and its name in English where there is one."""
        import holidays

        years = range(FIRST.year, LAST.year + 1)
        found = holidays.country_holidays(
            self.country, subdiv=self.subdivision, years=years, language="en_US"
        )
        return dict(found.items())


class FiscalYear(Definition):
    """A year that begins with another month than January, or is made of whole weeks.

    Of whole weeks: quarters of 4, 4 and 5 weeks that run from Monday. The year begins on the Monday
    nearest to the first of its month, and its last period takes the 53rd week where there is one.
    """

    starts_in: Annotated[int, Field(strict=True, ge=1, le=12)] = 1
    periods: Literal["months", "4-4-5"] = "months"

    def spans(self, grain: Grain) -> Iterator[Span]:
        """Every month or quarter of the known years, one after the other."""
        weeks_from = self.starts_in if self.periods == "4-4-5" else None
        first = period_of(FIRST, grain, fiscal_month=self.starts_in, weeks_from=weeks_from)
        while first <= LAST:
            ended = period_after(first, grain, weeks_from=weeks_from)
            yield Span(grain.value, first, ended)
            first = ended


class Closure(Definition):
    """Days on which this firm does not work, first and last included."""

    first_day: Day = Field(alias="from")
    last_day: Day = Field(alias="to")
    reason: Text


class Maintenance(Definition):
    """A window in which what runs is taken down on purpose, for one scope or all of them.

    It excuses only what comes after its approval; see `int_planned_maintenance`.
    """

    id: Id
    begins_at: Instant = Field(alias="from")
    ends_at: Instant = Field(alias="to")
    scope: Id = "all"
    reason: Text
    approved_by: Id
    approved_on: Day


class BusinessCalendar(Definition):
    """Days and windows that KPIs share; where the day begins is each KPI's own time zone."""

    id: Id
    name: Text
    business_days: tuple[Weekday, ...] = Field(min_length=1)
    holidays: Holidays | None = None
    closures: tuple[Closure, ...] = ()
    fiscal_year: FiscalYear | None = None
    maintenance: tuple[Maintenance, ...] = ()

    def days_off(self) -> dict[date, str]:
        """Every day of the known years that is no business day, with the reason, in order."""
        named = self.holidays.days() if self.holidays else {}
        for closure in self.closures:
            for day in _days(max(closure.first_day, FIRST), min(closure.last_day, LAST)):
                named.setdefault(day, closure.reason)
        worked = {list(Weekday).index(day) for day in self.business_days}
        return {
            day: named.get(day, "no business day")
            for day in _days(FIRST, LAST)
            if day in named or day.weekday() not in worked
        }

    def spans(self) -> Iterator[Span]:
        """Every day off up to the next business day, every month and quarter of a fiscal year."""
        ended: dict[date, date] = {}
        days_off = self.days_off()
        for day in sorted(days_off, reverse=True):
            ended[day] = ended.get(day + timedelta(days=1), day + timedelta(days=1))
        yield from (Span("day_off", day, ended[day], why) for day, why in days_off.items())
        if self.fiscal_year is not None:
            yield from self.fiscal_year.spans(Grain.MONTH)
            yield from self.fiscal_year.spans(Grain.QUARTER)


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
