"""What came of one attempt to deliver? Whether it arrived, why not, and when to come back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """`detail` carries no secret; `retry_after` is what the receiver asked for, if it did."""

    ok: bool
    detail: str
    retry_after: timedelta | None = None


def of_http(status: int, retry_after: str | None, body: bytes, at: datetime) -> Answer:
    """What an HTTP receiver meant.

    Arrived is 2xx, unless the body says `"ok": false`, as Slack's does; a redirect is a failure,
    for it would lead past the checked address.
    """
    wait = patience(retry_after, at)
    if 200 <= status < 300 and not _is_refusal(body):
        return Answer(True, "delivered")
    return Answer(False, f"status {status}{', but not ok' if 200 <= status < 300 else ''}", wait)


def patience(retry_after: str | None, at: datetime) -> timedelta | None:
    """Retry-After in either of its forms, seconds or an HTTP date; None for anything else."""
    if not retry_after:
        return None
    if retry_after.strip().isdigit():
        return timedelta(seconds=min(int(retry_after), 10**7))
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(aware - at, timedelta(0))


def _is_refusal(body: bytes) -> bool:
    try:
        said = json.loads(body)
    except ValueError:
        return False
    return isinstance(said, dict) and said.get("ok") is False
