"""A webhook is signed, pinned to a public address, and believed only when it says so."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from benchmarks.delivery import measure
from reports.addresses import ForbiddenAddressError, checked
from reports.answer import Answer, patience
from reports.channels import Channel
from reports.webhook import signed
from sightline.casebook import Message, OutboxMessage
from tests.reports.conftest import NOW
from tests.reports.receiver import Reply, Request, receiving

KEY = b"a key of twenty-four byt"
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"
WAITING = OutboxMessage(
    sequence=1,
    message_id="msg_1",
    idempotency_key="open|hook|-|case#1",
    message=Message("open", ("case",), "faster_throughput", "hook", "Uptime fell",
                    {"json": {"subject": "Uptime fell"}, "text": "■ Uptime fell"}),
    created_at=NOW,
    attempts=0,
)  # fmt: skip


def hook(url: str, **changes: Any) -> Channel:
    return replace(Channel("hook", url, SECRET, allow_loopback=True, timeout=5), **changes)


def in_turn(*replies: Reply) -> Callable[[Request], Reply]:
    """One reply after the other."""
    left = iter(replies)
    return lambda _request: next(left)


def test_the_signature_is_that_of_the_standard() -> None:
    """The example of the specification's reference library."""
    headers = signed(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_message_arrives_signed_under_its_id_with_its_content() -> None:
    with receiving(lambda _: Reply()) as receiver:
        assert hook(receiver.url).send(WAITING, NOW) == Answer(True, "delivered")
    (request,) = receiver.requests
    sent = request.headers
    assert sent["webhook-id"] == "msg_1"
    content = f"msg_1.{sent['webhook-timestamp']}.".encode() + request.body
    expected = base64.b64encode(hmac.new(KEY, content, hashlib.sha256).digest()).decode()
    assert sent["webhook-signature"] == f"v1,{expected}"
    assert json.loads(request.body) == {
        "type": "sightline.open",
        "timestamp": NOW.isoformat(),
        "data": {
            "about": ["case"],
            "objective_id": "faster_throughput",
            "subject": "Uptime fell",
        },
    }


def test_a_second_attempt_is_the_same_body_under_the_same_id() -> None:
    with receiving(in_turn(Reply(503), Reply())) as receiver:
        assert not hook(receiver.url).send(WAITING, NOW).ok
        assert hook(receiver.url).send(WAITING, NOW + timedelta(minutes=1)).ok
    first, second = receiver.requests
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]


@pytest.mark.parametrize(
    ("reply", "detail", "wait"),
    [
        (Reply(503, headers={"Retry-After": "120"}), "status 503", timedelta(minutes=2)),
        (Reply(429), "status 429", None),
        (Reply(200, b'{"ok": false, "error": "no_text"}'), "status 200, but not ok", None),
        (Reply(302, headers={"Location": "http://127.0.0.1:1/"}), "status 302", None),
    ],
)
def test_what_is_no_plain_yes_is_a_failed_attempt(
    reply: Reply, detail: str, wait: timedelta | None
) -> None:
    with receiving(lambda _: reply) as receiver:
        assert hook(receiver.url).send(WAITING, NOW) == Answer(False, detail, wait)
        assert len(receiver.requests) == 1


def test_a_receiver_that_hangs_up_or_takes_too_long_is_a_failed_attempt() -> None:
    with receiving(in_turn(Reply(drop=True), Reply(after=1))) as receiver:
        assert not hook(receiver.url).send(WAITING, NOW).ok
        slow = hook(receiver.url, timeout=0.2).send(WAITING, NOW)
        assert (slow.ok, slow.detail) == (False, "TimeoutError: timed out")


def test_http_and_loopback_need_permission() -> None:
    with receiving(lambda _: Reply()) as receiver:
        refused = hook(receiver.url, allow_loopback=False).send(WAITING, NOW)
        assert not refused.ok
        assert "not a public address" in refused.detail
        assert receiver.requests == []


def test_a_webhook_without_a_good_secret_is_not_sent_unsigned() -> None:
    with receiving(lambda _: Reply()) as receiver:
        for bad in ("whsec_no base64", ""):
            assert not hook(receiver.url, secret=bad).send(WAITING, NOW).ok
        assert receiver.requests == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - an address that must not be reached
        "224.0.0.1",
        "::1",
        "fe80::1%lo",
        "fd00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
    ],
)
def test_an_address_that_is_not_public_is_refused_however_it_is_wrapped(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _resolve(monkeypatch, address)
    with pytest.raises(ForbiddenAddressError, match="not a public address"):
        checked("innocent.example", 443)


def test_a_host_that_is_public_and_private_at_once_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _resolve(monkeypatch, "93.184.216.34", "10.0.0.1")
    with pytest.raises(ForbiddenAddressError):
        checked("two-faced.example", 443)


def test_a_public_address_is_the_one_to_connect_to(monkeypatch: pytest.MonkeyPatch) -> None:
    _resolve(monkeypatch, "93.184.216.34")
    assert checked("good.example", 443) == "93.184.216.34"


def test_permission_for_loopback_is_for_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    _resolve(monkeypatch, "10.0.0.1")
    with pytest.raises(ForbiddenAddressError):
        checked("inside.example", 443, allow_loopback=True)


def _resolve(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 443)) for each in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("Mon, 26 Oct 2026 06:05:00 GMT", timedelta(minutes=5)),
        ("Mon, 26 Oct 2026 05:00:00 GMT", timedelta(0)),
        ("soon", None),
        (None, None),
    ],
)
def test_retry_after_is_read_in_both_its_forms(said: str | None, wait: timedelta | None) -> None:
    assert patience(said, datetime(2026, 10, 26, 6, tzinfo=UTC)) == wait


def test_what_a_receiver_says_through_apprise_is_heard_too() -> None:
    """Apprise takes HTTP 200 for delivered and drops Retry-After."""
    replies = [Reply(200, b'{"ok": false}'), Reply(429, headers={"Retry-After": "60"}), Reply()]
    with receiving(in_turn(*replies)) as receiver:
        channel = Channel("chat", receiver.url.replace("http://", "json://"))
        first, second, third = (channel.send(WAITING, NOW) for _ in range(3))
    assert (first.ok, first.retry_after) == (False, None)
    assert (second.ok, second.retry_after) == (False, timedelta(minutes=1))
    assert third.ok


def test_no_message_is_lost_when_the_relay_is_killed_and_the_receiver_is_at_its_worst() -> None:
    """A slice of `python -m benchmarks.delivery`."""
    found = measure(messages=40, kills=2)
    assert (found.messages, found.lost, found.altered) == (40, 0, 0)
