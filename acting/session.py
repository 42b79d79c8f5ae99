"""Who is acting? A session of one person on one case, signed into a cookie the page cannot read."""

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
    """A person at work on a case; `token` stands in every form of the session."""

    person: str
    case_id: str
    token: str

    @classmethod
    def of(cls, request: Request, signer: Signer, now: datetime) -> Session | None:
        """The session of a request; None when it has none, or one that expired or was altered."""
        cookie = request.cookies.get(COOKIE, "")
        try:
            entry = signer.read(cookie, now, purpose="session")
        except UsageError:
            return None
        return cls(entry.person, entry.case_id, signer.seal("form", cookie))

    def is_ours(self, token: str) -> bool:
        """Whether a form was made in this session."""
        return hmac.compare_digest(self.token.encode(), token.encode())


def case_path(case_id: str) -> str:
    """Under which all that is done about a case lies; cookies of cases do not mix."""
    return f"/cases/{page_name(case_id)}/"
