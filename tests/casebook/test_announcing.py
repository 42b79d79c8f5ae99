"""What was announced open is announced closed, once, whatever happens in between."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from sightline.casebook import MAX_ATTEMPTS, Casebook, Message, Silence

DAY = timedelta(days=1)
AT = datetime(2026, 10, 26, 6, 0, tzinfo=UTC)
CASE = "sorter_uptime.north.level.2026-06-29"
OTHER = "sorter_uptime.south.level.2026-10-19"


def message(kind: str = "open", *cases: str, channel: str = "console") -> Message:
    return Message(
        kind="close" if kind == "close" else "open",
        case_ids=cases or (CASE,),
        objective_id="faster_throughput",
        channel=channel,
        subject=f"{kind}: uptime",
        body={"lines": ["97.4 % of 98 %"]},
    )


def silence(**changes: Any) -> Silence:
    whole = Silence("", "sorter_uptime", "north", None, AT, AT + DAY, "coo", "planned stop")
    return replace(whole, **changes)


def kinds(casebook: Casebook, case_id: str = CASE) -> list[str]:
    return [event.kind for event in casebook.events(case_id)]


def test_creating_twice_keeps_what_is_there(casebook: Casebook) -> None:
    casebook.announce([message()], AT)
    casebook.create()
    assert casebook.announced_open() == {CASE}


def test_an_announcement_commits_the_transition_and_one_message_a_channel(
    casebook: Casebook,
) -> None:
    assert casebook.announce([message(), message(channel="file")], AT) == 2
    assert kinds(casebook) == ["opened"]
    waiting = casebook.undelivered(AT)
    assert [item.message for item in waiting] == [message(), message(channel="file")]
    assert [item.created_at for item in waiting] == [AT, AT]


def test_announcing_again_adds_nothing(casebook: Casebook) -> None:
    casebook.announce([message()], AT)
    assert casebook.announce([message(), message()], AT + timedelta(hours=1)) == 0
    assert kinds(casebook) == ["opened"]
    assert len(casebook.undelivered(AT + timedelta(hours=1))) == 1


def test_the_same_message_twice_in_one_call_is_one_message(casebook: Casebook) -> None:
    assert casebook.announce([message(), message()], AT) == 1


def test_a_failing_announcement_leaves_neither_event_nor_message(casebook: Casebook) -> None:
    broken = Message("open", (OTHER,), None, "console", None, {})  # type: ignore[arg-type]  # the offence
    with pytest.raises(IntegrityError):
        casebook.announce([message(), broken], AT)
    assert casebook.announced_open() == set()
    assert casebook.events(CASE) == []
    assert casebook.undelivered(AT) == []


def test_the_end_of_a_muted_case_is_announced_after_a_restart(url: str, casebook: Casebook) -> None:
    casebook.announce([message()], AT)
    casebook.close()
    reborn = Casebook(url)
    assert reborn.announced_open() == {CASE}
    assert reborn.announce([message("close")], AT + timedelta(days=14)) == 1
    assert reborn.announced_open() == set()
    assert kinds(reborn) == ["opened", "announced_closed"]
    assert [item.message.kind for item in reborn.undelivered(AT + timedelta(days=14))] == [
        "open",
        "close",
    ]


def test_the_end_of_what_was_never_announced_is_not_announced(casebook: Casebook) -> None:
    assert casebook.announce([message("close")], AT) == 0
    assert casebook.events(CASE) == []


def test_a_case_that_opens_again_is_announced_again(casebook: Casebook) -> None:
    for kind in ("open", "close", "open", "close"):
        assert casebook.announce([message(kind)], AT) == 1
    assert kinds(casebook) == ["opened", "announced_closed"] * 2
    keys = {item.idempotency_key for item in casebook.undelivered(AT)}
    assert len(keys) == 4


def test_a_group_announces_each_of_its_cases(casebook: Casebook) -> None:
    casebook.announce([message()], AT)
    assert casebook.announce([message("open", CASE, OTHER)], AT) == 1
    assert casebook.announced_open() == {CASE, OTHER}
    assert kinds(casebook) == ["opened"]
    assert kinds(casebook, OTHER) == ["opened"]


def test_a_time_without_a_zone_is_refused(casebook: Casebook) -> None:
    with pytest.raises(ValueError, match="without a zone"):
        casebook.announce([message()], AT.replace(tzinfo=None))


def test_a_delivered_message_is_not_sent_again(casebook: Casebook) -> None:
    casebook.announce([message(), message(channel="file")], AT)
    first, second = casebook.undelivered(AT)
    casebook.record_delivery(first.message_id, channel="console", at=AT, ok=True)
    assert [item.message_id for item in casebook.undelivered(AT)] == [second.message_id]


def test_a_failed_message_waits_longer_each_time_and_then_is_a_dead_letter(
    casebook: Casebook,
) -> None:
    casebook.announce([message()], AT)
    message_id = casebook.undelivered(AT)[0].message_id
    moment = AT
    for attempt, minutes in enumerate([1, 2, 4, 8, 16, 32, 60, None], start=1):
        assert [item.attempts for item in casebook.undelivered(moment)] == [attempt - 1]
        casebook.record_delivery(message_id, channel="console", at=moment, ok=False, detail="503")
        if minutes is not None:
            assert casebook.undelivered(moment + timedelta(minutes=minutes)) == []
            moment += timedelta(minutes=minutes * 1.2)
    assert attempt == MAX_ATTEMPTS
    assert casebook.undelivered(moment + timedelta(days=365)) == []
    assert [item.message_id for item in casebook.dead_letters()] == [message_id]


def test_a_dead_letter_is_a_symptom_until_its_channel_takes_something_again(
    casebook: Casebook,
) -> None:
    casebook.announce([message(), message(channel="chat")], AT)
    lost = {item.message.channel: item.message_id for item in casebook.undelivered(AT)}
    for channel, message_id in lost.items():
        for _ in range(MAX_ATTEMPTS):
            casebook.record_delivery(message_id, channel=channel, at=AT, ok=False)
    assert [item.message_id for item in casebook.undeliverable()] == list(lost.values())
    casebook.announce([message("close")], AT)
    (mended,) = casebook.undelivered(AT)
    casebook.record_delivery(mended.message_id, channel="console", at=AT, ok=True)
    assert [item.message_id for item in casebook.undeliverable()] == [lost["chat"]]
    assert len(casebook.dead_letters()) == 2


def test_two_messages_that_failed_together_are_not_tried_together(casebook: Casebook) -> None:
    casebook.announce([message(), message(channel="file")], AT)
    for waiting in casebook.undelivered(AT):
        casebook.record_delivery(waiting.message_id, channel="x", at=AT, ok=False)
    due = [len(casebook.undelivered(AT + timedelta(seconds=60 + wait))) for wait in range(13)]
    assert (due[0], due[-1]) == (0, 2)
    assert 1 in due


def test_a_receiver_that_asks_for_patience_gets_it_but_not_for_ever(casebook: Casebook) -> None:
    casebook.announce([message()], AT)
    (waiting,) = casebook.undelivered(AT)
    late = {"channel": "console", "ok": False}
    casebook.record_delivery(waiting.message_id, at=AT, retry_after=timedelta(hours=1), **late)
    assert casebook.undelivered(AT + timedelta(minutes=59)) == []
    again = AT + timedelta(hours=1)
    assert len(casebook.undelivered(again)) == 1
    casebook.record_delivery(waiting.message_id, at=again, retry_after=timedelta(days=900), **late)
    assert len(casebook.undelivered(again + timedelta(hours=6))) == 1


def test_a_decision_taken_twice_is_one_message(casebook: Casebook) -> None:
    casebook.announce([message()], AT)
    again = replace(message(), kind="repeated", turns={CASE: 1})
    assert [casebook.announce([again], AT + timedelta(days=7)) for _ in range(2)] == [1, 0]
    told = casebook.announced()[CASE]
    assert (told.is_open, dict(told.turns)) == (True, {"open": 1, "repeated": 1})
    assert (told.opened_at, told.told_at) == (AT, AT + timedelta(days=7))
    assert kinds(casebook) == ["opened"]


def test_what_is_held_back_is_noted_once_and_is_not_announced(casebook: Casebook) -> None:
    assert casebook.hold_back({CASE: "silence 1"}, AT) == 1
    assert casebook.hold_back({CASE: "silence 1"}, AT + timedelta(hours=1)) == 0
    assert (casebook.held_back(), casebook.announced_open()) == ({CASE}, set())
    assert casebook.announced() == {}


ANNOUNCE_AND_DIE = """
import os, sys
from datetime import UTC, datetime
from sightline.casebook import Casebook, Message

casebook = Casebook(sys.argv[1])
casebook.create()
casebook.announce(
    [Message("open", (sys.argv[2],), None, "console", "uptime", {})],
    datetime(2026, 10, 26, 6, 0, tzinfo=UTC),
)
os.kill(os.getpid(), 9)
"""


def test_a_process_killed_between_announcing_and_delivering_loses_nothing(url: str) -> None:
    for case in (CASE, OTHER):
        died = subprocess.run([sys.executable, "-c", ANNOUNCE_AND_DIE, url, case], check=False)
        assert died.returncode == -9
    survivor = Casebook(url)
    assert survivor.announced_open() == {CASE, OTHER}
    assert [item.message.case_ids for item in survivor.undelivered(AT)] == [(CASE,), (OTHER,)]
    survivor.close()


ANNOUNCE_TOO = """
import sys
from datetime import UTC, datetime
from sightline.casebook import Casebook, Message

casebook = Casebook(sys.argv[1])
casebook.create()
at = datetime(2026, 10, 26, 6, 0, tzinfo=UTC)
sys.stdin.readline()
for number in range(20):
    casebook.announce([Message("open", (f"case_{number}",), None, "console", "s", {})], at)
"""


def test_two_announcers_at_once_announce_each_case_once(url: str) -> None:
    announcers = [
        subprocess.Popen(
            [sys.executable, "-c", ANNOUNCE_TOO, url], stdin=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for announcer in announcers:
        assert announcer.stdin is not None
        announcer.stdin.write("go\n")
        announcer.stdin.flush()
    for announcer in announcers:
        announcer.communicate()
        assert announcer.returncode == 0
    casebook = Casebook(url)
    cases = [item.message.case_ids[0] for item in casebook.undelivered(AT)]
    assert sorted(cases) == sorted({f"case_{number}" for number in range(20)})
    casebook.close()
