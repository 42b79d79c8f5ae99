"""A case says where a goal lands with the dip and without it, or that this is not known."""

from __future__ import annotations

from datetime import date

import pytest

from sightline.investigation import investigate
from tests.audits.northline_marts import AS_OF, LEVEL_CASE, RECALIBRATED, WEEKS, build

NAME = "“1,250 to 1,500 parcels/h”"
LATE = f"At its recent pace {NAME} lands at "
WITHOUT = f"Without the weeks since {RECALIBRATED} it would land at "
LAST_BEFORE = date(2026, 6, 22)

Forecast = tuple[float, float, float]


def landings(
    *,
    before: Forecast | None,
    now: Forecast | None,
    kind: str = "increase_to",
    target: float = 1500,
    periods: tuple[date, date] = (LAST_BEFORE, WEEKS[-1]),
) -> list[str]:
    with build("as_planned") as marts:
        marts.execute("update marts.dim_key_result set kind = $1", [kind])
        marts.execute("update marts.fct_key_result_progress set target = $1", [target])
        for period, forecast in zip(periods, (before, now), strict=True):
            row = ["throughput_1500", period, *(forecast or (None, None, None))]
            marts.execute("insert into marts.fct_key_result_outlook values (?, ?, ?, ?, ?)", row)
        case = investigate(marts, LEVEL_CASE, as_of=AS_OF)
    assert "are left." in case.consequence[1]
    return [text.replace("\u202f", " ") for text in case.consequence[2:]]


def test_the_landing_before_the_dip_stands_beside_the_landing_of_now() -> None:
    assert landings(before=(0.98, 0.9, 1.06), now=(0.4, 0.3, 0.5)) == [
        f"{LATE}1,350 of 1,500 (four times in five 1,325 to 1,375).",
        f"{WITHOUT}1,495 of 1,500 (four times in five 1,475 to 1,515).",
    ]


def test_of_what_shall_fall_the_lower_end_comes_first_too() -> None:
    (now, _) = landings(before=None, now=(0.5, 0.4, 0.6), kind="decrease_to", target=1000.5)
    assert now == f"{LATE}1,125.2 of 1,000.5 (four times in five 1,100.3 to 1,150.2)."


def test_what_has_to_stay_in_range_lands_at_a_share_of_its_periods() -> None:
    (now, _) = landings(before=None, now=(0.7, 0.55, 0.85), kind="stay_at_or_above")
    assert now == f"{LATE}70 % of its periods in range (four times in five 55 % to 85 %)."


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        (
            None,
            (0.4, 0.3, 0.5),
            "Where it would land without the weeks since 2026-06-29 is not known",
        ),
        ((0.9, 0.8, 1.0), None, f"There is no forecast of {NAME}"),
    ],
)
def test_what_cannot_be_forecast_is_said_to_be_so(
    before: Forecast | None, now: Forecast | None, said: str
) -> None:
    told = landings(before=before, now=now)
    assert len(told) == 2
    assert any(text.startswith(said) for text in told)


def test_of_a_dip_as_old_as_the_goal_it_is_said_why_nothing_is_known_without_it() -> None:
    (_, without) = landings(before=None, now=(0.4, 0.3, 0.5), periods=(RECALIBRATED, WEEKS[-1]))
    assert without == (
        "Where it would land without the weeks since 2026-06-29 cannot be known: the goal has no "
        "week before them, and how its number moved before there was a goal is no pace towards it."
    )


def test_what_is_reached_or_not_has_no_pace() -> None:
    assert landings(before=(0.9, 0.8, 1.0), now=(0.4, 0.3, 0.5), kind="binary") == []
