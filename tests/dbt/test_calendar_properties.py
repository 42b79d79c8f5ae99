"""Periods follow one another without gap or overlap, whatever the grain, zone and clock change."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.judgement import Judgement, compiled_in
from sightline.business_calendar import FiscalYear
from sightline.calendar import Grain, last_closed, period_after, period_before, period_of
from tests.dbt.conftest import Built
from tests.dbt.properties import drawn

DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))
FIRST_DAYS = DAYS.map(lambda day: day.replace(day=1))
ZONES = sorted(available_timezones() - {"localtime", "Factory"})
# Each grain, and the fiscal month and quarter of a year of whole weeks that begins in February.
WEEKS_FROM = 2
CALENDARS = [(grain, None) for grain in Grain]
CALENDARS += [(grain, WEEKS_FROM) for grain in (Grain.MONTH, Grain.QUARTER)]
INSTANTS = st.datetimes(datetime(2021, 1, 1), datetime(2026, 1, 1))  # noqa: DTZ001 made UTC below


@pytest.fixture(scope="module")
def judgement(empty_build: Built) -> Iterator[Judgement]:
    with closing(Judgement(compiled_in(empty_build.project.target))) as opened:
        yield opened


@given(FIRST_DAYS, st.sampled_from(Grain))
def test_going_on_and_back_is_where_one_was(first_day: date, grain: Grain) -> None:
    assert period_before(period_after(first_day, grain), grain) == first_day
    assert period_after(first_day, grain) > first_day


@given(FIRST_DAYS)
def test_a_fiscal_year_from_any_month_is_twelve_months_and_four_quarters(first_day: date) -> None:
    ends = set()
    for grain, count in ((Grain.MONTH, 12), (Grain.QUARTER, 4)):
        end = first_day
        for _ in range(count):
            end = period_after(end, grain)
        ends.add(end)
    assert ends == {first_day.replace(year=first_day.year + 1)}


@given(DAYS, st.sampled_from(CALENDARS))
def test_what_is_closed_ended_by_today_and_the_next_did_not(
    today: date, calendar: tuple[Grain, int | None]
) -> None:
    grain, weeks_from = calendar
    closed = last_closed(today, grain, weeks_from=weeks_from)
    following = period_after(closed, grain, weeks_from=weeks_from)
    assert following <= today
    if grain is not Grain.QUARTER or weeks_from:  # else the next may begin a month later
        assert today < period_after(following, grain, weeks_from=weeks_from)


def test_every_instant_lies_in_one_period_in_every_time_zone(judgement: Judgement) -> None:
    """Some 600 zones; instants include the hours around each one's changes of the clock."""
    assert len(ZONES) > 580
    moments = [moment.replace(tzinfo=UTC) for moment in drawn(INSTANTS, 2)]
    # Clocks change on the last Sundays of March and October in Europe, other days elsewhere.
    moments += [datetime(2024, 3, 31, 1, tzinfo=UTC), datetime(2024, 10, 27, 1, tzinfo=UTC)]
    year = FiscalYear(starts_in=WEEKS_FROM, periods="4-4-5")
    spans = [
        {"calendar_id": "weeks", "kind": kind, "begins_on": begins_on, "ended_on": ended_on}
        for grain in (Grain.MONTH, Grain.QUARTER)
        for kind, begins_on, ended_on, _ in year.spans(grain)
    ]
    judgement.put("staging.stg_definitions__calendar_span", spans)
    for as_of in moments:
        kpis, values = [], []
        for zone in ZONES:
            today = as_of.astimezone(ZoneInfo(zone)).date()
            for grain, weeks_from in CALENDARS:
                kpi_id = f"{zone}/{grain}/{weeks_from}"
                kpi = {"kpi_id": kpi_id, "grain": grain.value, "time_zone": zone}
                kpis.append(kpi | {"calendar_id": "weeks" if weeks_from else None})
                first = _first_day(today, grain, weeks_from)
                said = {"period_start": first, "value": 1, "is_current": True}
                values.append(said | {"kpi_id": kpi_id, "scope": "n", "is_withdrawn": False})
        judgement.put("staging.stg_definitions__kpi", kpis)
        judgement.put("intermediate.int_kpi_value_version", values)
        judgement.put("intermediate.int_as_of", [{"as_of": as_of.replace(tzinfo=None)}])
        judgement.build("int_kpi_period")
        found: dict[str, list[tuple[date, date, bool]]] = {}
        for row in judgement.rows("from intermediate.int_kpi_period order by kpi_id, period_start"):
            span = (row["period_start"], row["period_end"], row["is_over"])
            found.setdefault(row["kpi_id"], []).append(span)
        for zone in ZONES:
            today = as_of.astimezone(ZoneInfo(zone)).date()
            for grain, weeks_from in CALENDARS:
                closed = _closed_by(today, grain, weeks_from)
                assert found[f"{zone}/{grain}/{weeks_from}"] == closed, (zone, grain, as_of)


def _first_day(today: date, grain: Grain, weeks_from: int | None) -> date:
    """A first day three periods back, from which the current one is reached."""
    day = period_of(today, grain, weeks_from=weeks_from) if weeks_from else today.replace(day=1)
    for _ in range(3):
        day = period_before(day, grain, weeks_from=weeks_from)
    return day


def _closed_by(today: date, grain: Grain, weeks_from: int | None) -> list[tuple[date, date, bool]]:
    """The periods that are over on a day: today lies in the next one, and in no other."""
    spans = []
    first = _first_day(today, grain, weeks_from)
    while (following := period_after(first, grain, weeks_from=weeks_from)) <= today:
        spans.append((first, following - timedelta(days=1), True))
        first = following
    assert first <= today < following
    return spans
