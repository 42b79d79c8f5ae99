"""Who is acting? A session of one person on one case or finding, signed into a cookie.

No page can read the cookie.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sightline.errors import UsageError
from sightline.page_name import page_name

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.requests import Request

    from reports.signed_links import Signer

COOKIE = "sightline_session"


@dataclass(frozen=True, slots=True)
class Session:
    """A person at work on a case or finding; `token` stands in every form of the session."""

    person: str
    about: str
    token: str

    @classmethod
    def of(cls, request: Request, signer: Signer, now: datetime) -> Session | None:
        """The session of a request; None when it has none, or one that expired or was altered."""
        cookie = request.cookies.get(COOKIE, "")
        try:
            entry = signer.read(cookie, now, purpose="session")
        except UsageError:
            return None
        return cls(entry.person, entry.about, signer.seal("form", cookie))

    def is_ours(self, token: str) -> bool:
        """Whether a form was made in this session."""
        return hmac.compare_digest(self.token.encode(), token.encode())


def path_of(folder: str, about: str) -> str:
    """Under which all that is done about a case or finding lies; their cookies do not mix."""
    return f"/{folder}/{page_name(about)}/"
