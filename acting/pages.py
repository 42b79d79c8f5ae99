"""What stands on the pages of the desk: how a case stands, what was done, and what may be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

from acting.session import case_path
from reports.case_log import told
from reports.page import render
from sightline.acting import kpi_of
from sightline.casebook.acts import ACTS
from sightline.casebook.legal import legal_verbs, require_case
from sightline.catalog import load_catalog
from sightline.people import mailboxes, owners

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from acting.session import Session
    from reports.signed_links import Pass
    from sightline.casebook import Casebook
    from sightline.casebook.acts import Act
    from sightline.catalog import Catalog
    from sightline.home import Home


# What is sent, and what is read.
Choice: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Input:
    """One field of a form: free words, a day, or one of a closed list."""

    name: str
    title: str
    kind: str
    choices: tuple[Choice, ...] = ()
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class Form:
    """An act that is legal now."""

    verb: str
    label: str
    purpose: str
    inputs: tuple[Input, ...]


def act_page(
    home: Home, casebook: Casebook, case_id: str, session: Session | None, now: datetime
) -> str:
    """How a case stands and what was done; in a session on it, the forms as well.

    UsageError when there is no such case.
    """
    events = casebook.events(case_id)
    stands = require_case(case_id, casebook.standing(case_id, now))
    audited = casebook.case(case_id)
    forms: list[Form] = []
    if session is not None and session.case_id == case_id:
        catalog = load_catalog(home.okrs)
        own = owners(catalog, kpi_of(case_id), now.date())
        verbs = legal_verbs(stands, is_owner=session.person in own)
        findings = audited.integrity.findings if audited else ()
        closed = {
            "cause_code": _words(catalog.vocabulary.cause_codes),
            "who": _people(catalog, now.date()),
            "finding_id": tuple((f.finding_id, f.question) for f in findings),
            "answer reason": _words(catalog.vocabulary.answer_codes),
        }
        answerable = findings and session.person in own
        forms = [_form(ACTS[v], closed) for v in verbs if v != "answer" or answerable]
    return render(
        "act.html.j2",
        headline=audited.headline if audited else told(events)[0].sentence,
        is_audited=audited is not None,
        stands=stands,
        is_overdue=stands.is_overdue(now.date()),
        acts=told(events),
        person=session.person if session else None,
        token=session.token if session else "",
        forms=forms,
        path=case_path(case_id),
    )


def entrance_page(entry: Pass, link: str) -> str:
    """One button that uses the link up; opening the page does not, as mail scanners do that."""
    return render("act_entrance.html.j2", entry=entry, link=link, path=case_path(entry.case_id))


def ways_on(case_id: str) -> str:
    """Where to go from a case: what only a server can offer, so the drawn page leaves it out."""
    return render("act_ways.html.j2", path=case_path(case_id))


def notice_page(title: str, sentence: str) -> str:
    """One sentence: why something is not there or was refused."""
    return render("act_notice.html.j2", heading=title, sentence=sentence)


def _form(form: type[Act], closed: Mapping[str, tuple[Choice, ...]]) -> Form:
    inputs = tuple(
        Input(
            name=name,
            title=field.title or name,
            kind="date" if field.annotation is date else "text",
            choices=closed.get(name) or closed.get(f"{form.verb} {name}") or (),
            is_required=field.is_required(),
        )
        for name, field in form.model_fields.items()
    )
    return Form(form.verb, form.label, form.__doc__ or "", inputs)


def _words(ids: Iterable[str]) -> tuple[Choice, ...]:
    return tuple((word, word.replace("_", " ")) for word in ids)


def _people(catalog: Catalog, day: date) -> tuple[Choice, ...]:
    """The roles by name, then everybody who holds one by mailbox."""
    roles = catalog.vocabulary.roles.items()
    people = mailboxes(catalog, day)
    return (*((role_id, role.name) for role_id, role in roles), *zip(people, people, strict=True))
