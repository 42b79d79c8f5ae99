"""How does a person act on a case? The one way in, for the command line and the web application."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from sightline.answering import Asked, act_on_finding
from sightline.casebook import Silence
from sightline.casebook.acts import Act, Answer, Close, SilenceCase, TakeAction, read_act
from sightline.casebook.answers import Answers
from sightline.casebook.silencing import refuse_unfit
from sightline.days_off import days_off
from sightline.errors import UsageError
from sightline.finding import did_you_mean
from sightline.people import owners, require_known, require_role_or_person

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from sightline.casebook import Casebook, Standing
    from sightline.catalog import Catalog


def kpi_of(case_id: str) -> str:
    """The KPI a case is about: the first part of its id."""
    return case_id.partition(".")[0]


def act_on(
    casebook: Casebook,
    catalog: Catalog,
    case_id: str,
    *,
    verb: str,
    fields: dict[str, str],
    author: str,
    at: datetime,
) -> Standing:
    """Records an act and returns where it leaves the case.

    UsageError when a field does not fit, or as `refuse_impossible` has it.
    """
    act = read_act(verb, fields)
    refuse_impossible(casebook, catalog, case_id, act, author=author, at=at)
    if isinstance(act, SilenceCase):
        casebook.silencing.hold(silence_of(case_id, act, author, at), at)
    if isinstance(act, Answer):
        _answer(casebook, catalog, case_id, act, author, at)
    kpi_id = kpi_of(case_id)
    return casebook.take(
        case_id,
        act,
        author=author,
        owners=owners(catalog, kpi_id, at.date()),
        at=at,
        is_off=days_off(catalog)(kpi_id),
    )


def refuse_impossible(
    casebook: Casebook, catalog: Catalog, case_id: str, act: Act, *, author: str, at: datetime
) -> None:
    """UsageError when `act_on` would refuse the act; nothing is recorded.

    That is when the author holds no role, when a word is none of the vocabulary, when the step is
    not legal now, or when it would end a case of the author's own KPI.
    """
    require_known(catalog, author, at.date())
    _refuse_unknown_words(act, catalog, at.date())
    own = owners(catalog, kpi_of(case_id), at.date())
    casebook.require_legal(case_id, act, author=author, owners=own, at=at)


def silence_of(case_id: str, act: SilenceCase, author: str, at: datetime) -> Silence:
    """What silencing a case holds back: the messages about its KPI in its scope."""
    kpi_id, _, rest = case_id.partition(".")
    scope = rest.rsplit(".", 2)[0]  # the name of a place may have a point in it
    until = datetime.combine(act.until, time(), UTC)
    return Silence("", kpi_id, scope, None, at, until, author, act.reason)


def merge_targets(
    casebook: Casebook, catalog: Catalog, case_id: str, at: datetime
) -> dict[str, Standing]:
    """Cases a case may be merged into: those of its KPI or of one of its objectives that go on."""
    pursued = _objectives(catalog, kpi_of(case_id))
    return {
        other: stands
        for other, stands in casebook.standings(at).items()
        if not stands.is_over
        and other != case_id
        and (kpi_of(other) == kpi_of(case_id) or pursued & _objectives(catalog, kpi_of(other)))
    }


def _objectives(catalog: Catalog, kpi_id: str) -> set[str]:
    return {
        objective.id
        for objective, key_result in catalog.key_results.values()
        if kpi_id in {link.kpi for link in key_result.links}
    }


def check_silence(
    catalog: Catalog, wanted: Silence, *, scopes: Collection[str], at: datetime
) -> None:
    """UsageError when the author holds no role, or the silence names what is not there.

    `scopes` are those in which its KPI has values.
    """
    require_known(catalog, wanted.author, at.date())
    for kind, name, known in (
        ("KPI", wanted.kpi_id, catalog.kpis),
        ("scope of it", wanted.scope, scopes),
        ("objective", wanted.objective_id, catalog.objectives),
    ):
        if name is not None and name not in known:
            raise UsageError(f"no {kind} is called {name}; {did_you_mean(name, known)}")
    refuse_unfit(wanted, at)


def _answer(
    casebook: Casebook, catalog: Catalog, case_id: str, act: Answer, author: str, at: datetime
) -> None:
    """An answer speaks of what was observed when the case was audited."""
    audited = casebook.case(case_id)
    asked = {f.finding_id: f.observed for f in audited.integrity.findings} if audited else {}
    if act.finding_id not in asked:
        known = ", ".join(asked) or "none"
        raise UsageError(f"{case_id} asks nothing called {act.finding_id}; it asks: {known}")
    answers = Answers(casebook.url)
    try:
        act_on_finding(
            answers,
            catalog,
            Asked(act.finding_id, kpi_of(case_id), asked[act.finding_id]),
            verb="answer",
            fields={"reason": act.reason, "text": act.text},
            author=author,
            at=at,
        )
    finally:
        answers.close()


def _refuse_unknown_words(act: Act, catalog: Catalog, day: date) -> None:
    if isinstance(act, TakeAction):
        require_role_or_person(catalog, act.who, day)
    codes = catalog.vocabulary.cause_codes
    if isinstance(act, Close) and act.cause_code not in codes:
        raise UsageError(f"{act.cause_code} is no cause code; there are: {', '.join(codes)}")
