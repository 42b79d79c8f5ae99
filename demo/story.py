"""What happens at Northline each week: the numbers a week comes to, before it is spread over rows.

Grain: one `WeekPlan` a site and ISO week. Every number is a pure function of scenario, seed, site
and week, so that a firm built today and a firm that lived on until today are the same firm.
Noise is uniform and bounded: the promises below hold for every seed, not for most.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, get_args

Scenario = Literal["as_planned", "throttled"]
SCENARIOS: tuple[Scenario, ...] = get_args(Scenario)
SITES = ("north", "south")
SORTERS = {"north": ("N1", "N2"), "south": ("S1", "S2")}

FIRST_MONDAY = date(2025, 4, 28)
PROGRAMME_START = date(2026, 6, 29)  # recalibration at North begins; the objectives' first week
THROTTLE_START = date(2026, 7, 20)  # in `throttled`, Operations stops giving the sorters away
CLOCK = datetime.combine(date(2026, 10, 26), time(6))  # a Monday; naive UTC, as its systems write

WORK_DAYS = 6  # Monday to Saturday
SHIFT_MINUTES = 20 * 60  # a sorter is scheduled 20 h a day, 120 h a week
WEEK_MINUTES = 2 * WORK_DAYS * SHIFT_MINUTES  # both sorters of a site

WEEKS_TO_CLOCK = 17  # programme weeks closed at the clock, where the story's end values are met
PROGRAMME_WEEKS = 26
RECALIBRATION_LAG = 3  # weeks until a recalibrated sorter runs faster
RECALIBRATION_GAIN = 2.25  # parcels an hour for each recalibration
RECALIBRATION_FADE = 0.97  # what is left of the gain a week later
COMPLAINT_LAG = 2  # weeks until a damaged parcel is complained about
COMPLAINTS_A_POINT = 5.0  # more complaints in 10,000 parcels for each point of damage more
USUAL_DAMAGE = 0.34  # per cent of parcels


@dataclass(frozen=True)
class Firm:
    """One course of events: a scenario and the seed of its noise."""

    scenario: Scenario
    seed: int

    def __post_init__(self) -> None:
        if self.scenario not in SCENARIOS:
            raise ValueError(f"scenario {self.scenario!r} is none of {', '.join(SCENARIOS)}")

    def dice(self, *about: object) -> random.Random:
        """Noise for one thing. The scenario is left out: what it does not touch stays equal."""
        return random.Random("/".join(str(part) for part in (self.seed, *about)))


@dataclass(frozen=True)
class WeekPlan:
    """What one site's week comes to. Minutes and parcels are sums over both sorters."""

    site: str
    monday: date
    base_minutes: int  # jams, belts, sensors, power, changeovers
    recalibration_minutes: int
    recalibrations_planned: int
    recalibrations_done: int
    parcels: int
    manual_touches: int
    damaged_parcels: int
    on_time_in_full: float  # share of the orders promised in the week
    cost_cents: int
    complaints: int
    headcount: int
    trained: int


def monday_of(day: date) -> date:
    """The Monday of the ISO week a day lies in."""
    return day - timedelta(days=day.weekday())


def last_closed_monday(moment: datetime) -> date:
    """The Monday of the last week that has ended at a moment."""
    return monday_of(moment.date()) - timedelta(weeks=1)


def mondays(first: date, last: date) -> list[date]:
    """Every Monday from the first to the last, both included."""
    return [first + timedelta(weeks=n) for n in range((last - first).days // 7 + 1)]


def programme_week(monday: date) -> int:
    """Weeks since the programme began; negative before it."""
    return (monday - PROGRAMME_START).days // 7


def is_throttled(firm: Firm, monday: date) -> bool:
    """Whether Operations withholds the North sorters in a week."""
    return firm.scenario == "throttled" and monday >= THROTTLE_START


def recalibrations_planned(week: int) -> int:
    """Recalibrations planned at North in a programme week: the crew starts with four."""
    return 0 if week < 0 else min(4 + week, 6)


def recalibrations_done(firm: Firm, week: int) -> int:
    """Recalibrations done at North: as planned, or one in every third throttled week."""
    if is_throttled(firm, PROGRAMME_START + timedelta(weeks=week)):
        return 1 if week % 3 == 0 else 0
    return recalibrations_planned(week)


def throughput_gain(firm: Firm, week: int) -> float:
    """Parcels an hour won at North: each recalibration counts three weeks later, and fades."""
    return sum(
        RECALIBRATION_GAIN
        * RECALIBRATION_FADE ** (week - RECALIBRATION_LAG - done_in)
        * recalibrations_done(firm, done_in)
        for done_in in range(week - RECALIBRATION_LAG + 1)
    )


def drifted(start: float, at_clock: float, week: int) -> float:
    """A straight line that leaves `start` with the programme and meets `at_clock` at the clock."""
    elapsed = min(max(week + 1, 0), PROGRAMME_WEEKS)
    return start + (at_clock - start) * elapsed / WEEKS_TO_CLOCK


def damage_rate(firm: Firm, site: str, monday: date) -> float:
    """Damaged parcels in per cent: around the usual, whatever the programme does."""
    return USUAL_DAMAGE + firm.dice("damage", site, monday).uniform(-0.03, 0.03)


def complaint_rate(firm: Firm, site: str, monday: date) -> float:
    """Complaints in 10,000 parcels before noise: falling, and following damage two weeks later."""
    damage = damage_rate(firm, site, monday - timedelta(weeks=COMPLAINT_LAG))
    beyond = damage - USUAL_DAMAGE
    return drifted(14.0, 11.0, programme_week(monday)) + COMPLAINTS_A_POINT * beyond


def week_plan(firm: Firm, site: str, monday: date) -> WeekPlan:
    """One site's week."""
    dice = firm.dice("plan", site, monday)
    week = programme_week(monday)

    def near(middle: float, spread: float) -> float:
        return middle + dice.uniform(-spread, spread)

    base = near(1.40, 0.10)  # per cent of scheduled minutes, whatever the programme does
    base_minutes = round(base / 100 * WEEK_MINUTES)
    recalibration_minutes = 0
    planned = done = 0
    wobble = near(0, 0.09)
    if site == "north" and week >= 0:
        planned, done = recalibrations_planned(week), recalibrations_done(firm, week)
        if is_throttled(firm, monday):
            recalibration_minutes = 12 * done
        else:
            # 2.65 ± 0.09: any four weeks average 2.56 to 2.74. Before it is throttled, Operations
            # gives short windows only: 1.83 ± 0.09 keeps uptime above its target of 98.
            total = (2.65 if firm.scenario == "as_planned" else 1.83) + wobble
            recalibration_minutes = round(total / 100 * WEEK_MINUTES) - base_minutes

    if site == "north":
        parcels_per_hour = near(1257.5, 6) + throughput_gain(firm, week)
    else:
        parcels_per_hour = near(1290, 12)
    running_hours = (WEEK_MINUTES - base_minutes - recalibration_minutes) / 60
    parcels = round(parcels_per_hour * running_hours)
    headcount = 124 if site == "north" else 96

    return WeekPlan(
        site=site,
        monday=monday,
        base_minutes=base_minutes,
        recalibration_minutes=recalibration_minutes,
        recalibrations_planned=planned,
        recalibrations_done=done,
        parcels=parcels,
        manual_touches=round(parcels * near(drifted(3.10, 2.45, week), 0.03)),
        damaged_parcels=round(parcels * damage_rate(firm, site, monday) / 100),
        on_time_in_full=near(drifted(93.1, 95.0, week), 0.2) / 100,
        cost_cents=round(parcels * near(drifted(284, 270, week), 2)),
        complaints=round(parcels / 10_000 * near(complaint_rate(firm, site, monday), 0.12)),
        headcount=headcount,
        # people are trained four weeks ahead of the touches their training saves
        trained=round(headcount * near(drifted(62, 82, week + 4), 0.8) / 100),
    )
