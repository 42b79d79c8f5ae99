"""Asking a JSON API over HTTP: at the pace it allows, with the token told to nobody else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sightline.errors import SightlineEnvironmentError

if TYPE_CHECKING:
    from types import TracebackType

    from requests import PreparedRequest, Response

ATTEMPTS = 5
LONGEST_WAIT = 120  # seconds a Retry-After may ask for; a pull that waits longer is a failed one


class ForbiddenError(SightlineEnvironmentError):
    """403: it may be there, but not for whoever owns the token."""


class Api:
    """One base URL with the headers that open it; a context manager, for it keeps connections.

    429 and 5xx are tried again, waiting as long as Retry-After asks. Redirects are not followed:
    a header of credentials would go along to wherever they lead. Whatever fails raises
    SightlineEnvironmentError naming the address and the setting, never a header or a query.
    """

    def __init__(self, url: str, headers: Mapping[str, str], *, name: str, setting: str) -> None:
        from dlt.sources.helpers.requests import Client

        if not all(value.isascii() and value.isprintable() for value in headers.values()):
            raise SightlineEnvironmentError(
                f"{setting}_TOKEN holds a character that no header can carry; copy it anew"
            )
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        self._url = url.rstrip("/")
        self._name = f"the {name} at {parts.scheme}://{host}{parts.path.rstrip('/')}"
        self._setting = setting
        self._session = Client(
            raise_for_status=False,
            request_max_attempts=ATTEMPTS,
            request_max_retry_delay=LONGEST_WAIT,
        ).session
        self._session.auth = self._sign
        self._headers = dict(headers)

    def __enter__(self) -> Api:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._session.close()

    def _sign(self, request: PreparedRequest) -> PreparedRequest:
        """Put the headers on; being asked for it, requests looks for no password elsewhere."""
        request.headers.update(self._headers)
        return request

    def get(self, path: str, **query: Any) -> Any:
        """The JSON at a path. Raises SightlineEnvironmentError for any answer but 200."""
        return self._read(self._ask(path, query))

    def find(self, path: str, **query: Any) -> Any | None:
        """The JSON at a path, None where there is nothing (404)."""
        response = self._ask(path, query)
        return None if response.status_code == 404 else self._read(response)

    def _ask(self, path: str, query: Mapping[str, Any]) -> Response:
        from requests import RequestException

        try:
            response: Response = self._session.get(
                self._url + path, params=query, allow_redirects=False
            )
            response.content  # noqa: B018 - reading is its effect: an unread body keeps its socket
        except RequestException as error:
            raise SightlineEnvironmentError(
                f"{self._name} cannot be reached ({type(error).__name__}); set {self._setting}_URL"
            ) from None
        return response

    def _read(self, response: Response) -> Any:
        status = response.status_code
        if status in (401, 403):
            kind = ForbiddenError if status == 403 else SightlineEnvironmentError
            raise kind(f"{self._name} answered {status}; set {self._setting}_TOKEN")
        if 300 <= status < 400:
            raise self._refusal(
                f"answered {status}, which leads elsewhere; set {self._setting}_URL to the "
                "address it leads to"
            )
        if status != 200:
            raise self._refusal(f"answered {status}")
        try:
            return response.json()
        except ValueError:
            raise self._refusal(
                f"answered with something that is no JSON; set {self._setting}_URL to the "
                "address of the API itself, not of a page or a proxy before it"
            ) from None

    def _refusal(self, what: str) -> SightlineEnvironmentError:
        return SightlineEnvironmentError(f"{self._name} {what}")
