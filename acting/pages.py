"""What stands on the pages of the desk: how a case stands, what was done, and what may be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

from acting.session import path_of
from reports.alerts import standings
from reports.case_log import told
from reports.case_page import TRUST
from reports.decision import would_hold_back
from reports.episodes import VERDICTS
from reports.page import render
from sightline.acting import kpi_of, merge_targets, refuse_impossible, silence_of
from sightline.casebook.acts import ACTS, SilenceCase, filled
from sightline.casebook.legal import legal_verbs, require_case
from sightline.casebook.silencing import refuse_unfit
from sightline.catalog import load_catalog
from sightline.people import mailboxes, owners, role_names
from sightline.warehouse.duckdb import read_published

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from acting.session import Session
    from reports.case_log import Told
    from reports.signed_links import Pass
    from sightline.audit_case import AuditCase
    from sightline.casebook import Casebook, Standing
    from sightline.casebook.acts import Act
    from sightline.catalog import Catalog
    from sightline.home import Home


PREVIEW = "silence/preview"  # a silence counts only when it was seen what it holds back
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
    """An act that is legal now; `step` is where its form goes first."""

    verb: str
    step: str
    label: str
    purpose: str
    inputs: tuple[Input, ...]


def act_page(
    home: Home, casebook: Casebook, case_id: str, session: Session | None, now: datetime
) -> str:
    """How a case stands and what was done; in a session on it, the forms as well.

    UsageError when there is no such case.
    """
    catalog, events = load_catalog(home.okrs), casebook.events(case_id)
    acts = told(events, role_names(catalog))
    stands = require_case(case_id, casebook.standing(case_id, now))
    audited = casebook.case(case_id)
    forms: list[Form] = []
    if session is not None and session.about == case_id:
        own = owners(catalog, kpi_of(case_id), now.date())
        verbs = legal_verbs(stands, is_owner=session.person in own)
        findings = audited.integrity.findings if audited else ()
        closed = {
            "cause_code": words(catalog.vocabulary.cause_codes),
            "who": _people(catalog, now.date()),
            "into": _cases(merge_targets(casebook, catalog, case_id, now)),
            "finding_id": tuple((f.finding_id, f.question) for f in findings),
            "answer reason": words(catalog.vocabulary.answer_codes),
        }
        offered = {"answer": findings and session.person in own, "merge": closed["into"]}
        forms = [form_of(ACTS[v], closed) for v in verbs if offered.get(v, True)]
    return render(
        "act.html.j2",
        headline=_headline(audited, acts),
        case=audited,
        trust=TRUST[audited.integrity.verdict] if audited else "",
        verdicts=VERDICTS,
        stands=stands,
        is_overdue=stands.is_overdue(now.date()),
        acts=acts,
        person=session.person if session else None,
        token=session.token if session else "",
        forms=forms,
        path=path_of("cases", case_id),
    )


def silence_page(
    home: Home, casebook: Casebook, session: Session, fields: dict[str, str], now: datetime
) -> str:
    """What a silence would hold back now, and the button that makes it count.

    UsageError when it would be refused; SightlineEnvironmentError when nothing is published.
    """
    case_id, author = session.about, session.person
    act = filled(SilenceCase, fields)
    refuse_impossible(casebook, load_catalog(home.okrs), case_id, act, author=author, at=now)
    wanted = silence_of(case_id, act, author, now)
    refuse_unfit(wanted, now)
    with read_published(home) as marts:
        held = would_hold_back(standings(marts), wanted, now)
    return render(
        "act_silence.html.j2",
        case_id=case_id,
        wanted=wanted,
        held=held,
        fields=fields,
        token=session.token,
        path=path_of("cases", case_id),
    )


def entrance_page(
    home: Home, casebook: Casebook, entry: Pass, now: datetime, *, link: str, wanted: str
) -> str:
    """What the case is about, and one button that uses the link up.

    Opening the page does not, as mail scanners do that. The button takes the act that is `wanted`,
    if it can be taken without another word. UsageError when there is no such case.
    """
    require_case(entry.about, casebook.standing(entry.about, now))
    acts = told(casebook.events(entry.about), role_names(load_catalog(home.okrs)))
    form = ACTS.get(wanted)
    is_whole = form is not None and not any(f.is_required() for f in form.model_fields.values())
    return render(
        "act_entrance.html.j2",
        subject=f"Audit case {entry.about}",
        headline=_headline(casebook.case(entry.about), acts),
        entry=entry,
        link=link,
        path=path_of("cases", entry.about),
        wanted=form if is_whole else None,
    )


def ways_on(folder: str, name: str, invitation: str) -> str:
    """Where to go from a drawn page: what only a server can offer, so no drawn page has it."""
    return render("act_ways.html.j2", folder=folder, name=name, invitation=invitation)


def notice_page(title: str, sentence: str) -> str:
    """One sentence: why something is not there or was refused."""
    return render("act_notice.html.j2", heading=title, sentence=sentence)


def _headline(audited: AuditCase | None, acts: Sequence[Told]) -> str:
    """What the audit found; until it has, what was announced."""
    return audited.headline if audited else acts[0].sentence


def form_of(form: type[Act], closed: Mapping[str, tuple[Choice, ...]]) -> Form:
    """The form of an act; `closed` are the choices of its fields, by name, or verb and name."""
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
    step = PREVIEW if form.verb == "silence" else form.verb
    return Form(form.verb, step, form.label, form.__doc__ or "", inputs)


def words(ids: Iterable[str]) -> tuple[Choice, ...]:
    """Ids to choose from, as words."""
    return tuple((word, word.replace("_", " ")) for word in ids)


def _people(catalog: Catalog, day: date) -> tuple[Choice, ...]:
    """The roles by name, then everybody who holds one by mailbox."""
    people = mailboxes(catalog, day)
    return (*role_names(catalog).items(), *zip(people, people, strict=True))


def _cases(targets: Mapping[str, Standing]) -> tuple[Choice, ...]:
    return tuple(
        (case_id, f"{case_id}, {stands.state.replace('_', ' ')}")
        for case_id, stands in targets.items()
    )
