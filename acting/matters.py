"""What can be acted on here? Cases and findings: all in which the two differ stands in a matter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from acting.pages import act_page, entrance_page
from sightline.acting import act_on, refuse_impossible
from sightline.casebook.acts import read_act
from sightline.catalog import load_catalog

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from acting.session import Session
    from reports.signed_links import Pass
    from sightline.casebook import Casebook
    from sightline.home import Home


class Matter(Protocol):
    """What a desk needs to know of what is acted on there.

    `folder` holds the drawn pages and begins each address; `invitation` leads on from such a page.
    """

    folder: str
    noun: str
    invitation: str

    def ids(self, now: datetime) -> Iterable[str]:
        """Every one there is."""

    def goes_on_in(self, about: str, now: datetime) -> str:
        """Where what is asked for is acted on today."""

    def forms(self, about: str, session: Session | None, now: datetime) -> str:
        """The page of how it stands, in a session with forms; UsageError when there is no such."""

    def entrance(self, entry: Pass, now: datetime, *, link: str, wanted: str) -> str:
        """The page with the button that uses a link up; UsageError when there is no such."""

    def refuse_impossible(self, about: str, verb: str, *, author: str, at: datetime) -> None:
        """UsageError when `act` without a field would be refused; nothing is recorded."""

    def act(
        self, about: str, verb: str, fields: dict[str, str], *, author: str, at: datetime
    ) -> None:
        """Records an act; UsageError when it is refused."""


class Cases:
    """Audit cases."""

    folder, noun, invitation = "cases", "case", "Act on this case"

    def __init__(self, home: Home, casebook: Casebook) -> None:
        self._home = home
        self._casebook = casebook

    def ids(self, now: datetime) -> Iterable[str]:
        return self._casebook.standings(now)

    def goes_on_in(self, about: str, now: datetime) -> str:
        return self._casebook.goes_on_in(about, now)

    def forms(self, about: str, session: Session | None, now: datetime) -> str:
        return act_page(self._home, self._casebook, about, session, now)

    def entrance(self, entry: Pass, now: datetime, *, link: str, wanted: str) -> str:
        return entrance_page(self._home, self._casebook, entry, now, link=link, wanted=wanted)

    def refuse_impossible(self, about: str, verb: str, *, author: str, at: datetime) -> None:
        catalog, act = load_catalog(self._home.okrs), read_act(verb, {})
        refuse_impossible(self._casebook, catalog, about, act, author=author, at=at)

    def act(
        self, about: str, verb: str, fields: dict[str, str], *, author: str, at: datetime
    ) -> None:
        catalog = load_catalog(self._home.okrs)
        act_on(self._casebook, catalog, about, verb=verb, fields=fields, author=author, at=at)
