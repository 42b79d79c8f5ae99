"""What did a receiver answer through Apprise? Apprise keeps neither Retry-After nor `ok: false`.

Its plugins all send through `requests`, so the answers are overheard there, in this thread only,
while one message is being sent.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from reports.answer import Answer, of_http

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

_heard = threading.local()
_lock = threading.Lock()


@contextmanager
def overheard() -> Iterator[Callable[[datetime], list[Answer]]]:
    """While this lasts, answers to this thread's requests are kept; call what it gives for them.

    Redirects are not followed either: they would lead past what the address of the channel says.
    """
    _listen()
    responses: list[Any] = []
    _heard.responses = responses
    try:
        yield lambda at: [
            of_http(each.status_code, each.headers.get("Retry-After"), each.content, at)
            for each in responses
        ]
    finally:
        del _heard.responses


def _listen() -> None:
    """Once a process: every session of `requests` tells what it was answered."""
    import requests

    with _lock:
        send = requests.Session.send
        if getattr(send, "overhears", False):
            return

        def telling(session: Any, request: Any, **options: Any) -> Any:
            listeners = getattr(_heard, "responses", None)
            if listeners is None:
                return send(session, request, **options)
            response = send(session, request, **options | {"allow_redirects": False})
            listeners.append(response)
            return response

        telling.overhears = True  # type: ignore[attr-defined]  # a mark on our own function
        requests.Session.send = telling  # type: ignore[method-assign,assignment]
