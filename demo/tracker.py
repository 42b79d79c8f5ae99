"""A stand-in for Jira Cloud on the loopback: the enhanced JQL search and single issues.

    python -m demo.tracker --store .sightline/demo/tracker.json --port 8765

GET /rest/api/3/search/jql takes `jql`, `fields`, `expand=changelog`, `maxResults` (1 to 100) and
`nextPageToken`, and answers `{"issues": [...], "isLast": bool}` with a `nextPageToken` on every
page but the last; GET /rest/api/3/issue/<id> takes `fields` and `expand`. As in Jira Cloud,
`fields` defaults to the id alone, an unbounded query is refused with 400, and the old
/rest/api/3/search is gone (410). Unlike there, nobody searches anonymously: without the token, as
bearer or as basic password, the answer is 401.
The store is read anew for every request, so that a firm that lives on shows.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import contextlib
import json
import secrets
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from demo.jql import JqlError, parse

PORT = 8765
TOKEN = "demo"  # noqa: S105 - a word for a stand-in that listens on the loopback only
LARGEST_PAGE = 100


def rate_limit(store: Path, *, requests: int = 1, retry_after: int = 1) -> None:
    """Have the next requests answered with 429 and `Retry-After` (seconds).

    A flag file beside the store, so that a server in another process sees it.
    """
    _flag(store).write_text(json.dumps({"requests": requests, "retry_after": retry_after}))


def create_app(store: Path, *, token: str = TOKEN) -> Starlette:
    """The stand-in as an ASGI application."""

    def search(request: Request) -> JSONResponse:
        refusal = _unauthorised(request, token) or _limited(store)
        return refusal or _search(request, json.loads(store.read_text(encoding="utf-8"))["issues"])

    def issue(request: Request) -> JSONResponse:
        refusal = _unauthorised(request, token) or _limited(store)
        return refusal or _issue(request, json.loads(store.read_text(encoding="utf-8"))["issues"])

    def gone(request: Request) -> JSONResponse:
        return _unauthorised(request, token) or _error(
            410,
            "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API.",
        )

    return Starlette(
        routes=[
            Route("/rest/api/3/search/jql", search, methods=["GET"]),
            Route("/rest/api/3/issue/{name}", issue, methods=["GET"]),
            Route("/rest/api/3/search", gone, methods=["GET", "POST"]),
        ]
    )


@contextlib.contextmanager
def running(store: Path, *, port: int = 0, token: str = TOKEN) -> Iterator[str]:
    """Serve from a thread of this process; yields the base URL. Port 0 takes a free one."""
    listener = socket.create_server(("127.0.0.1", port))
    config = uvicorn.Config(
        create_app(store, token=token), log_level="warning", lifespan="off", ws="none"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        # the socket listens already: a request made before the loop runs waits for it
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def _search(request: Request, issues: list[dict[str, Any]]) -> JSONResponse:
    query = request.query_params
    text = query.get("jql", "")
    try:
        found = parse(text).select(issues)
        size = min(int(query.get("maxResults", "50")), LARGEST_PAGE)
        start = _position(query["nextPageToken"], text) if "nextPageToken" in query else 0
    except ValueError as wrong:
        message = str(wrong) if isinstance(wrong, JqlError | _TokenError) else _BAD_SIZE
        return _error(400, message)
    if size < 1:
        return _error(400, _BAD_SIZE)
    shown = found[start : start + size]
    is_last = start + size >= len(found)
    page: dict[str, Any] = {"issues": [_shown(issue, request) for issue in shown]}
    if not is_last:
        page["nextPageToken"] = _page_token(start + size, text)
    return JSONResponse(page | {"isLast": is_last})


_BAD_SIZE = "The value of maxResults must be a whole number of at least 1."


def _issue(request: Request, issues: list[dict[str, Any]]) -> JSONResponse:
    name = request.path_params["name"]
    for issue in issues:
        if name in (issue["id"], issue["key"]):
            return JSONResponse(_shown(issue, request))
    return _error(404, "Issue does not exist or you do not have permission to see it.")


def _shown(issue: dict[str, Any], request: Request) -> dict[str, Any]:
    query = request.query_params
    fields = [name for part in query.getlist("fields") for name in part.split(",") if name]
    with_changelog = "changelog" in query.get("expand", "").split(",")
    shown: dict[str, Any] = {"id": issue["id"]}
    wanted = [name for name in fields if name != "id"]
    if wanted or with_changelog:
        shown = {name: issue[name] for name in ("expand", "id", "self", "key")}
    if wanted:
        is_all = "*all" in wanted or "*navigable" in wanted
        shown["fields"] = {
            name: value for name, value in issue["fields"].items() if is_all or name in wanted
        }
    if with_changelog:
        shown["changelog"] = issue["changelog"]
    return shown


class _TokenError(ValueError):
    """A page token that this search did not hand out."""


def _page_token(start: int, jql: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([start, jql]).encode()).decode()


def _position(token: str, jql: str) -> int:
    try:
        start, of = json.loads(base64.urlsafe_b64decode(token))
    except (binascii.Error, ValueError, TypeError) as wrong:
        raise _TokenError("The nextPageToken is invalid or has expired.") from wrong
    if of != jql or not isinstance(start, int) or start < 0:
        raise _TokenError("The nextPageToken is invalid or has expired.")
    return start


def _unauthorised(request: Request, token: str) -> JSONResponse | None:
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    given = credentials.strip()
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            given = ""
    elif scheme.lower() != "bearer":
        given = ""
    if secrets.compare_digest(given.encode(), token.encode()):
        return None
    return _error(
        401,
        "Client must be authenticated to access this resource.",
        {"WWW-Authenticate": 'Basic realm="Jira"'},
    )


def _limited(store: Path) -> JSONResponse | None:
    flag = _flag(store)
    if not flag.exists():
        return None
    limit = json.loads(flag.read_text(encoding="utf-8"))
    if limit["requests"] > 1:
        flag.write_text(json.dumps(limit | {"requests": limit["requests"] - 1}))
    else:
        flag.unlink()
    reset = datetime.now(UTC) + timedelta(seconds=limit["retry_after"])
    return _error(
        429,
        "Rate limit exceeded.",
        {
            "Retry-After": str(limit["retry_after"]),
            "X-RateLimit-Reset": reset.strftime("%Y-%m-%dT%H:%MZ"),
            "RateLimit-Reason": "jira-burst-based",
        },
    )


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"errorMessages": [message], "errors": {}}, status, headers)


def _flag(store: Path) -> Path:
    return store.with_suffix(".rate_limit.json")


def main(arguments: list[str] | None = None) -> None:
    """Serve a store until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m demo.tracker", description=__doc__)
    parser.add_argument("--store", type=Path, required=True, help="tracker.json of the firm")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--token", default=TOKEN, help="what a reader must present")
    given = parser.parse_args(arguments)
    app = create_app(given.store, token=given.token)
    uvicorn.run(app, host="127.0.0.1", port=given.port, lifespan="off", ws="none")


if __name__ == "__main__":
    main()
