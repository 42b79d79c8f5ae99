"""What can a person do about a case? One frozen form each; its fields are what the act takes.

Command line and web application make their options and forms from these, so both ask the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from sightline.definition import Day
from sightline.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

MOST = 2_000  # characters of what a person says
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MOST)]
OptionalWords = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MOST)]


class Act(BaseModel):
    """What a person did; `kind` names the event, `verb` the command, `label` the button."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: ClassVar[str]
    verb: ClassVar[str]
    label: ClassVar[str]
    # Whoever owns the KPI may not judge the own case over.
    ends_case: ClassVar[bool] = False


AnyAct = TypeVar("AnyAct", bound=Act)


class Acknowledge(Act):
    """I have seen it and look after it: escalation stops, evaluation does not."""

    kind, verb, label = "acknowledged", "ack", "Acknowledge"
    note: OptionalWords = Field("", title="Note")


class Decline(Act):
    """It is not mine: whoever is next on the ladder is asked at once."""

    kind, verb, label = "declined", "decline", "Not mine"
    note: OptionalWords = Field("", title="Whose it is")


class Comment(Act):
    """What else should be known. The first comment after acknowledging begins the review."""

    kind, verb, label = "commented", "comment", "Comment"
    text: Words = Field(title="Comment")


class Answer(Act):
    """The owner's answer to a guard's question about the number; somebody else accepts it."""

    kind, verb, label = "answered", "answer", "Answer"
    finding_id: Words = Field(title="Finding")
    reason: Words = Field(title="Reason")
    text: Words = Field(title="Answer")


class Decide(Act):
    """What is to be done about it."""

    kind, verb, label = "decided", "decide", "Decide"
    decision: Words = Field(title="Decision")


class TakeAction(Act):
    """Who does what by when to carry the decision out."""

    kind, verb, label = "acted", "act", "Record an action"
    who: Words = Field(title="Who does it")
    action: Words = Field(title="Action")
    due_on: Day = Field(title="Done by")


class SilenceCase(Act):
    """No further messages for a while: delivery stops, the state does not change."""

    kind, verb, label = "silenced", "silence", "Silence"
    reason: Words = Field(title="Reason")
    until: Day = Field(title="Until")


class Accept(Act):
    """The risk is accepted up to a day, on which the case reopens by itself."""

    kind, verb, label, ends_case = "accepted", "accept", "Accept the risk", True
    reason: Words = Field(title="Reason")
    until: Day = Field(title="Until")


class Dismiss(Act):
    """It was no breach: a false alarm or wrong data."""

    kind, verb, label, ends_case = "dismissed", "dismiss", "Dismiss as false alarm", True
    reason: Words = Field(title="Reason")


class Merge(Act):
    """It is the same matter as another case, which goes on."""

    kind, verb, label, ends_case = "merged", "merge", "Merge", True
    into: Words = Field(title="Into case")


class Close(Act):
    """The fix has held: what the cause was, and what helped."""

    kind, verb, label, ends_case = "closed", "close", "Close", True
    cause_code: Words = Field(title="Cause")
    action: Words = Field(title="What helped")


class Reopen(Act):
    """It is not over."""

    kind, verb, label = "reopened", "reopen", "Reopen"
    reason: Words = Field(title="Reason")


ACTS: dict[str, type[Act]] = {
    act.verb: act
    for act in (
        Acknowledge,
        Decline,
        Comment,
        Answer,
        Decide,
        TakeAction,
        SilenceCase,
        Accept,
        Dismiss,
        Merge,
        Close,
        Reopen,
    )
}
VERBS = {act.kind: act.verb for act in ACTS.values()}


def read_act(verb: str, fields: dict[str, str], forms: Mapping[str, type[Act]] = ACTS) -> Act:
    """The act a form describes; UsageError when there is no such act, or as `filled` has it."""
    try:
        form = forms[verb]
    except KeyError:
        raise UsageError(f"nobody can {verb} it; there are: {', '.join(forms)}") from None
    return filled(form, fields)


def filled(form: type[AnyAct], fields: dict[str, str]) -> AnyAct:
    """The form with its fields filled in; UsageError naming each that does not fit."""
    try:
        return form.model_validate(fields)
    except ValidationError as error:
        lines = [_in_words(form, detail) for detail in error.errors(include_url=False)]
        raise UsageError(f"cannot {form.verb}: " + "; ".join(lines)) from None


def _in_words(form: type[Act], detail: ErrorDetails) -> str:
    """Which field is wrong, and what is expected in it."""
    name, context = str(detail["loc"][0]), detail.get("ctx", {})
    field = form.model_fields.get(name)
    if field is None:
        titles = ", ".join(f"“{known.title}”" for known in form.model_fields.values())
        return f"there is no field {name}, only {titles}"
    match detail["type"]:
        case "missing":
            wrong = "is missing: fill it in"
        case "string_too_short":
            wrong = "is empty: fill it in"
        case "string_too_long":
            wrong = f"is longer than {context['max_length']:,} characters: cut it"
        case "bad_day":
            wrong = f"is {str(detail['input'])[:40]!r}, which {detail['msg']}: {context['way_out']}"
        case _:
            wrong = "is no text: write it in words"
    return f"“{field.title}” {wrong}"
