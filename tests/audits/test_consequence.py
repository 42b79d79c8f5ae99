"""What follows from a breach, and whose move it is by when."""

from __future__ import annotations

from datetime import date

import pytest

from sightline.casebook.deadlines import is_weekend
from sightline.investigation import investigate
from sightline.investigation.consequence import due_date
from tests.audits.investigated import case_of, plainly
from tests.audits.northline_marts import (
    AS_OF,
    LEVEL_CASE,
    build,
)


def test_the_consequence_gives_budget_days_and_that_nothing_can_be_forecast_yet() -> None:
    budget, goal, landing = map(plainly, case_of("as_planned").consequence)
    assert (
        budget
        == "88.3 % of what Sorter uptime (north) may lose in 4 weeks is used; 11.7 % is left."
    )
    assert goal.endswith("62 days are left.")
    assert landing == (
        "There is no forecast of “1,250 to 1,500 parcels/h”: too few of its periods are known."
    )


@pytest.mark.parametrize(
    ("state", "said", "is_asked"),
    [
        ("open", "1 question open, the latest: Why does the log", True),
        ("refused", "1 question open, the latest: Why does the log", True),
        ("answered", "1 question open, the latest: Why does the log", False),
        ("accepted", "1 question answered, none open.", False),
    ],
)
def test_a_question_is_asked_until_it_is_answered_and_open_until_that_is_accepted(
    state: str, said: str, is_asked: bool
) -> None:
    with build("contested") as marts:
        marts.execute("update marts.fct_integrity_finding set answer_state = ?", [state])
        case = investigate(marts, LEVEL_CASE, as_of=AS_OF)
    (data,) = [each for each in case.panel if each.question == "Is the number real?"]
    assert f"; {said}" in data.finding
    first = "settle the data first" if state == "accepted" else "1 question about it must be"
    assert f"the number is contested: {first}" in case.headline
    assert any("Answer the open" in action.text for action in case.actions) is is_asked
    assert len(case.integrity.findings) == 1


@pytest.mark.parametrize(
    ("last_day", "left"),
    [
        ("2026-10-27", "1 day is left"),
        ("2026-10-26", "it ends today"),
        ("2026-10-25", "it ended 1 day ago"),
        ("2026-10-24", "it ended 2 days ago"),
    ],
)
def test_the_days_of_a_goal_are_counted_to_its_end_and_after_it(last_day: str, left: str) -> None:
    with build("as_planned") as marts:
        marts.execute("update marts.dim_objective set period_to = ?", [last_day])
        case = investigate(marts, LEVEL_CASE, as_of=AS_OF)
    assert case.consequence[1].endswith(f"expected; {left}.")


def test_actions_are_asked_of_roles_with_a_date_that_leaves_three_days() -> None:
    actions = case_of("as_planned").actions
    assert [(action.role, action.due) for action in actions] == [
        ("automation_lead", date(2026, 10, 30)),
        ("maintenance_lead", date(2026, 10, 30)),
    ]
    assert actions[0].text.startswith("Carry out the policy: Keep recalibrating")


def test_no_action_is_due_on_a_day_off_in_the_calendar_of_the_kpi() -> None:
    with build("as_planned") as marts:
        marts.execute("update marts.dim_kpi set calendar_id = 'hubs'")
        marts.execute("insert into marts.dim_day_off values ('hubs', '2026-10-30')")
        marts.execute("insert into marts.dim_day_off values ('other', '2026-10-29')")
        case = investigate(marts, LEVEL_CASE, as_of=AS_OF)
    assert {action.due for action in case.actions} == {date(2026, 10, 29)}


@pytest.mark.parametrize(
    ("today", "off", "due"),
    [
        ("2026-10-26", [], "2026-10-30"),
        ("2026-10-27", [], "2026-10-30"),  # to the very Friday
        ("2026-10-28", [], "2026-11-06"),
        ("2026-10-27", ["2026-10-30"], "2026-11-06"),  # no other day of that week leaves three
        ("2026-12-21", ["2026-12-24", "2026-12-25"], "2026-12-31"),
        ("2026-12-20", ["2026-12-24", "2026-12-25"], "2026-12-23"),
    ],
)
def test_a_due_date_is_a_business_day_and_leaves_three_days(
    today: str, off: list[str], due: str
) -> None:
    holidays = {*map(date.fromisoformat, off), date(2027, 1, 1)}

    def is_off(day: date) -> bool:
        return is_weekend(day) or day in holidays

    assert due_date(date.fromisoformat(today), is_off) == date.fromisoformat(due)
