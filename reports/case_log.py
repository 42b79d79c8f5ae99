"""What was done about a case? Its events as sentences, with author and moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports import wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from typing import Any

    from sightline.casebook import CaseEvent

# Kind of event: the sentence, filled from its payload. Other kinds are the machine's bookkeeping.
_SENTENCES = {
    "opened": "Announced: {subject}",
    "acknowledged": "Acknowledged. {note}",
    "declined": "Not theirs. {note}",
    "commented": "Commented: {text}",
    "answered": "Answered {finding_id}, {reason}: {text}",
    "decided": "Decided: {decision}",
    "acted": "{who} to do by {due_on}: {action}",
    "silenced": "Silenced until {until}: {reason}",
    "accepted": "Risk accepted until {until}: {reason}",
    "dismissed": "Dismissed as a false alarm: {reason}",
    "merged": "Merged into {into}",
    "closed": "Closed, cause {cause_code}; what helped: {action}",
    "reopened": "Reopened: {reason}",
    "stands": "It is {state} now",
    "recovering": "The KPI is recovering",
    "resolved": "The KPI has recovered",
    "verified": "The fix held for {periods} periods",
    "relapsed": "Relapsed: reopened by {episode}",
    "withdrawn": "Late data revised the breach away",
    "audit_finished": "The audit was finished",
    "announced_closed": "Announced: {subject}",
}

# Fields that hold a word of a closed list, which is read without its underscores.
_CODES = frozenset({"state", "cause_code"})


@dataclass(frozen=True, slots=True)
class Told:
    """One event, said."""

    at: datetime
    author: str
    sentence: str


def told(events: Iterable[CaseEvent], roles: Mapping[str, str]) -> list[Told]:
    """The events that say something, in their order; `roles` are the names of roles by id."""
    return [
        Told(event.at, wording.plain(event.actor), _sentence(event, roles))
        for event in events
        if event.kind in _SENTENCES and not _was_announced(event)
    ]


def _was_announced(event: CaseEvent) -> bool:
    """Whether it puts on record for the warehouse what the announcement before it says."""
    return event.kind == "stands" and event.content["state"] == "opened"


def _sentence(event: CaseEvent, roles: Mapping[str, str]) -> str:
    content: Mapping[str, Any] = {} if event.kind == "audit_finished" else event.content
    words = {name: content[name].replace("_", " ") for name in _CODES & content.keys()}
    if "who" in content:  # a role, or a person by mailbox
        words["who"] = roles.get(content["who"], content["who"])
    filled = _SENTENCES[event.kind].format_map(_Blank({**content, **words}))
    return wording.plain(filled).strip()


class _Blank(dict[str, "Any"]):
    """What an older event did not record is left out of its sentence."""

    def __missing__(self, _name: str) -> str:
        return ""
