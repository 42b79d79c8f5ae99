"""Days off, holidays and fiscal periods are days, found when definitions are read."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.business_calendar import BusinessCalendar, FiscalYear, Span
from sightline.calendar import Grain, period_after, period_before, period_of
from sightline.catalog import load_catalog
from tests.definitions.firm import OKRS, Firm

HUBS = "calendars/hubs.yml"
DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))
MONTHS = st.integers(1, 12)
FISCAL = (Grain.MONTH, Grain.QUARTER)


@pytest.fixture(scope="module")
def hubs() -> BusinessCalendar:
    return load_catalog(OKRS).calendars["hubs"]


def test_a_holiday_of_the_subdivision_is_a_day_off_and_one_of_another_is_not(
    hubs: BusinessCalendar,
) -> None:
    days_off = hubs.days_off()
    assert days_off[date(2026, 6, 4)] == "Corpus Christi"  # in NW, not in Berlin
    assert date(2026, 3, 8) in days_off  # a Sunday; a holiday in Berlin
    assert days_off[date(2026, 12, 24)] == "Closed on Christmas Eve"
    assert date(2026, 3, 9) not in days_off


def test_a_day_off_lasts_to_the_next_business_day(hubs: BusinessCalendar) -> None:
    spans = {span.begins_on: span.ended_on for span in hubs.spans() if span.kind == "day_off"}
    # Thursday the 24th closed, two days of Christmas, a Sunday.
    assert {spans[date(2026, 12, day)] for day in (24, 25, 26, 27)} == {date(2026, 12, 28)}
    assert spans[date(2026, 3, 8)] == date(2026, 3, 9)


def test_a_year_of_whole_weeks_from_january_is_the_iso_year() -> None:
    months = list(FiscalYear(starts_in=1, periods="4-4-5").spans(Grain.MONTH))
    by_year: dict[int, list[Span]] = {}
    for span in months:
        by_year.setdefault((span.begins_on + timedelta(days=3)).isocalendar().year, []).append(span)
    for year in range(2016, 2040):
        weeks = [(span.ended_on - span.begins_on).days // 7 for span in by_year[year]]
        last = date(year, 12, 28).isocalendar().week  # the last ISO week holds the 28th
        assert weeks == [4, 4, 5, 4, 4, 5, 4, 4, 5, 4, 4, 5 + last - 52], year
        assert by_year[year][0].begins_on == date.fromisocalendar(year, 1, 1)


def test_a_fiscal_year_of_months_begins_its_quarters_in_its_month() -> None:
    quarters = [span.begins_on for span in FiscalYear(starts_in=2).spans(Grain.QUARTER)]
    assert quarters[:3] == [date(2014, 11, 1), date(2015, 2, 1), date(2015, 5, 1)]


@given(MONTHS, st.sampled_from(["months", "4-4-5"]), st.sampled_from(FISCAL))
def test_fiscal_periods_follow_one_another_without_gap_or_overlap(
    starts_in: int, periods: str, grain: Grain
) -> None:
    spans = list(
        FiscalYear.model_validate({"starts_in": starts_in, "periods": periods}).spans(grain)
    )
    assert all(before.ended_on == after.begins_on for before, after in pairwise(spans))
    assert spans[0].begins_on <= date(2015, 1, 1)
    assert spans[-1].ended_on > date(2040, 12, 31)


@given(DAYS, MONTHS, st.sampled_from(Grain))
def test_a_day_lies_in_the_one_period_of_whole_weeks_that_begins_on_or_before_it(
    day: date, weeks_from: int, grain: Grain
) -> None:
    first = period_of(day, grain, weeks_from=weeks_from)
    following = period_after(first, grain, weeks_from=weeks_from)
    assert first <= day < following
    assert period_before(following, grain, weeks_from=weeks_from) == first
    assert period_of(following, grain, weeks_from=weeks_from) == following


def test_holidays_nobody_knows_are_refused_with_a_way_out(firm: Firm) -> None:
    firm.replace(HUBS, "subdivision: NW", "subdivision: XX")
    finding = firm.finding("unknown_holidays")
    assert "DE-XX" in finding.message
    assert "closures" in finding.way_out
    assert finding.place.line == firm.line_of(HUBS, "holidays:")


@pytest.mark.parametrize(
    "written", ["2026-08-08T06:00", "2026-08-08", "2026-08-08T25:00+02:00", "2026-02-30T06:00Z"]
)
def test_an_instant_without_its_offset_or_off_the_clock_is_refused(
    firm: Firm, written: str
) -> None:
    firm.replace(HUBS, "from: 2026-08-08T06:00+02:00", f"from: {written}")
    assert "2026-08-10T06:00+02:00" in firm.finding("bad_instant").way_out
