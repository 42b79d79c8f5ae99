"""A case moves by legal steps only, and ends only when the fix held."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.casebook import Casebook, CaseEvent, Message
from sightline.casebook.acts import ACTS, read_act
from sightline.casebook.deadlines import business_days_after, is_weekend
from sightline.casebook.legal import legal_verbs
from sightline.casebook.life_cycle import STEPS, Standing, after, recorded, standing
from sightline.errors import UsageError

AT = datetime(2026, 10, 26, 6, 0, tzinfo=UTC)  # a Monday
CASE = "sorter_uptime.north.level.2026-06-29"
OTHER = "sorter_uptime.north.level.2026-11-02"
OWNERS = {"maintenance@northline.example"}
OWNER, COLLEAGUE = "maintenance@northline.example", "operations@northline.example"

CONTENT = {
    "accepted": {"until": "2026-11-30", "reason": "r"},
    "merged": {"into": OTHER},
    "acted": {"who": "coo", "action": "a", "due_on": "2026-11-06"},
    "relapsed": {"episode": OTHER},
}


def history(*kinds: str, hours: int = 1) -> list[CaseEvent]:
    return [
        CaseEvent(n, str(n), CASE, kind, AT + timedelta(hours=hours * n), "somebody",
                  json.dumps(CONTENT.get(kind, {})))
        for n, kind in enumerate(kinds)
    ]  # fmt: skip


def state(*kinds: str, at: datetime = AT + timedelta(days=1)) -> str | None:
    now = standing(history(*kinds), at)
    return now.state if now else None


FULL = ["opened", "acknowledged", "commented", "decided", "acted", "recovering", "resolved",
        "verified", "closed"]  # fmt: skip


def test_a_case_goes_through_its_life_in_order() -> None:
    seen = [state(*FULL[:length]) for length in range(1, len(FULL) + 1)]
    assert seen == ["opened", "acknowledged", "under_review", "decided", "acting", "recovering",
                    "resolved", "verified", "closed"]  # fmt: skip


def test_a_case_that_was_never_opened_stands_nowhere() -> None:
    assert state("acknowledged", "closed") is None


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (["opened", "acknowledged", "accepted"], "accepted"),
        (["opened", "merged"], "merged"),
        (["opened", "dismissed"], "false_positive"),
        (["opened", "withdrawn"], "false_positive"),
        ([*FULL, "reopened"], "reopened"),
        ([*FULL[:7], "relapsed"], "reopened"),
        ([*FULL, "opened"], "reopened"),
        (["opened", "acknowledged", "opened"], "acknowledged"),
        (["opened", "decided"], "opened"),
        (["opened", "resolved", "closed"], "resolved"),
    ],
)
def test_side_states_and_what_is_not_legal(kinds: list[str], expected: str) -> None:
    assert state(*kinds) == expected


def test_a_relapse_is_followed_from_then_on() -> None:
    now = standing(history(*FULL[:7], "relapsed"), AT + timedelta(days=1))
    assert now is not None
    assert (now.case_id, now.episode) == (CASE, OTHER)


def test_an_accepted_risk_reopens_by_itself_on_its_day() -> None:
    accepted = history("opened", "acknowledged", "accepted")
    before = standing(accepted, datetime(2026, 11, 29, 23, 59, tzinfo=UTC))
    on_the_day = standing(accepted, datetime(2026, 11, 30, 0, 0, tzinfo=UTC))
    assert before is not None
    assert on_the_day is not None
    assert (before.state, before.due) == ("accepted", date(2026, 11, 30))
    assert (on_the_day.state, on_the_day.due) == ("reopened", date(2026, 12, 1))
    assert on_the_day.since == datetime(2026, 11, 30, tzinfo=UTC)


@given(
    st.lists(st.sampled_from(sorted([*STEPS, "opened", "audit_finished"])), max_size=12),
    st.integers(0, 12),
)
def test_read_in_one_go_or_in_two_parts_a_case_stands_at_the_same_place(
    kinds: list[str], cut: int
) -> None:
    events = history("opened", *kinds)
    now = recorded(events[: cut + 1])
    for event in events[cut + 1 :]:
        now = after(now, event)
    assert now == recorded(events)


# Due dates


def test_due_dates_count_business_days() -> None:
    friday = date(2026, 10, 30)
    assert business_days_after(friday, 1) == date(2026, 11, 2)
    assert business_days_after(date(2026, 10, 31), 1) == date(2026, 11, 2)
    assert business_days_after(date(2026, 10, 26), 5) == date(2026, 11, 2)


def test_a_day_off_is_no_business_day_and_what_was_put_on_record_stays(opened: Casebook) -> None:
    tuesday = date(2026, 10, 27)
    assert opened.bring_into_line(AT, lambda _case: lambda day: day == tuesday) == 1
    told = opened.standing(CASE, AT)
    assert told is not None
    assert told.due == date(2026, 10, 28)
    acknowledged = opened.take(
        CASE, read_act("ack", {}), author=COLLEAGUE, owners=OWNERS, at=AT,
        is_off=lambda day: is_weekend(day) or day.day in (27, 28),
    )  # fmt: skip
    assert acknowledged.due == date(2026, 11, 2)  # a Thursday, a Friday and a Monday later
    assert opened.standing(CASE, AT) == acknowledged


def test_the_next_step_is_due_and_an_action_brings_its_own_date() -> None:
    dues = [standing(history(*FULL[:n]), AT) for n in (1, 2, 5, 6)]
    assert [stands.due if stands else None for stands in dues] == [
        date(2026, 10, 27),
        date(2026, 10, 29),
        date(2026, 11, 6),
        None,
    ]


# Taking a step


@pytest.fixture
def opened(casebook: Casebook) -> Casebook:
    casebook.announce([Message("open", (CASE,), None, "console", "uptime", {})], AT)
    return casebook


def take(book: Casebook, verb: str, author: str = COLLEAGUE, **fields: str) -> Standing:
    return book.take(CASE, read_act(verb, fields), author=author, owners=OWNERS, at=AT)


def to_verified(book: Casebook) -> None:
    take(book, "ack", OWNER)
    take(book, "decide", decision="recalibrate by night")
    take(book, "act", who="coo", action="move the slots", due_on="2026-11-06")
    for kind in ("recovering", "resolved", "verified"):
        assert book.observe(CASE, kind, {}, AT) is not None


def test_an_illegal_step_is_refused_and_the_legal_ones_are_named(opened: Casebook) -> None:
    with pytest.raises(UsageError, match="opened: cannot decide it now; possible are: ack"):
        take(opened, "decide", decision="x")
    with pytest.raises(UsageError, match="closed once its fix has held for four periods"):
        take(opened, "close", cause_code="supplier", action="x")
    assert [event.kind for event in opened.events(CASE)] == ["opened"]


def test_whoever_owns_the_kpi_cannot_end_its_case(opened: Casebook) -> None:
    to_verified(opened)
    with pytest.raises(UsageError, match="owns the KPI cannot close its case"):
        take(opened, "close", OWNER, cause_code="planned_work", action="slots moved")
    closed = take(opened, "close", cause_code="planned_work", action="slots moved")
    assert (closed.state, closed.due) == ("closed", None)
    now = opened.standing(CASE, AT)
    assert now is not None
    assert "reopen" in legal_verbs(now, is_owner=True)


def test_closing_needs_a_cause_and_an_action() -> None:
    with pytest.raises(UsageError, match="“What helped” is empty"):
        read_act("close", {"cause_code": "supplier", "action": "  "})
    with pytest.raises(UsageError, match="“Cause” is missing"):
        read_act("close", {"action": "x"})


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"until": "next week"}, "“Until” is 'next week', which is not a calendar day: write it"),
        ({"until": "1793491200"}, "“Until” is '1793491200', which is not a calendar day"),
        (
            {"until": "2026-11-30", "reason": "x" * 2_001},
            "“Reason” is longer than 2,000 characters",
        ),
        ({"until": "2026-11-30", "reason": "\ud800"}, "“Reason” is no text"),
        ({"unitl": "2026-11-30"}, "there is no field unitl, only “Reason”, “Until”"),
    ],
)
def test_what_does_not_fit_is_said_in_words_by_the_title_of_its_field(
    fields: dict[str, str], said: str
) -> None:
    with pytest.raises(UsageError, match=f"^cannot accept: .*{said}"):
        read_act("accept", {"reason": "x"} | fields)


def test_what_is_agreed_until_a_day_ends_on_a_later_one(opened: Casebook) -> None:
    today, tomorrow = "2026-10-26", "2026-10-27"
    take(opened, "ack")
    for verb, until in (("accept", "2020-01-01"), ("accept", today), ("silence", today)):
        with pytest.raises(UsageError, match=f"until {until}: today is {today}; give a later day"):
            take(opened, verb, reason="x", until=until)
    take(opened, "decide", decision="x")
    with pytest.raises(UsageError, match="by 2019-01-01: today is 2026-10-26; give that day or"):
        take(opened, "act", who="coo", action="x", due_on="2019-01-01")
    assert take(opened, "act", who="coo", action="x", due_on=today).due == AT.date()
    assert take(opened, "accept", reason="x", until=tomorrow).state == "accepted"


def test_a_case_nobody_opened_is_not_acted_on(casebook: Casebook) -> None:
    with pytest.raises(UsageError, match="no case is called"):
        take(casebook, "ack")


@pytest.mark.parametrize("into", [CASE, "nothing.all.level.2026-01-01"])
def test_a_case_is_merged_only_into_another_that_goes_on(opened: Casebook, into: str) -> None:
    with pytest.raises(UsageError, match="only be merged into another case"):
        take(opened, "merge", into=into)


def test_every_act_is_an_event_with_author_moment_and_what_follows(opened: Casebook) -> None:
    take(opened, "ack", OWNER, note="on it")
    event = opened.events(CASE)[-1]
    assert (event.kind, event.actor, event.at) == ("acknowledged", OWNER, AT)
    assert event.content == {"note": "on it", "state": "acknowledged", "due": "2026-10-29"}
    assert opened.standings(AT)[CASE] == opened.standing(CASE, AT)


def test_looking_twice_at_the_same_thing_is_recorded_once(opened: Casebook) -> None:
    assert opened.observe(CASE, "recovering", {}, AT) is not None
    assert opened.observe(CASE, "recovering", {}, AT) is None
    assert opened.observe("unknown", "recovering", {}, AT) is None


def test_what_no_act_said_is_put_on_record_once_and_the_case_goes_on(opened: Casebook) -> None:
    assert (
        opened.bring_into_line(AT, lambda _case: is_weekend) == 1
    )  # the announcement says no state
    assert opened.bring_into_line(AT, lambda _case: is_weekend) == 0
    take(opened, "ack")
    take(opened, "accept", reason="winter", until="2026-11-30")
    later = datetime(2026, 12, 1, 6, 0, tzinfo=UTC)
    assert opened.bring_into_line(later, lambda _case: is_weekend) == 1
    assert opened.events(CASE)[-1].content == {"state": "reopened", "due": "2026-12-01"}
    again = opened.take(CASE, read_act("ack", {}), author=OWNER, owners=OWNERS, at=later)
    assert again.state == "acknowledged"


def test_a_case_whose_message_is_held_back_is_a_case_all_the_same(casebook: Casebook) -> None:
    casebook.hold_back({CASE: "silenced"}, AT)
    casebook.start_audit([CASE], AT, "run")
    assert take(casebook, "ack").state == "acknowledged"


def test_a_link_is_used_once(opened: Casebook) -> None:
    assert opened.redeem("abc", CASE, author=OWNER, at=AT)
    assert not opened.redeem("abc", CASE, author=OWNER, at=AT)
    assert opened.redeem("def", CASE, author=OWNER, at=AT)


def test_every_form_says_what_it_is_for() -> None:
    for verb, form in ACTS.items():
        assert form.__doc__, verb
        assert form.kind in STEPS
        assert all(field.title for field in form.model_fields.values())


def test_a_case_that_somebody_declines_waits_for_the_next_to_take_it() -> None:
    now = standing(history("opened", "declined"), AT + timedelta(days=1))
    assert now is not None
    assert (now.state, now.declined_at) == ("opened", history("opened", "declined")[1].at)
    taken = standing(history("opened", "declined", "acknowledged"), AT + timedelta(days=1))
    assert taken is not None
    assert (taken.state, taken.declined_at) == ("acknowledged", None)
