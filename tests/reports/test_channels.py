"""Each channel gets what its readers can use, and tells no secrets when it fails."""

from __future__ import annotations

import email.message
import email.policy
import re
import socket
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from reports.alerts import compose
from reports.answer import Answer
from reports.channels import Channel, channel_names, channels
from reports.delivery import deliver
from reports.page import case_link
from reports.signed_links import Desk, Signer
from sightline.casebook import Casebook, Message, OutboxMessage
from sightline.casebook.acts import Acknowledge
from sightline.errors import UsageError
from sightline.home import Home
from tests.reports.conftest import NOW
from tests.reports.firm import CASE, Firm

DESK = "https://okr.northline.example"
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


def _mailed(
    firm: Firm, casebook: Casebook, home: Home, smtp: tuple[_Mailbox, str], served: str
) -> dict[str, email.message.EmailMessage]:
    """What a mail server is given when a case is told to a list of two, and to its owner."""
    mailbox, address = smtp
    told = compose(
        firm.marts, casebook, now=NOW, names=["email"], mail={"email": None},
        reports_url=DESK, desk_url=served,
    )  # fmt: skip
    casebook.announce(told.messages, NOW)
    room = address.replace("to=maintenance-lead@", "to=coo@northline.example,finance@")
    desk = Desk(served, Signer.of(home)) if served else None
    assert deliver(casebook, {"email": Channel("email", room)}, lambda: NOW, desk).delivered == 2
    return {str(mail["To"]): mail for mail in mailbox.mails}


def test_a_case_can_be_opened_from_the_plain_text_of_a_mail_each_by_its_reader(
    firm: Firm, casebook: Casebook, home: Home, smtp: tuple[_Mailbox, str]
) -> None:
    mails = _mailed(firm, casebook, home, smtp, DESK)
    written = {
        to: re.findall(rf"{re.escape(DESK)}\S+", _part(mail, "text/plain").get_content())
        for to, mail in mails.items()
    }
    (signed,) = written.pop("maintenance-lead@northline.example")
    entry = Signer.of(home).read(signed.partition("link=")[2], NOW)
    assert (entry.person, entry.about) == ("maintenance-lead@northline.example", CASE)
    assert written == {
        "coo@northline.example": [case_link(CASE, DESK)],
        "finance@northline.example": [case_link(CASE, DESK)],
    }


def test_mail_to_one_person_leads_to_the_first_acts_where_they_can_be_taken(
    firm: Firm, casebook: Casebook, home: Home, smtp: tuple[_Mailbox, str]
) -> None:
    mails = _mailed(firm, casebook, home, smtp, DESK)
    html = {to: _part(mail, "text/html").get_content() for to, mail in mails.items()}
    mine = html.pop("maintenance-lead@northline.example")
    links = re.findall(r'href="([^"]+)"[^>]*>([^<]+)</a>', mine)
    asked = [parse_qs(urlsplit(unescape(link)).query) | {"words": words} for link, words in links]
    (token,) = {*asked[0]["link"]}
    assert asked == [
        {"link": [token], "words": "Open the case"},
        {"link": [token], "do": ["ack"], "words": "Acknowledge"},
        {"link": [token], "do": ["decline"], "words": "Not mine"},
    ]
    assert not any("Acknowledge</a>" in each for each in html.values())


def test_mail_leads_to_no_act_where_nothing_is_served_or_somebody_has_the_case(
    firm: Firm, casebook: Casebook, home: Home, smtp: tuple[_Mailbox, str]
) -> None:
    mails = _mailed(firm, casebook, home, smtp, "")
    assert not any("Not mine" in mail.as_string() for mail in mails.values())
    casebook.take(CASE, Acknowledge(note=""), author="a@b.example", owners=(), at=NOW)
    firm.marts.execute("update marts.fct_kpi_episode set last_value = 96.4")
    worse = compose(firm.marts, casebook, now=NOW, names=["email"], mail={"email": None},
                    desk_url=DESK).messages  # fmt: skip
    assert [message.kind for message in worse] == ["changed", "changed"]
    assert not any("Not mine" in message.body["html"] for message in worse)


def test_a_mail_to_one_person_goes_to_nobody_else_and_its_links_are_that_persons(
    casebook: Casebook, waiting: OutboxMessage, smtp: tuple[_Mailbox, str], home: Home
) -> None:
    mailbox, address = smtp
    signer = Signer.of(home)
    page = f'<a href="{case_link(CASE, DESK)}">Open the case</a>'
    body = {"html": page, "text": "", "pictures": []}
    both = [
        Message("changed", (CASE,), None, "email", "uptime", body, recipient=recipient)
        for recipient in (None, "deputy@northline.example")
    ]
    casebook.announce(both, NOW)
    email = {"email": Channel("email", f"{address}&cc=coo@northline.example")}
    assert deliver(casebook, email, lambda: NOW, Desk(DESK, signer)).delivered == 2
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
