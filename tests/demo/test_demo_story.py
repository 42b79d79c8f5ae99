"""The weekly numbers the two scenarios promise, recomputed from the source systems."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from demo import issues
from demo.story import (
    FIRST_MONDAY,
    SCENARIOS,
    SITES,
    WEEK_MINUTES,
    Firm,
    Scenario,
    mondays,
    week_plan,
)
from tests.demo.weekly import (
    LAST_WEEK,
    PROGRAMME,
    PROGRAMME_WEEKS,
    THROTTLE,
    Weekly,
    sheet,
    weekly,
)

ALL_WEEKS = mondays(FIRST_MONDAY, LAST_WEEK)
BEFORE = [week for week in ALL_WEEKS if week < PROGRAMME]
THROTTLED = [week for week in PROGRAMME_WEEKS if week >= THROTTLE]


@pytest.fixture(scope="module")
def numbers(firms: dict[Scenario, Path]) -> dict[Scenario, Weekly]:
    return {scenario: weekly(f"sqlite:///{firms[scenario] / 'erp.db'}") for scenario in SCENARIOS}


def efforts(folder: Path) -> dict[date, float]:
    """Hours spent over hours planned, by the Monday of each closed work package."""
    stored = json.loads((folder / "tracker.json").read_text(encoding="utf-8"))
    shares: dict[date, float] = {}
    for issue in stored["issues"]:
        fields: dict[str, Any] = issue["fields"]
        week = date.fromisoformat(fields["duedate"]) - timedelta(days=6)
        if fields["issuetype"]["name"] == "Work package" and week <= LAST_WEEK:
            shares[week] = fields["timespent"] / fields["timeoriginalestimate"]
    return shares


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_sorter_is_scheduled_120_hours_in_each_of_78_weeks(
    numbers: dict[Scenario, Weekly], scenario: Scenario
) -> None:
    assert len(ALL_WEEKS) == 78
    assert numbers[scenario].scheduled == {
        (site, week): 2 * 120 * 60 for site in SITES for week in ALL_WEEKS
    }


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_uptime_is_98_6_before_the_programme_and_in_the_south_throughout(
    numbers: dict[Scenario, Weekly], scenario: Scenario
) -> None:
    weeks = [("north", week) for week in BEFORE] + [("south", week) for week in ALL_WEEKS]
    assert all(98.45 <= numbers[scenario].uptime(at) <= 98.75 for at in weeks)


def test_as_planned_north_loses_about_2_65_per_cent_a_week(
    numbers: dict[Scenario, Weekly],
) -> None:
    losses = [numbers["as_planned"].loss(("north", week)) for week in PROGRAMME_WEEKS]
    assert all(2.2 < loss < 3.3 for loss in losses)
    assert 2.5 <= sum(losses[-4:]) / 4 <= 2.75
    assert sum(losses) / len(losses) == pytest.approx(2.65, abs=0.05)


def test_as_planned_the_loss_that_was_added_is_recalibration(
    numbers: dict[Scenario, Weekly],
) -> None:
    n = numbers["as_planned"]
    before = sum(n.lost["north", week] for week in BEFORE) / len(BEFORE)
    during = sum(n.lost["north", week] for week in PROGRAMME_WEEKS) / len(PROGRAMME_WEEKS)
    recalibrating = sum(n.recalibrating["north", week] for week in PROGRAMME_WEEKS)
    assert recalibrating / len(PROGRAMME_WEEKS) == pytest.approx(during - before, rel=0.1)


def test_as_planned_throughput_climbs_to_about_1410(numbers: dict[Scenario, Weekly]) -> None:
    n = numbers["as_planned"]
    assert all(1250 <= n.throughput(("north", week)) <= 1265 for week in BEFORE)
    assert n.throughput(("north", LAST_WEEK)) == pytest.approx(1410, abs=8)
    # so that the key result 1250 to 1500 stands at 0.95 or more of 17/26 of the way
    assert (n.throughput(("north", LAST_WEEK)) - 1250) / 250 >= 0.95 * 17 / 26


def test_as_planned_every_planned_recalibration_is_done(
    numbers: dict[Scenario, Weekly], firms: dict[Scenario, Path]
) -> None:
    n = numbers["as_planned"]
    assert n.recalibrated == n.recalibration_planned
    assert {site for site, _ in n.recalibrated} == {"north"}
    shares = efforts(firms["as_planned"])
    assert list(shares) == PROGRAMME_WEEKS
    assert all(0.95 <= share <= 1.05 for share in shares.values())


def test_throttled_uptime_stays_above_its_target_in_every_week(
    numbers: dict[Scenario, Weekly],
) -> None:
    n = numbers["throttled"]
    first_three = [n.uptime(("north", week)) for week in PROGRAMME_WEEKS if week < THROTTLE]
    assert len(first_three) == 3
    assert all(98.05 <= value <= 98.3 for value in first_three)
    assert all(n.uptime(("north", week)) >= 98.3 for week in THROTTLED)


def test_throttled_the_objective_starves(
    numbers: dict[Scenario, Weekly], firms: dict[Scenario, Path]
) -> None:
    n = numbers["throttled"]
    assert all(n.throughput(("north", week)) <= 1300 for week in PROGRAMME_WEEKS)
    shares = efforts(firms["throttled"])
    assert all(0.95 <= shares[week] <= 1.05 for week in PROGRAMME_WEEKS if week < THROTTLE)
    assert all(0.25 <= shares[week] <= 0.45 for week in THROTTLED)
    done = sum(n.recalibrated["north", week] for week in THROTTLED)
    planned = sum(n.recalibration_planned["north", week] for week in THROTTLED)
    assert done < 0.1 * planned


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_other_key_results_move_as_told(
    numbers: dict[Scenario, Weekly], firms: dict[Scenario, Path], scenario: Scenario
) -> None:
    n = numbers[scenario]
    complaints = {
        (str(site), week.date()): count
        for week, site, count in sheet(firms[scenario] / "sheets" / "complaints.xlsx")
    }

    def over_sites(part: dict[tuple[str, date], int], week: date) -> int:
        return sum(part[site, week] for site in SITES)

    def at(week: date) -> tuple[float, float, float, float]:
        parcels = over_sites(n.parcels, week)
        return (
            over_sites(n.touches, week) / parcels,
            100 * over_sites(n.kept, week) / over_sites(n.promised, week),
            10_000 * over_sites(complaints, week) / parcels,
            over_sites(n.cents, week) / 100 / parcels,
        )

    assert at(BEFORE[-1]) == (
        pytest.approx(3.1, abs=0.05),
        pytest.approx(93, abs=0.5),
        pytest.approx(14, abs=0.4),
        pytest.approx(2.84, abs=0.03),
    )
    assert at(LAST_WEEK) == (
        pytest.approx(2.45, abs=0.05),
        pytest.approx(95, abs=0.5),
        pytest.approx(11, abs=0.4),
        pytest.approx(2.70, abs=0.03),
    )


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_nothing_but_what_is_planted_leaves_its_target(
    numbers: dict[Scenario, Weekly], firms: dict[Scenario, Path], scenario: Scenario
) -> None:
    n = numbers[scenario]
    folder = firms[scenario] / "sheets"
    for (site, week), parcels in n.parcels.items():
        at = (site, week)
        assert n.throughput(at) >= 1250
        assert n.touches[at] / parcels <= 3.2
        assert 0.30 <= 100 * n.damaged[at] / parcels <= 0.38
        assert n.cents[at] / 100 / parcels <= 2.95
        assert 100 * n.unplanned[at] / n.scheduled[at] <= 1.6
        assert 100 * n.kept[at] / n.promised[at] >= 92.5
    for week, site, count in sheet(folder / "complaints.xlsx"):
        assert 10_000 * count / n.parcels[site, week.date()] <= 14.5
    for _, _, headcount, trained, _ in sheet(folder / "training.xlsx"):
        assert 100 * trained / headcount >= 60


@pytest.mark.parametrize("seed", range(40))
def test_the_uptime_promises_hold_for_every_seed(seed: int) -> None:
    def losses(scenario: Scenario) -> list[float]:
        plans = [week_plan(Firm(scenario, seed), "north", week) for week in PROGRAMME_WEEKS]
        # 3 minutes: what a correction not yet made can leave out of the last week
        return [100 * (p.base_minutes + p.recalibration_minutes - 3) / WEEK_MINUTES for p in plans]

    as_planned, throttled = losses("as_planned"), losses("throttled")
    assert all(2.2 < loss < 3.3 for loss in as_planned)
    assert 2.5 <= sum(as_planned[-4:]) / 4 <= 2.75
    assert all(loss <= 1.95 for loss in throttled[:3])
    assert all(loss <= 1.70 for loss in throttled[3:])


def test_what_a_scenario_does_not_touch_is_equal_in_both(
    numbers: dict[Scenario, Weekly],
) -> None:
    one, other = numbers["as_planned"], numbers["throttled"]
    for part in ("lost", "parcels", "touches", "damaged", "cents", "kept"):
        south = [
            {at: value for at, value in getattr(n, part).items() if at[0] == "south"}
            for n in (one, other)
        ]
        assert south[0] == south[1]
        before = [
            {at: value for at, value in getattr(n, part).items() if at[1] < PROGRAMME}
            for n in (one, other)
        ]
        assert before[0] == before[1]


def test_milestone_weights_sum_to_100_and_the_throttled_firm_has_done_fewer(
    firms: dict[Scenario, Path],
) -> None:
    done = {}
    for scenario, folder in firms.items():
        stored = json.loads((folder / "tracker.json").read_text(encoding="utf-8"))
        weights = {
            issue["fields"]["status"]["statusCategory"]["key"]: 0 for issue in stored["issues"]
        }
        for issue in stored["issues"]:
            if issue["fields"]["issuetype"]["name"] == "Milestone":
                (label,) = issue["fields"]["labels"]
                category = issue["fields"]["status"]["statusCategory"]["key"]
                weights[category] += int(label.removeprefix("weight:"))
        assert sum(weights.values()) == sum(m.weight for m in issues.MILESTONES) == 100
        done[scenario] = weights["done"]
    assert done == {"as_planned": 60, "throttled": 15}
