"""Board, cases, findings, and the forms by which they are acted on. Nothing is done by GET.

A signed link opens a page with one button; pressing it uses the link up and begins a session of an
hour for that person and that case or finding. Every form carries a token of the session. No page
runs a script or loads anything, and none is kept by the browser.
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

from acting.findings import Findings
from acting.matters import Cases
from acting.pages import PREVIEW, notice_page, silence_page, ways_on
from acting.posted import NotFormError, posted_form
from acting.session import COOKIE, Session, path_of
from reports.signed_links import Signer
from sightline.casebook import Casebook
from sightline.catalog import load_catalog
from sightline.errors import SightlineError, UsageError
from sightline.page_name import page_name
from sightline.people import require_known

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from starlette.requests import Request

    from acting.matters import Matter
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
    casebook = Casebook(home.casebook_url)
    casebook.create()
    cases = Desk(home, casebook, Cases(home, casebook))
    host = urlsplit(home.public_url).hostname
    return Starlette(
        routes=[
            Route("/", cases.board),
            Route("/index.html", cases.board),
            *cases.routes(),
            Route(f"/cases/{{name}}/act/{PREVIEW}", cases.preview, methods=["POST"]),
            *Desk(home, casebook, Findings(home)).routes(),
        ],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=[*hosts, *([host] if host else [])])
        ],
    )


class Desk:
    """What each address answers; one casebook and one key for all requests.

    There is a desk for cases and one for findings, each with its `matter`.
    """

    def __init__(self, home: Home, casebook: Casebook, matter: Matter) -> None:
        self._home = home
        self._signer = Signer.of(home)
        self._casebook = casebook
        self._matter = matter

    def routes(self) -> list[Route]:
        """A page of each, its forms, the way into a session, and what a form does."""
        at = f"/{self._matter.folder}/{{name}}"
        return [
            Route(f"{at}.html", self.page),
            Route(f"{at}/act", self.forms),
            Route(f"{at}/session", self.enter, methods=["POST"]),
            Route(f"{at}/act/{{verb}}", self.act, methods=["POST"]),
        ]

    def board(self, _request: Request) -> Response:
        """The board as it was last drawn."""
        return _drawn(self._home.reports / "index.html", "No board has been drawn yet.")

    def page(self, request: Request) -> Response:
        """A page as it was last drawn, and from it the ways to the board and to acting."""
        name, matter = request.path_params["name"], self._matter
        page = self._home.reports / matter.folder / f"{name}.html"
        missing = f"No such {matter.noun} page has been drawn yet."
        return _drawn(page, missing, ways=ways_on(matter.folder, name, matter.invitation))

    def forms(self, request: Request) -> Response:
        """The forms in a session, the entrance for a link, else only how it stands.

        A link of somebody else than the session's person is an entrance: at a shared screen nobody
        acts under the name of who was there before.
        """
        now = self._home.now()
        session = Session.of(request, self._signer, now)
        link, wanted = (request.query_params.get(name, "") for name in ("link", "do"))
        try:
            about = self._about(request, now)
            if link:
                entry = self._signer.read(link, now)
                self._require_same(entry.about, about)
                if session is None or session.person != entry.person:
                    return _html(self._matter.entrance(entry, now, link=link, wanted=wanted))
            return _html(self._matter.forms(about, session, now))
        except SightlineError as error:
            return _refused(error, 403 if link else 404)

    async def enter(self, request: Request) -> Response:
        """Uses a link up and begins a session; a second use is refused.

        A case that was merged is acted on where it goes on. An act that the link asked for is taken
        with the same press of its button; one that is refused leaves the link unused.
        """
        now = self._home.now()

        def begin(form: dict[str, str]) -> Response:
            about = self._about(request, now)
            entry = self._signer.read(form.get("link", ""), now)
            self._require_same(entry.about, about)
            require_known(load_catalog(self._home.okrs), entry.person, now.date())
            goes_on, wanted = self._matter.goes_on_in(about, now), form.get("do", "")
            if wanted:
                self._matter.refuse_impossible(goes_on, wanted, author=entry.person, at=now)
            if not self._casebook.redeem(entry.link_id, about, author=entry.person, at=now):
                raise UsageError("this link was used before: ask for a new one")
            if wanted:
                self._matter.act(goes_on, wanted, {}, author=entry.person, at=now)
            answer = self._back_to(goes_on)
            answer.set_cookie(
                COOKIE,
                self._signer.sign(entry.person, goes_on, now, purpose="session"),
                path=path_of(self._matter.folder, goes_on),
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
            self._matter.act(session.about, verb, form, author=session.person, at=now)
            return self._back_to(session.about)

        return await self._in_session(request, take)

    def _about(self, request: Request, now: datetime) -> str:
        """The case or finding whose page a request names."""
        name: str = request.path_params["name"]
        if page_name(name) == name:
            return name
        return next((id_ for id_ in self._matter.ids(now) if page_name(id_) == name), name)

    def _require_same(self, signed: str, asked: str) -> None:
        if signed != asked:
            raise UsageError(f"this link is for another {self._matter.noun}")

    def _back_to(self, about: str) -> Response:
        address = f"{path_of(self._matter.folder, about)}act"
        return RedirectResponse(address, status_code=303, headers=HEADERS)

    async def _in_session(
        self, request: Request, do: Callable[[dict[str, str], Session, datetime], Response]
    ) -> Response:
        """Does what the form asks when it was made in a session of this person on this page."""
        now = self._home.now()
        session = Session.of(request, self._signer, now)

        def refuse_or_do(form: dict[str, str]) -> Response:
            token = form.pop("token", "")
            about = self._about(request, now)
            if session is None or session.about != about or not session.is_ours(token):
                noun = self._matter.noun
                return _refused(UsageError(f"open this {noun} from your own link first"), 403)
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


def _drawn(path: Path, missing: str, *, ways: str = "") -> Response:
    if not path.is_file() or path.name.startswith("."):
        return _html(notice_page("Nothing here yet", missing), 404)
    return _html(path.read_text(encoding="utf-8").replace("<main>", f"<main>{ways}", 1))


def _refused(error: SightlineError, status: int) -> Response:
    return _html(notice_page("Not possible", str(error)), status)


def _html(page: str, status: int = 200) -> Response:
    return HTMLResponse(page, status_code=status, headers=HEADERS)
