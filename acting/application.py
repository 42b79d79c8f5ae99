"""Board, cases, and the forms by which a case is acted on. Nothing is done by GET.

A signed link opens a page with one button; pressing it uses the link up and begins a session of an
hour for that person and that case. Every form carries a token of the session. No page runs a
script or loads anything, and none is kept by the browser.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from acting.pages import PREVIEW, act_page, entrance_page, notice_page, silence_page, ways_on
from acting.posted import NotFormError, posted_form
from acting.session import COOKIE, Session, case_path
from reports.signed_links import Signer
from sightline.acting import act_on, refuse_impossible
from sightline.casebook import Casebook
from sightline.casebook.acts import read_act
from sightline.catalog import load_catalog
from sightline.errors import SightlineError, UsageError
from sightline.page_name import page_name
from sightline.people import require_known

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from starlette.requests import Request

    from sightline.home import Home

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # a signed link is in the address of the page it opens
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def application(home: Home, *, hosts: tuple[str, ...] = ("127.0.0.1", "localhost")) -> Starlette:
    """The application for one installation; a request for any other host name is refused."""
    desk = Desk(home)
    host = urlsplit(home.public_url).hostname
    return Starlette(
        routes=[
            Route("/", desk.board),
            Route("/index.html", desk.board),
            Route("/cases/{name}.html", desk.case),
            Route("/findings/{name}.html", desk.finding),
            Route("/cases/{name}/act", desk.forms),
            Route("/cases/{name}/session", desk.enter, methods=["POST"]),
            Route("/cases/{name}/act/{verb}", desk.act, methods=["POST"]),
            Route(f"/cases/{{name}}/act/{PREVIEW}", desk.preview, methods=["POST"]),
        ],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=[*hosts, *([host] if host else [])])
        ],
    )


class Desk:
    """What each address answers; one casebook and one key for all requests."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._signer = Signer.of(home)
        self._casebook = Casebook(home.casebook_url)
        self._casebook.create()

    def board(self, _request: Request) -> Response:
        """The board as it was last drawn."""
        return _drawn(self._home.reports / "index.html", "No board has been drawn yet.")

    def case(self, request: Request) -> Response:
        """A case page as it was last drawn, and from it the ways to the board and to acting."""
        name = request.path_params["name"]
        missing = "No such case page has been drawn yet."
        return _drawn(self._home.cases / f"{name}.html", missing, ways=ways_on(name))

    def finding(self, request: Request) -> Response:
        """The page of a finding as it was last drawn."""
        page = self._home.findings / f"{request.path_params['name']}.html"
        return _drawn(page, "No such finding has been drawn yet.")

    def forms(self, request: Request) -> Response:
        """The forms of a case in a session, the entrance for a link, else only how it stands.

        A link of somebody else than the session's person is an entrance: at a shared screen nobody
        acts under the name of who was there before.
        """
        now = self._home.now()
        case_id = self._case_id(request, now)
        session = Session.of(request, self._signer, now)
        link, wanted = (request.query_params.get(name, "") for name in ("link", "do"))
        try:
            if link:
                entry = self._signer.read(link, now)
                _require_same(entry.case_id, case_id)
                if session is None or session.person != entry.person:
                    return _html(
                        entrance_page(
                            self._home, self._casebook, entry, now, link=link, wanted=wanted
                        )
                    )
            return _html(act_page(self._home, self._casebook, case_id, session, now))
        except UsageError as error:
            return _refused(error, 403 if link else 404)

    async def enter(self, request: Request) -> Response:
        """Uses a link up and begins a session; a second use is refused.

        A case that was merged is acted on where it goes on. An act that the link asked for is taken
        with the same press of its button; one that is refused leaves the link unused.
        """
        now = self._home.now()

        def begin(form: dict[str, str]) -> Response:
            case_id = self._case_id(request, now)
            entry = self._signer.read(form.get("link", ""), now)
            _require_same(entry.case_id, case_id)
            catalog = load_catalog(self._home.okrs)
            require_known(catalog, entry.person, now.date())
            goes_on, wanted = self._casebook.goes_on_in(case_id, now), form.get("do", "")
            if wanted:
                refuse_impossible(
                    self._casebook, catalog, goes_on, read_act(wanted, {}),
                    author=entry.person, at=now,
                )  # fmt: skip
            if not self._casebook.redeem(entry.link_id, case_id, author=entry.person, at=now):
                raise UsageError("this link was used before: ask for a new one")
            if wanted:
                act_on(
                    self._casebook, catalog, goes_on, verb=wanted, fields={},
                    author=entry.person, at=now,
                )  # fmt: skip
            answer = _back_to(goes_on)
            answer.set_cookie(
                COOKIE,
                self._signer.sign(entry.person, goes_on, now, purpose="session"),
                path=case_path(goes_on),
                httponly=True,
                samesite="strict",
                secure=self._home.public_url.startswith("https:"),
            )
            return answer

        return await _answer(request, begin, refused=403)

    async def preview(self, request: Request) -> Response:
        """Says what a silence would hold back; nothing is recorded."""

        def show(form: dict[str, str], session: Session, now: datetime) -> Response:
            return _html(silence_page(self._home, self._casebook, session, form, now))

        return await self._in_session(request, show)

    async def act(self, request: Request) -> Response:
        """Records what the form says; an illegal step is refused and the legal ones are named."""
        verb = request.path_params["verb"]

        def take(form: dict[str, str], session: Session, now: datetime) -> Response:
            act_on(
                self._casebook, load_catalog(self._home.okrs), session.case_id, verb=verb,
                fields=form, author=session.person, at=now,
            )  # fmt: skip
            return _back_to(session.case_id)

        return await self._in_session(request, take)

    def _case_id(self, request: Request, now: datetime) -> str:
        """The case whose page a request names."""
        name: str = request.path_params["name"]
        if page_name(name) == name:
            return name
        return next((c for c in self._casebook.standings(now) if page_name(c) == name), name)

    async def _in_session(
        self, request: Request, do: Callable[[dict[str, str], Session, datetime], Response]
    ) -> Response:
        """Does what the form asks when it was made in a session of this person on this case."""
        now = self._home.now()
        session = Session.of(request, self._signer, now)

        def refuse_or_do(form: dict[str, str]) -> Response:
            token = form.pop("token", "")
            case_id = self._case_id(request, now)
            if session is None or session.case_id != case_id or not session.is_ours(token):
                return _refused(UsageError("open this case from your own link first"), 403)
            return do(form, session, now)

        return await _answer(request, refuse_or_do, refused=409)


async def _answer(
    request: Request, do: Callable[[dict[str, str]], Response], *, refused: int
) -> Response:
    """Reads the form and does what it asks, off the event loop: the casebook may be busy."""
    try:
        form = await posted_form(request)
        return await run_in_threadpool(do, form)
    except NotFormError as error:
        return _refused(UsageError(str(error)), 400)
    except SightlineError as error:
        return _refused(error, refused)


def _require_same(signed: str, asked: str) -> None:
    if signed != asked:
        raise UsageError("this link is for another case")


def _drawn(path: Path, missing: str, *, ways: str = "") -> Response:
    if not path.is_file() or path.name.startswith("."):
        return _html(notice_page("Nothing here yet", missing), 404)
    return _html(path.read_text(encoding="utf-8").replace("<main>", f"<main>{ways}", 1))


def _back_to(case_id: str) -> Response:
    return RedirectResponse(f"{case_path(case_id)}act", status_code=303, headers=HEADERS)


def _refused(error: SightlineError, status: int) -> Response:
    return _html(notice_page("Not possible", str(error)), status)


def _html(page: str, status: int = 200) -> Response:
    return HTMLResponse(page, status_code=status, headers=HEADERS)
