"""What was announced is sent until it arrives; what never does is somebody's to see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from reports.alerts import compose
from reports.answer import Answer
from reports.channels import Channel, channels
from reports.delivery import deliver
from sightline.casebook import MAX_ATTEMPTS, Casebook, OutboxMessage
from sightline.home import Home
from tests.reports.announcing import announce
from tests.reports.conftest import NOW
from tests.reports.firm import Firm

BROKEN = "sightlinefile://?folder=/dev/null/nowhere"


def at(later: timedelta = timedelta()) -> Callable[[], datetime]:
    """A clock that stands."""
    return lambda: NOW + later


def test_a_failing_channel_is_recorded_and_holds_back_no_other(
    firm: Firm, casebook: Casebook, home: Home
) -> None:
    announce(firm, casebook)
    broken = channels(home, environ={}) | {"console": Channel("console", BROKEN)}
    sent = deliver(casebook, broken, at())
    assert (sent.delivered, sent.undelivered, sent.dead) == (1, 1, 0)
    assert len(list(home.outbox.glob("*.html"))) == 1
    (waiting,) = casebook.undelivered(NOW + timedelta(hours=2))
    assert (waiting.message.channel, waiting.attempts) == ("console", 1)


def test_a_failed_message_waits_longer_each_time_and_then_arrives_once(
    firm: Firm, casebook: Casebook, home: Home
) -> None:
    casebook.announce(compose(firm.marts, casebook, now=NOW, names=["file"]).messages, NOW)
    broken, whole = {"file": Channel("file", BROKEN)}, channels(home, environ={})
    assert deliver(casebook, broken, at()).undelivered == 1
    assert deliver(casebook, whole, at()).delivered == 0  # too early to try again
    assert deliver(casebook, broken, at(timedelta(seconds=72))).undelivered == 1
    assert deliver(casebook, whole, at(timedelta(seconds=72 + 119))).delivered == 0
    assert deliver(casebook, whole, at(timedelta(seconds=72 + 144))).delivered == 1
    assert deliver(casebook, whole, at(timedelta(days=1))).delivered == 0


def test_a_message_tried_for_the_last_time_is_an_error_somebody_sees(
    firm: Firm, casebook: Casebook, caplog: pytest.LogCaptureFixture
) -> None:
    casebook.announce(compose(firm.marts, casebook, now=NOW, names=["file"]).messages, NOW)
    broken = {"file": Channel("file", BROKEN)}
    rounds = [deliver(casebook, broken, at(timedelta(hours=2 * i))) for i in range(MAX_ATTEMPTS)]
    assert [sent.dead for sent in rounds] == [0] * (MAX_ATTEMPTS - 1) + [1]
    assert "is dead" in caplog.text
    assert len(casebook.dead_letters()) == 1


def test_a_channel_configured_no_more_is_a_failed_attempt_that_says_what_to_set(
    firm: Firm, casebook: Casebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    casebook.announce(compose(firm.marts, casebook, now=NOW, names=["chat"]).messages, NOW)
    details = []
    monkeypatch.setattr(
        casebook, "record_delivery", lambda *_, detail, **__: details.append(detail)
    )
    assert deliver(casebook, {}, at()).undelivered == 1
    assert details == ["no channel 'chat': set SIGHTLINE_CHANNEL_CHAT"]


def test_a_killed_sender_sends_again_and_loses_nothing(
    firm: Firm, casebook: Casebook, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    casebook.announce(compose(firm.marts, casebook, now=NOW, names=["file"]).messages, NOW)

    def killed(_self: Channel, _waiting: OutboxMessage, _at: datetime) -> Answer:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Channel, "send", killed)
        with pytest.raises(KeyboardInterrupt):
            deliver(casebook, channels(home, environ={}), at())
    assert deliver(casebook, channels(home, environ={}), at()).delivered == 1


def test_an_attempt_is_signed_at_its_own_moment_and_recorded_when_it_ended(
    firm: Firm, casebook: Casebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    names, clock = ["chat", "file"], [NOW]
    signed: list[datetime] = []
    casebook.announce(compose(firm.marts, casebook, now=NOW, names=names).messages, NOW)

    def slow(_self: Channel, _waiting: OutboxMessage, moment: datetime) -> Answer:
        signed.append(moment)
        clock[0] += timedelta(minutes=6)
        return Answer(False, "timed out")

    monkeypatch.setattr(Channel, "send", slow)
    deliver(casebook, {name: Channel(name, "json://a") for name in names}, lambda: clock[0])
    assert signed == [NOW, NOW + timedelta(minutes=6)]
    assert casebook.undelivered(NOW + timedelta(minutes=6, seconds=59)) == []
