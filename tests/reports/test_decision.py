"""What is told when: a pure function, tried on situations and on every order of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.decision import Decision, Situation, Standing, Telling, decide, would_hold_back
from sightline.alert_policy import AlertPolicy
from sightline.casebook import Casebook, Message, Silence
from sightline.casebook.deadlines import IsOff, is_weekend

NOW = datetime(2026, 10, 26, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)
POLICY = AlertPolicy()
CASE = "sorter_uptime.north.level.2026-06-29"


def standing(number: int = 0, **changes: object) -> Standing:
    case_id = CASE if number == 0 else f"kpi_{number}.all.level.2026-10-19"
    kpi_id, scope = case_id.split(".")[:2]
    whole = Standing(case_id, kpi_id, scope, "faster_throughput", "maintenance_lead", "erp",
                     Decimal("0.4"))  # fmt: skip
    return replace(whole, **changes)  # type: ignore[arg-type]  # any field by name


def silence(**changes: object) -> Silence:
    whole = Silence("s1", "sorter_uptime", None, None, NOW, NOW + 90 * DAY, "coo", "planned")
    return replace(whole, **changes)  # type: ignore[arg-type]  # any field by name


class Firm:
    """A casebook that is announced to as `tell` does, over one channel."""

    def __init__(self, url: str = "sqlite://") -> None:
        self.casebook = Casebook(url)
        self.casebook.create()
        self.now = NOW

    def look(
        self,
        *standings: Standing,
        stale: Iterable[str] = (),
        silences: Iterable[Silence] = (),
        in_hand: dict[str, datetime] | None = None,
        declined: dict[str, datetime] | None = None,
        days_off: Callable[[str], IsOff] = lambda _kpi_id: is_weekend,
        policy: AlertPolicy = POLICY,
    ) -> Decision:
        situation = Situation(
            standings=standings,
            stale=frozenset(stale),
            announced=self.casebook.announced(),
            silences=list(silences),
            in_hand=in_hand or {},
            declined=declined or {},
            days_off=days_off,
        )
        decision = decide(situation, policy, self.now)
        levels = {
            each.case_id: {"badness": str(each.badness), "objective_id": each.objective_id,
                           "owner": each.owner}
            for each in standings
        }  # fmt: skip
        messages = [_message(telling, levels) for telling in decision.tellings]
        self.casebook.hold_back(decision.held, self.now)
        assert self.casebook.announce(messages, self.now) == len(messages)
        return decision

    def kinds(self, *standings: Standing, **options: object) -> list[str]:
        return [each.kind for each in self.look(*standings, **options).tellings]  # type: ignore[arg-type]

    def wait(self, days: float) -> None:
        self.now += days * DAY


def _message(telling: Telling, levels: dict[str, dict[str, object]]) -> Message:
    return Message(
        kind=telling.kind,
        case_ids=telling.about,
        objective_id=telling.objective_id,
        channel="file",
        subject=telling.kind,
        turns=telling.turns,
        levels=levels,
    )


@pytest.fixture
def firm() -> Firm:
    return Firm()


def test_a_case_is_told_open_once_and_closed_once(firm: Firm) -> None:
    assert firm.kinds(standing()) == ["open"]
    assert firm.kinds(standing()) == []
    assert firm.kinds() == ["close"]
    assert firm.kinds() == []


def test_a_look_at_the_same_situation_decides_the_same(firm: Firm) -> None:
    situation = Situation([standing(1), standing()], announced=firm.casebook.announced())
    turned = replace(situation, standings=list(reversed(situation.standings)))
    assert decide(situation, POLICY, NOW) == decide(turned, POLICY, NOW)


def test_twelve_dips_under_a_stale_feed_are_one_message_that_counts_them(firm: Firm) -> None:
    dips = [standing(number) for number in range(1, 13)]
    (told,) = firm.look(*dips, stale={"erp"}).tellings
    assert (told.kind, told.about, told.holds_back) == ("stale_feed", ("feed.erp",), 12)
    assert firm.kinds(*dips, stale={"erp"}) == []
    assert firm.casebook.held_back() == {dip.case_id for dip in dips}


def test_a_stale_feed_holds_back_only_what_rests_on_it(firm: Firm) -> None:
    told = firm.look(standing(1), standing(2, source="sheets"), stale={"erp"}).tellings
    assert [(each.kind, each.holds_back) for each in told] == [("stale_feed", 1), ("open", 0)]


def test_a_feed_that_is_back_lets_through_what_is_still_open(firm: Firm) -> None:
    firm.look(standing(1), standing(2), stale={"erp"})
    back, told = firm.look(standing(2)).tellings
    assert (back.kind, told.kind, told.about) == ("feed_back", "open", (standing(2).case_id,))


@pytest.mark.parametrize(
    ("badness", "kinds"),
    [("0.649", []), ("0.65", ["changed"]), ("1", ["changed"]), ("0.1", [])],
)
def test_a_case_is_told_again_when_it_is_worse_by_a_quarter_of_the_way(
    firm: Firm, badness: str, kinds: list[str]
) -> None:
    firm.look(standing())
    assert firm.kinds(standing(badness=Decimal(badness))) == kinds


def test_a_case_that_crosses_its_floor_is_told_again_however_little_it_moved(firm: Firm) -> None:
    firm.look(standing(badness=Decimal("0.95")))
    assert firm.kinds(standing(badness=Decimal(1))) == []
    assert firm.kinds(standing(badness=Decimal("1.01"))) == ["changed"]
    assert firm.kinds(standing(badness=Decimal("1.02"))) == []


def test_an_open_case_climbs_the_ladder_and_then_repeats_at_its_pace(firm: Firm) -> None:
    told = Counter[str]()
    days = []
    for day in range(27):
        for kind in firm.kinds(standing()):
            told[kind] += 1
            days.append((day, kind))
        firm.wait(1)
    # A Monday, its Wednesday, and the Monday after: five business days.
    assert days == [(0, "open"), (2, "escalated"), (7, "escalated"), (14, "repeated"),
                    (21, "repeated")]  # fmt: skip


def test_a_case_that_who_was_asked_declines_goes_up_the_ladder_at_once_and_one_rung(
    firm: Firm,
) -> None:
    firm.look(standing())
    declined = {CASE: firm.now + timedelta(minutes=1)}
    firm.now += timedelta(minutes=2)
    assert firm.kinds(standing(), declined=declined) == ["escalated"]
    firm.now += timedelta(minutes=2)
    assert firm.kinds(standing(), declined=declined) == []


def test_nobody_is_asked_above_on_a_day_off(firm: Firm) -> None:
    wednesday = (NOW + 2 * DAY).date()
    firm.look(standing())
    firm.wait(2)
    off = {"days_off": lambda _kpi_id: lambda day: day == wednesday}
    assert firm.kinds(standing(), **off) == []
    firm.wait(1)
    assert firm.kinds(standing(), **off) == ["escalated"]


def test_the_next_is_asked_a_business_day_after_the_last_though_both_were_due(firm: Firm) -> None:
    assert firm.kinds(standing()) == ["open"]
    firm.wait(9)
    assert firm.kinds(standing()) == ["escalated"]
    assert firm.kinds(standing()) == []
    firm.wait(1)
    assert firm.kinds(standing()) == ["escalated"]


def test_an_acknowledgement_stops_escalation_until_it_expires_but_not_worse_news(
    firm: Firm,
) -> None:
    firm.look(standing())
    taken = {CASE: NOW + 7 * DAY}
    firm.wait(6)
    assert firm.kinds(standing(), in_hand=taken) == []
    assert firm.kinds(standing(badness=Decimal(2)), in_hand=taken) == ["changed"]
    firm.wait(1)
    assert firm.kinds(standing(badness=Decimal(2)), in_hand=taken) == ["repeated"]
    assert firm.kinds(standing(badness=Decimal(2)), in_hand=taken) == []
    firm.wait(2)
    assert firm.kinds(standing(badness=Decimal(2)), in_hand=taken) == ["escalated"]


def test_cases_of_one_objective_are_one_message(firm: Firm) -> None:
    told = firm.look(standing(), standing(1), standing(2, objective_id="lower_cost")).tellings
    assert [(each.objective_id, len(each.about)) for each in told] == [
        ("faster_throughput", 2),
        ("lower_cost", 1),
    ]


def test_ten_thousand_cases_at_once_are_one_message_an_owner_and_one_for_all(firm: Firm) -> None:
    cases = [standing(number, owner=f"owner_{number % 7}") for number in range(1, 10_001)]
    told = firm.look(*cases).tellings
    assert Counter(each.kind for each in told) == {"open": 7, "storm": 1}
    assert sum(len(each.about) for each in told if each.kind == "open") == 10_000
    assert sum(told[-1].owners.values()) == 10_000
    assert firm.kinds(*cases) == []
    closed = firm.look().tellings
    assert Counter(each.kind for each in closed) == {"close": 7, "storm": 1}
    assert firm.casebook.announced_open() == set()


def test_a_kpi_that_opens_again_and_again_is_told_three_times_and_then_once_a_fortnight(
    firm: Firm,
) -> None:
    kinds = []
    for week in range(8):
        case = replace(standing(), case_id=f"sorter_uptime.north.level.{week:02}")
        opened = firm.look(case).tellings
        kinds += [(each.kind, bool(each.unstable)) for each in opened]
        firm.wait(2)
        kinds += [(kind, False) for kind in firm.kinds()]
        firm.wait(1)
    turn = [("open", False), ("close", False)]
    assert kinds[:5] == [*turn, *turn, ("open", True)]
    assert kinds[5:] == [("close", False), ("open", True)]  # two weeks after the last word


def test_what_flapped_is_closed_when_it_was_quiet_for_two_weeks(firm: Firm) -> None:
    for turn in range(3):
        case = replace(standing(), case_id=f"sorter_uptime.north.level.{turn}")
        firm.look(case)
        firm.wait(1)
        firm.look()
    firm.wait(12.9)
    assert firm.kinds() == []
    firm.wait(0.1)
    assert firm.kinds() == ["close"]
    assert firm.casebook.announced_open() == set()


def test_a_silence_holds_back_the_opening_and_its_end_lets_it_through(firm: Firm) -> None:
    assert firm.kinds(standing(), silences=[silence()]) == []
    assert firm.casebook.held_back() == {CASE}
    assert firm.kinds(standing()) == ["open"]


def test_a_silence_holds_back_repeats_and_escalation_but_not_the_end(firm: Firm) -> None:
    firm.look(standing())
    firm.wait(8)
    assert firm.kinds(standing(badness=Decimal(3)), silences=[silence()]) == []
    assert firm.kinds(silences=[silence()]) == ["close"]


def test_a_silence_shows_beforehand_what_it_would_hold_back() -> None:
    cases = [standing(), standing(1), replace(standing(), scope="south", case_id="s")]
    assert would_hold_back(cases, silence(), NOW) == [CASE, "s"]
    assert would_hold_back(cases, silence(scope="south"), NOW) == ["s"]


def test_a_silenced_objective_holds_back_all_that_touches_it_as_its_preview_says(
    firm: Firm,
) -> None:
    shared = standing(touches=frozenset({"faster_throughput", "lower_cost"}))
    quiet = silence(kpi_id=None, objective_id="lower_cost")
    assert shared.objective_id == "faster_throughput"
    assert would_hold_back([shared, standing(1)], quiet, NOW) == [CASE]
    assert firm.kinds(shared, standing(1), silences=[quiet]) == ["open"]
    assert firm.casebook.held_back() == {CASE}


STEPS = st.lists(
    st.sampled_from(["breach", "recover", "mute", "unmute", "stale", "fresh", "restart", "wait"]),
    max_size=14,
)


@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_announced_open_is_announced_closed_in_every_order(steps: list[str]) -> None:
    """The model: whether people believe the case open follows from the messages alone."""
    firm = Firm()
    state = Counter[str]()
    believed: dict[str, bool] = {}
    episode = 0
    for step in [*steps, "recover", "fresh", "wait", "wait", "wait"]:
        episode += step == "breach" and not state["breach"]
        match step:
            case "breach" | "mute" | "stale":
                state[step] = 1
            case "recover":
                state["breach"] = 0
            case "unmute":
                state["mute"] = 0
            case "fresh":
                state["stale"] = 0
            case "restart":
                firm.casebook = _reborn(firm.casebook)
            case _:
                firm.wait(7)
        case_id = f"sorter_uptime.north.level.{episode:02}"
        cases = [replace(standing(), case_id=case_id)] if state["breach"] else []
        decision = firm.look(
            *cases,
            silences=[silence()] if state["mute"] else [],
            stale={"erp"} if state["stale"] else (),
        )
        for telling in decision.tellings:
            for about in telling.about:
                if telling.kind in ("open", "stale_feed"):
                    assert not believed.get(about), f"{about} was told open twice"
                    believed[about] = True
                if telling.kind in ("close", "feed_back"):
                    assert believed.get(about), f"{about} was told closed and never open"
                    believed[about] = False
        if cases and not state["mute"] and not state["stale"]:
            series_is_known = any(open_ for about, open_ in believed.items() if "feed" not in about)
            assert series_is_known, "an open case nobody holds back was not told"
        firm.now += timedelta(hours=1)
    assert not any(believed.values()), f"still believed open: {believed}"


def _reborn(casebook: Casebook) -> Casebook:
    """What a restarted process sees: the same tables through new objects."""
    reborn = Casebook("sqlite://")
    reborn._engine = casebook._engine
    return reborn
