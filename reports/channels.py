"""Where does a message go? One Apprise address a channel; console and file need no address.

A channel named in `okrs/vocabulary.yml` gets its address from SIGHTLINE_CHANNEL_<NAME>. Console and
file are ours, made with Apprise's plugin decorator, and always on. Apprise neither retries nor
remembers: attempts, pauses and dead letters are the casebook's.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from reports import wording
from reports.answer import Answer
from reports.overhearing import overheard
from reports.webhook import post
from sightline.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sightline.casebook import OutboxMessage
    from sightline.home import Home

_PREFIX = "SIGHTLINE_CHANNEL_"
_SECRET = "SIGHTLINE_WEBHOOK_SECRET_"  # noqa: S105 - the name of a setting
_OWN = ("console", "file")
# A receiver that takes longer has probably accepted; waiting on would hold up the other channels.
_TIMEOUT_SECONDS = 30.0
_DETAIL_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Channel:
    """A name and the address behind it; the address may hold secrets and is never shown.

    An address that begins with https:// is a webhook of ours, signed with `secret`; every other
    is Apprise's.
    """

    name: str
    url: str
    secret: str = ""
    allow_loopback: bool = False
    timeout: float = _TIMEOUT_SECONDS

    def __repr__(self) -> str:
        return f"Channel({self.name!r})"

    @property
    def is_mail(self) -> bool:
        """Whether it writes e-mail, and so can write to a person."""
        return urlsplit(self.url).scheme in {"mailto", "mailtos"}

    @property
    def mailbox(self) -> str | None:
        """The one person an e-mail channel writes to; None for several of them, or a room."""
        query = parse_qs(urlsplit(self.url).query)
        to = query.get("to", [])
        is_one = len(to) == 1 and to[0].count("@") == 1 and not query.keys() & {"cc", "bcc"}
        return to[0] if self.is_mail and is_one else None

    def send(self, waiting: OutboxMessage, at: datetime) -> Answer:
        """One attempt at a moment: what came of it, told without secrets. Raises nothing."""
        try:
            if self.url.startswith(("http://", "https://")):
                return post(
                    self.url,
                    waiting,
                    at,
                    secret=self.secret,
                    allow_loopback=self.allow_loopback,
                    timeout=self.timeout,
                )
            return _send(self.url, waiting, at, self.timeout)
        except Exception as error:  # an alert that fails to send is recorded, whatever the reason
            return Answer(False, _without_secrets(f"{type(error).__name__}: {error}", self.url))


def channel_names(environ: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Console, file, and every channel with an address in the environment, sorted."""
    env = os.environ if environ is None else environ
    named = {key.removeprefix(_PREFIX).lower() for key in env if key.startswith(_PREFIX)}
    return (*_OWN, *sorted(name for name in named - set(_OWN) if env[_PREFIX + name.upper()]))


def mailboxes(environ: Mapping[str, str] | None = None) -> dict[str, str | None]:
    """The e-mail channels by name, each with the one person it writes to, None for several."""
    env = os.environ if environ is None else environ
    named = {
        name: Channel(name, env.get(_PREFIX + name.upper(), "")) for name in channel_names(env)
    }
    return {name: channel.mailbox for name, channel in named.items() if channel.is_mail}


def channels(
    home: Home,
    *,
    vocabulary: Iterable[str] | None = None,
    environ: Mapping[str, str] | None = None,
) -> dict[str, Channel]:
    """Every configured channel by name.

    With `vocabulary` (the names in `okrs/vocabulary.yml`) an address for any other name raises
    UsageError: a typing error would otherwise leave a channel silent.
    """
    env = os.environ if environ is None else environ
    found = {
        "console": Channel("console", "sightlineconsole://"),
        "file": Channel("file", f"sightlinefile://?folder={quote(str(home.outbox), safe='')}"),
    }
    known = None if vocabulary is None else {*_OWN, *vocabulary}
    for name in channel_names(env):
        if known is not None and name not in known:
            raise UsageError(
                f"{_PREFIX}{name.upper()} is set, but okrs/vocabulary.yml names no channel "
                f"{name!r}: add it there, or correct the variable to one of "
                f"{', '.join(sorted(known - set(_OWN))) or 'none'}"
            )
        if name not in found:
            found[name] = Channel(
                name,
                env[_PREFIX + name.upper()],
                secret=env.get(_SECRET + name.upper(), ""),
                allow_loopback=env.get("SIGHTLINE_WEBHOOK_LOOPBACK") == "allow",
            )
    return found


def _send(url: str, waiting: OutboxMessage, at: datetime, timeout: float) -> Answer:
    apprise = _apprise()
    asset = _asset(timeout)
    plugin = apprise.Apprise.instantiate(url, asset=asset)
    if plugin is None:
        return Answer(False, "the address cannot be read: check the variable of this channel")
    body, subject = waiting.message.body, wording.plain(waiting.message.subject)
    options: dict[str, Any] = {"title": subject, "body_format": apprise.NotifyFormat.TEXT}
    if url.startswith("sightline"):
        stem = f"{waiting.created_at:%Y%m%dT%H%M%SZ}-{waiting.message_id}"
        options["body"] = json.dumps({"stem": stem, "subject": subject, **body})
    elif plugin.service_name == "E-Mail":
        html, attachments = _with_pictures(body)
        plugin.inline = True  # pictures stand in the text only when this is on
        plugin.headers["X-Sightline-Idempotency-Key"] = waiting.message_id
        if (
            waiting.message.recipient is not None
        ):  # and to nobody else: its links act for the reader
            plugin.targets = [(False, waiting.message.recipient)]
            plugin.cc, plugin.bcc = set(), set()
        options |= {"body": html, "body_format": apprise.NotifyFormat.HTML, "attach": attachments}
    else:
        options["body"] = f"{body['text']}\nMessage {waiting.message_id}"
    sender = apprise.Apprise(asset=asset)
    sender.add(plugin)
    with overheard() as answers:
        result = sender.notify(**options)
    refused = [each for each in answers(at) if not each.ok]
    if result and not refused:
        return Answer(True, "delivered")
    said = "; ".join(entry.message for entry in result.logs() if entry.level != "DEBUG")
    said = said or "; ".join(each.detail for each in refused)
    wait = max((each.retry_after for each in refused if each.retry_after), default=None)
    return Answer(False, _without_secrets(f"{result.status.name.lower()}: {said}", url), wait)


def _with_pictures(body: Mapping[str, Any]) -> tuple[str, Any]:
    """Inline SVG swapped for attached PNG: most mail readers draw no SVG.

    A picture that cannot be converted stays as SVG, which the others then still show.
    """
    from apprise import AppriseAttachment
    from apprise.attachment.memory import AttachMemory

    from reports.charts import picture

    html, attachments = str(body["html"]), AppriseAttachment()
    for position, svg in enumerate(body["pictures"]):
        name = f"trend{position}.png"
        try:
            png = picture(svg)
        except ValueError:
            continue
        attachments.add(AttachMemory(content=png, name=name, mimetype="image/png"))
        image = f'<img src="cid:{name}" width="356" height="76" alt="The last 26 periods">'
        html = html.replace(svg, image, 1)
    return html, attachments or None


def _without_secrets(text: str, url: str) -> str:
    """The text with every part of the address but its scheme blotted out, on one line."""
    parts = urlsplit(url)
    secrets = {parts.password, parts.username, parts.query, *parts.path.split("/"), url}
    secrets |= {value.partition("=")[2] for value in parts.query.split("&")}
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        for form in (secret, unquote(secret)):
            if len(form) > 3:
                text = text.replace(form, "…")
    return wording.plain(text)[:_DETAIL_LENGTH]


def _asset(timeout: float) -> Any:
    return _apprise().AppriseAsset(
        app_id="Sightline",
        app_desc="Sightline",
        app_url="",
        async_mode=False,
        service_timeout=timeout,
        http_redirects=False,
    )


@cache
def _apprise() -> Any:
    """Apprise with our two channels registered once; it is 0.4 s that only sending needs."""
    import apprise

    apprise.decorators.notify(on="sightlineconsole", name="Sightline console")(_to_console)
    apprise.decorators.notify(on="sightlinefile", name="Sightline file")(_to_file)
    return apprise


def _to_console(body: str, *_args: Any, **_options: Any) -> bool:
    sys.stderr.write(json.loads(body)["text"])
    sys.stderr.flush()
    return True


def _to_file(body: str, *_args: Any, meta: Mapping[str, Any], **_options: Any) -> bool:
    """One .html and one .txt a message; sent twice, it is the same two files."""
    message = json.loads(body)
    folder = Path(meta["qsd"]["folder"])
    folder.mkdir(parents=True, exist_ok=True)
    for suffix, content in ((".html", message["html"]), (".txt", message["text"])):
        target = folder / f"{message['stem']}{suffix}"
        draft = target.with_suffix(f"{suffix}.part")
        draft.write_text(content, encoding="utf-8")
        draft.replace(target)
    return True
