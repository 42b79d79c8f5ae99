"""What did a receiver answer through Apprise? Apprise keeps neither Retry-After nor `ok: false`.

Its plugins all send through `requests`, from threads of Apprise's own, so the answers are overheard
there while one message is being sent. Another thread's request at that moment would be heard too:
if it failed, the message is sent once more under its id, and never once too few.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from reports.answer import Answer, of_http

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

_sending = threading.Lock()


@contextmanager
def overheard() -> Iterator[Callable[[datetime], list[Answer]]]:
    """While this lasts, answers to requests are kept; call what it gives for them."""
    import requests

    responses: list[Any] = []
    send = requests.Session.send

    def telling(session: Any, request: Any, **options: Any) -> Any:
        response = send(session, request, **options)
        responses.append(response)
        return response

    with _sending:
        requests.Session.send = telling  # type: ignore[method-assign,assignment]
        try:
            yield lambda at: [
                of_http(each.status_code, each.headers.get("Retry-After"), each.content, at)
                for each in responses
            ]
        finally:
            requests.Session.send = send  # type: ignore[method-assign]
