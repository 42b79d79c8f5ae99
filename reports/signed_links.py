"""Who may act through this link? One person, on one case or finding, once, for three days.

A link carries person, the id it is about (a case's ends in a day, a finding's in a digest) and
expiry, signed with HMAC-SHA-256 by a key in SIGHTLINE_HOME that no other part reads. Links are
signed as a message is sent: neither outbox nor warehouse holds one that works. That a link is used
up is an event in the casebook.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from typing import TYPE_CHECKING, Literal

from reports.page import act_link, case_link
from sightline.casebook.acts import ACTS
from sightline.errors import SightlineEnvironmentError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.home import Home

Purpose = Literal["link", "session"]
# An alert of Friday evening can be acted on on Monday; who opened it works on it for an hour.
LIFETIME: dict[Purpose, timedelta] = {"link": timedelta(days=3), "session": timedelta(hours=1)}
_KEY_BYTES = 32
_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Pass:
    """What a link stands for; `link_id` is the same for no two links."""

    person: str
    about: str
    expires_at: datetime
    link_id: str


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs and reads links with one key."""

    key: bytes

    def __repr__(self) -> str:
        return "Signer()"

    @classmethod
    def of(cls, home: Home) -> Signer:
        """With the key of an installation, made when there is none."""
        return cls(_key(home.link_key))

    def sign(
        self, person: str, about: str, at: datetime, *, purpose: Purpose = "link", nonce: str = ""
    ) -> str:
        """A token for a person and a case or finding, valid from `at` on as its purpose has it."""
        expires = int((at + LIFETIME[purpose]).timestamp())
        content = [person, about, expires, nonce or secrets.token_urlsafe(12)]
        text = _encoded(json.dumps(content, separators=(",", ":")).encode())
        return f"{text}.{self.seal(purpose, text)}"

    def read(self, token: str, at: datetime, *, purpose: Purpose = "link") -> Pass:
        """What a token stands for; UsageError when it is not ours, was altered or has expired."""
        text, _, seal = token[:_LONGEST].partition(".")
        if not hmac.compare_digest(self.seal(purpose, text).encode(), seal.encode()):
            raise UsageError(f"this {purpose} was not signed here, or was altered")
        person, about, expires, link_id = json.loads(_decoded(text))
        expires_at = datetime.fromtimestamp(expires, UTC)
        if at >= expires_at:
            raise UsageError(f"this {purpose} expired on {expires_at:%d %b %Y at %H:%M} UTC")
        return Pass(person, about, expires_at, link_id)

    def seal(self, purpose: str, text: str) -> str:
        """The signature of a text for one purpose: what is signed for one serves no other."""
        return _encoded(hmac.digest(self.key, f"{purpose}\n{text}".encode(), hashlib.sha256))


@dataclass(frozen=True, slots=True)
class Desk:
    """Where cases can be acted on (`sightline serve`), and what signs the way there."""

    url: str
    signer: Signer

    @classmethod
    def of(cls, home: Home) -> Desk | None:
        """The desk of an installation; None where SIGHTLINE_PUBLIC_URL names none."""
        return cls(home.public_url, Signer.of(home)) if home.public_url else None

    def with_signed_links(self, html: str, case_id: str, person: str, at: datetime) -> str:
        """The page with its links to a case leading to where this person can act on it.

        They are one link with several ways in: it acts once.
        """
        token = self.signer.sign(person, case_id, at)
        acts = ((act_link(self.url, case_id, verb), verb) for verb in ACTS)
        for page, verb in ((case_link(case_id, self.url), ""), *acts):
            signed = act_link(self.url, case_id, verb, token=token)
            for end in ('"', "<"):  # behind a word, or written out
                html = html.replace(escape(page) + end, escape(signed) + end)
        return html


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _key(path: Path) -> bytes:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        key = path.read_bytes()
    except OSError as error:
        raise SightlineEnvironmentError(f"cannot make {path}: {error.strerror}") from error
    else:
        key = secrets.token_bytes(_KEY_BYTES)
        with os.fdopen(handle, "wb") as file:
            file.write(key)
    if len(key) != _KEY_BYTES:
        raise SightlineEnvironmentError(f"{path} is no key of {_KEY_BYTES} bytes: remove it")
    return key
