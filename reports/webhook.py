"""How does a machine get an alert? As JSON, signed by the Standard Webhooks rules, over https.

Headers: `webhook-id` (the idempotency key: the same at every attempt), `webhook-timestamp` (Unix
seconds) and `webhook-signature` (`v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`). The
specification: https://www.standardwebhooks.com. The library of that name pulls httpx and more for
these lines.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import http.client
import json
import socket
import ssl
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from reports.addresses import checked
from reports.answer import Answer, of_http

if TYPE_CHECKING:
    from datetime import datetime

    from sightline.casebook import OutboxMessage

_MOST_READ = 64 * 1024  # of an answer nobody needs more
_PREFIX = "whsec_"


def post(
    url: str,
    waiting: OutboxMessage,
    at: datetime,
    *,
    secret: str,
    allow_loopback: bool,
    timeout: float,
) -> Answer:
    """One attempt to post a message.

    Refused is whatever is not https to a public address; with `allow_loopback` http to this
    machine is allowed as well. Redirects are not followed.
    """
    parts = urlsplit(url)
    host, is_tls = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if is_tls else 80)
    address = checked(host, port, allow_loopback=allow_loopback)
    if not is_tls and not allow_loopback:
        return Answer(False, "a webhook needs https")
    body = payload(waiting)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Sightline",
        "Connection": "close",
        **signed(waiting.message_id, int(at.timestamp()), body, secret),
    }
    connection = _Pinned(host, port, address, timeout, tls=is_tls)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, headers)
        response = connection.getresponse()
        said = response.read(_MOST_READ)
        return of_http(response.status, response.getheader("Retry-After"), said, at)
    finally:
        connection.close()


def payload(waiting: OutboxMessage) -> bytes:
    """The body: type, when it was committed, and the message as data; the same at every attempt."""
    message = waiting.message
    content = {
        "type": f"sightline.{message.kind}",
        "timestamp": waiting.created_at.isoformat(),
        "data": {
            "about": list(message.case_ids[:1_000]),
            "objective_id": message.objective_id,
            **message.body.get("json", {"subject": message.subject}),
        },
    }
    return json.dumps(content, sort_keys=True, ensure_ascii=False).encode()


def signed(message_id: str, timestamp: int, body: bytes, secret: str) -> dict[str, str]:
    """The three headers; ValueError for a secret that is not `whsec_` and base64 of something."""
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not key:
        raise ValueError("the secret of a webhook is whsec_ and base64")
    content = f"{message_id}.{timestamp}.".encode() + body
    signature = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{signature}",
    }


class _Pinned(http.client.HTTPConnection):
    """A connection to one address under the host's name: Host header, SNI and certificate."""

    def __init__(self, host: str, port: int, address: str, timeout: float, *, tls: bool) -> None:
        super().__init__(host, port, timeout=timeout)
        self._address, self._tls = address, tls

    def connect(self) -> None:
        """Connects to the checked address, not to whatever the name means by now."""
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._tls:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)
