"""What may be done about a finding? Its owner answers; somebody else accepts or refuses that."""

from __future__ import annotations

import hashlib
from contextlib import closing
from typing import TYPE_CHECKING

from acting.pages import form_of, words
from acting.session import path_of
from reports import wording
from reports.finding_page import STANDS, STEPS
from reports.marts import finding_detail, finding_details
from reports.page import render
from sightline.answering import FINDING_ACTS, Asked, act_on_finding, possible_acts
from sightline.casebook.acts import read_act
from sightline.casebook.answers import Answers
from sightline.catalog import load_catalog
from sightline.errors import UsageError
from sightline.warehouse.duckdb import read_published

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from acting.session import Session
    from reports.signed_links import Pass
    from sightline.casebook.answers import FindingAct
    from sightline.home import Home
    from sightline.marts import Row

SHOWN = "shown"  # the field of a form that says what its page showed


class Findings:
    """Questions of guards, as the published marts have them."""

    folder, noun, invitation = "findings", "finding", "Answer this question"

    def __init__(self, home: Home) -> None:
        self._home = home
        self._answers = Answers(home.casebook_url)

    def ids(self, _now: datetime) -> Iterable[str]:
        with closing(read_published(self._home)) as marts:
            return [row["finding_id"] for row in finding_details(marts)]

    def goes_on_in(self, about: str, _now: datetime) -> str:
        return about

    def forms(self, about: str, session: Session | None, now: datetime) -> str:
        row, catalog = self._found(about), load_catalog(self._home.okrs)
        acts, asked = self._answers.acts(about), _asked(row)
        work = session if session is not None and session.about == about else None
        possible = possible_acts(catalog, asked, acts, author=work.person, at=now) if work else []
        closed = {"reason": words(catalog.vocabulary.answer_codes)}
        told = [act for act in acts if act.about == row["observed"]]
        state = told[-1].kind if told else "open"
        return render(
            "act_finding.html.j2",
            finding=row,
            name=wording.scoped(row["kpi_name"], row["scope"]),
            stands=STANDS[state],
            steps=STEPS[state],
            acts=acts,
            person=work.person if work else None,
            token=work.token if work else "",
            forms=[form_of(form, closed) for form in possible],
            path=path_of(self.folder, about),
            shown=word_of(asked, acts),
        )

    def entrance(self, entry: Pass, _now: datetime, *, link: str, wanted: str) -> str:
        row = self._found(entry.about)
        return render(
            "act_entrance.html.j2",
            subject=f"Finding {entry.about}",
            headline=row["question"],
            entry=entry,
            link=link,
            path=path_of(self.folder, entry.about),
            wanted=None,
        )

    def refuse_impossible(self, _about: str, verb: str, *, author: str, at: datetime) -> None:
        read_act(verb, {}, FINDING_ACTS)  # refused: each takes a sentence

    def act(
        self, about: str, verb: str, fields: dict[str, str], *, author: str, at: datetime
    ) -> None:
        catalog, asked = load_catalog(self._home.okrs), _asked(self._found(about))
        said = {name: value for name, value in fields.items() if name != SHOWN}
        if fields.get(SHOWN) != word_of(asked, self._answers.acts(about)):
            raise UsageError(
                "something was said of this finding, or something else is observed, since the page "
                "with your form was drawn: read it again, and then decide"
            )
        act_on_finding(self._answers, catalog, asked, verb=verb, fields=said, author=author, at=at)

    def _found(self, finding_id: str) -> Row:
        with closing(read_published(self._home)) as marts:
            return finding_detail(marts, finding_id)


def word_of(asked: Asked, acts: Sequence[FindingAct]) -> str:
    """A word for what a page shows, so that nobody decides about an answer they have not read."""
    return hashlib.sha256(f"{len(acts)} {asked.observed}".encode()).hexdigest()[:16]


def _asked(row: Row) -> Asked:
    return Asked(row["finding_id"], row["kpi_id"], row["observed"])
