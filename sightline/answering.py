"""How does a person act on a finding? The one way in, for the command line and the web application.

The owner of the number answers; somebody else accepts or refuses the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from pydantic import Field

from sightline.casebook.acts import Act, Words, read_act
from sightline.casebook.answers import (
    FindingAct,
    check_answer,
    check_decision,
    check_owner,
    refuse_illegal,
)
from sightline.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sightline.casebook.answers import ActKind, Answers
    from sightline.catalog import Catalog


class AnswerFinding(Act):
    """Answer for a number you own; somebody else then accepts or refuses the answer."""

    kind, verb, label = "answered", "answer", "Answer"
    reason: Words = Field(title="Reason", description="A code of `answer_codes` in the vocabulary")
    text: Words = Field(title="Answer", description="A sentence that stays on record")


class AcceptAnswer(Act):
    """Accept the owner's answer: a number contested by this finding alone is trusted again."""

    kind, verb, label = "accepted", "accept", "Accept the answer"
    text: Words = Field(title="Why it holds", description="A sentence that stays on record")


class RefuseAnswer(Act):
    """Refuse the owner's answer, or take an acceptance back: the finding stands as before."""

    kind, verb, label = "refused", "refuse", "Refuse the answer"
    text: Words = Field(title="Why it does not hold", description="A sentence that stays on record")


FINDING_ACTS: dict[str, type[Act]] = {
    act.verb: act for act in (AnswerFinding, AcceptAnswer, RefuseAnswer)
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a guard asks about: the finding, its KPI, and what is observed now."""

    finding_id: str
    kpi_id: str
    observed: str


def act_on_finding(
    answers: Answers,
    catalog: Catalog,
    asked: Asked,
    *,
    verb: str,
    fields: dict[str, str],
    author: str,
    at: datetime,
) -> FindingAct:
    """Records an act and returns it.

    UsageError when a field does not fit, when the author is not the one to do it, when the reason
    is no code of the vocabulary, or when the step is not legal now.
    """
    act = read_act(verb, fields, FINDING_ACTS)
    said = act.model_dump()
    if isinstance(act, AnswerFinding):
        check_answer(catalog, asked.kpi_id, by=author, reason=said["reason"], at=at)
    else:
        check_decision(catalog, asked.kpi_id, by=author, at=at)
    kept = FindingAct(
        finding_id=asked.finding_id,
        kind=cast("ActKind", act.kind),
        about=asked.observed,
        actor=author,
        at=at,
        reason=said.get("reason", ""),
        text=said["text"],
    )
    answers.add(kept)
    return kept


def possible_acts(
    catalog: Catalog, asked: Asked, acts: Sequence[FindingAct], *, author: str, at: datetime
) -> list[type[Act]]:
    """What `act_on_finding` would take from this person now, after these acts on the finding."""
    return [
        form
        for form in FINDING_ACTS.values()
        if _is_possible(form, catalog, asked, acts, author, at)
    ]


def _is_possible(
    form: type[Act],
    catalog: Catalog,
    asked: Asked,
    acts: Sequence[FindingAct],
    author: str,
    at: datetime,
) -> bool:
    check = check_owner if form is AnswerFinding else check_decision
    try:
        check(catalog, asked.kpi_id, by=author, at=at)
        refuse_illegal(asked.finding_id, asked.observed, form.kind, acts, by=author)
    except UsageError:
        return False
    return True
