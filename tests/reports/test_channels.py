"""Each channel gets what its readers can use, and tells no secrets when it fails."""

from __future__ import annotations

import email.message
import email.policy
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reports.alerts import compose
from reports.answer import Answer
from reports.channels import Channel, channel_names, channels
from reports.delivery import deliver
from reports.page import case_link
from reports.signed_links import Desk, Signer
from sightline.casebook import Casebook, Message, OutboxMessage
from sightline.errors import UsageError
from sightline.home import Home
from tests.reports.conftest import NOW
from tests.reports.firm import CASE, Firm

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def waiting(firm: Firm, casebook: Casebook) -> OutboxMessage:
    casebook.announce(compose(firm.marts, casebook, now=NOW, names=["file"]).messages, NOW)
    return casebook.undelivered(NOW)[0]


class _Mailbox:
    """What an SMTP server on loopback was given."""

    def __init__(self) -> None:
        self.mails: list[email.message.EmailMessage] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(parsed, email.message.EmailMessage)
        self.mails.append(parsed)
        return "250 OK"


@pytest.fixture
def smtp() -> Iterator[tuple[_Mailbox, str]]:
    from aiosmtpd.controller import Controller

    mailbox = _Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=_free_port())
    controller.start()
    address = (
        f"mailto://127.0.0.1:{controller.port}/?smtp=127.0.0.1&mode=insecure"
        "&from=sightline@northline.example&to=maintenance-lead@northline.example"
    )
    yield mailbox, address
    controller.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _part(mail: email.message.EmailMessage, kind: str) -> Any:
    return next(part for part in mail.walk() if part.get_content_type() == kind)


def test_an_e_mail_has_html_text_and_the_picture_inline(
    waiting: OutboxMessage, smtp: tuple[_Mailbox, str]
) -> None:
    mailbox, address = smtp
    assert Channel("email", address).send(waiting, NOW) == Answer(True, "delivered")
    (mail,) = mailbox.mails
    assert mail["Subject"].replace("\u202f", " ").startswith("Sorter uptime, north is at 97.35 %")
    assert mail["To"] == "maintenance-lead@northline.example"
    assert mail["X-Sightline-Idempotency-Key"] == waiting.message_id
    html, picture = _part(mail, "text/html").get_content(), _part(mail, "image/png")
    assert f"cid:{picture['Content-ID'].strip('<>')}" in html
    assert picture.get_content_disposition() == "inline"
    assert picture.get_content().startswith(PNG)
    assert "<svg" not in html
    assert "Keep recalibrating" in html
    assert "Keep recalibrating" in _part(mail, "text/plain").get_content()


def test_a_mail_to_one_person_goes_to_nobody_else_and_its_links_are_that_persons(
    casebook: Casebook, waiting: OutboxMessage, smtp: tuple[_Mailbox, str], home: Home
) -> None:
    mailbox, address = smtp
    desk, signer = "https://okr.northline.example", Signer.of(home)
    page = f'<a href="{case_link(CASE, desk)}">Open the case</a>'
    body = {"html": page, "text": "", "pictures": []}
    both = [
        Message("changed", (CASE,), None, "email", "uptime", body, recipient=recipient)
        for recipient in (None, "deputy@northline.example")
    ]
    casebook.announce(both, NOW)
    email = {"email": Channel("email", f"{address}&cc=coo@northline.example")}
    assert deliver(casebook, email, NOW, Desk(desk, signer)).delivered == 2
    room, personal = sorted(mailbox.mails, key=lambda mail: mail["To"], reverse=True)
    assert (room["To"], room["Cc"]) == (
        "maintenance-lead@northline.example",
        "coo@northline.example",
    )
    assert page in _part(room, "text/html").get_content()
    assert (personal["To"], personal["Cc"]) == ("deputy@northline.example", None)
    token = _part(personal, "text/html").get_content().partition("link=")[2].partition('"')[0]
    assert signer.read(token, NOW).person == "deputy@northline.example"


def test_a_picture_that_cannot_be_made_stays_in_the_mail_as_svg(
    waiting: OutboxMessage, smtp: tuple[_Mailbox, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_svg: str) -> bytes:
        raise ValueError("cannot draw")

    monkeypatch.setattr("reports.charts.picture", refuse)
    mailbox, address = smtp
    assert Channel("email", address).send(waiting, NOW).ok
    assert "<svg" in _part(mailbox.mails[0], "text/html").get_content()


def test_a_file_is_written_whole_and_the_same_message_twice_is_one(
    waiting: OutboxMessage, home: Home
) -> None:
    channel = channels(home, environ={})["file"]
    assert channel.send(waiting, NOW) == channel.send(waiting, NOW) == Answer(True, "delivered")
    written = sorted(home.outbox.iterdir())
    assert [path.suffix for path in written] == [".html", ".txt"]
    assert all(waiting.message_id in path.name for path in written)
    assert "<svg" in written[0].read_text(encoding="utf-8")
    assert written[1].read_text(encoding="utf-8") == waiting.message.body["text"]


def test_a_home_with_blanks_and_percent_signs_gets_its_files(
    waiting: OutboxMessage, tmp_path: Path
) -> None:
    root = tmp_path / "Größe & 50 %41 + more"
    home = Home(root=root, okrs=root, casebook_url="sqlite://").create()
    assert channels(home, environ={})["file"].send(waiting, NOW).ok
    assert len(list(home.outbox.iterdir())) == 2


def test_the_console_speaks_on_stderr_and_leaves_stdout_to_data(
    waiting: OutboxMessage, home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert channels(home, environ={})["console"].send(waiting, NOW).ok
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == waiting.message.body["text"]


def test_a_receiver_that_is_down_is_a_failed_attempt(waiting: OutboxMessage) -> None:
    address = f"mailto://127.0.0.1:{_free_port()}/?smtp=127.0.0.1&to=a@b.example&from=c@d.example"
    answer = Channel("email", address).send(waiting, NOW)
    assert not answer.ok
    assert answer.detail.startswith("failure")


@pytest.mark.parametrize(
    "address",
    [
        "mailto://canary-user:canary-pass@127.0.0.1:{port}/canary-path?to=canary-to@b.example",
        "json://canary-user:canary-pass@127.0.0.1:{port}/canary-path?+canary-header=canary-value",
        "canary-scheme-nobody-knows://canary-pass@host",
        "not an address canary-pass",
    ],
)
def test_a_failure_tells_no_part_of_the_address(waiting: OutboxMessage, address: str) -> None:
    channel = Channel("chat", address.format(port=_free_port()))
    answer = channel.send(waiting, NOW)
    assert not answer.ok
    assert answer.detail
    assert "canary" not in answer.detail + repr(channel)


def test_channels_come_from_the_environment_and_two_are_always_there(home: Home) -> None:
    env = {"SIGHTLINE_CHANNEL_EMAIL": "mailto://a", "SIGHTLINE_CHANNEL_CHAT": "", "PATH": "/bin"}
    assert channel_names(env) == ("console", "file", "email")
    assert tuple(channels(home, environ=env)) == ("console", "file", "email")


def test_an_address_for_a_channel_nobody_named_is_refused_with_the_way_out(home: Home) -> None:
    env = {"SIGHTLINE_CHANNEL_EMIAL": "mailto://a"}
    with pytest.raises(UsageError, match=r"EMIAL .*vocabulary\.yml.* chat, email"):
        channels(home, vocabulary=["email", "chat"], environ=env)


def test_no_channel_but_the_configured_one_is_connected_to(
    waiting: OutboxMessage, smtp: tuple[_Mailbox, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reached = []
    connect = socket.socket.connect

    def watched(self: socket.socket, address: Any) -> None:
        reached.append(address)
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", watched)
    assert Channel("email", smtp[1]).send(waiting, NOW).ok
    port = int(re.findall(r":(\d+)/", smtp[1])[0])
    assert reached == [("127.0.0.1", port)]
