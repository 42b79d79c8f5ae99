"""Where does a case stand, and what may happen next? A pure function of its ordered events.

opened → acknowledged → under_review → decided → acting → recovering → resolved → verified → closed,
with `merged`, `false_positive` and `accepted` beside it and `reopened` leading back in. People move
a case as far as `acting`; that the KPI recovers, has recovered and stays so is observed in the
marts, and only what was verified can be closed. A step that is not legal in a state leaves it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any, Literal, Protocol, TypeAlias

from sightline.casebook.deadlines import IsOff, is_weekend, next_due

State: TypeAlias = Literal[
    "opened",
    "acknowledged",
    "under_review",
    "decided",
    "acting",
    "recovering",
    "resolved",
    "verified",
    "closed",
    "merged",
    "false_positive",
    "accepted",
    "reopened",
]

_UNANSWERED: frozenset[State] = frozenset({"opened", "reopened"})
_AT_WORK: frozenset[State] = frozenset({"acknowledged", "under_review", "decided", "acting"})
_FAILING = _UNANSWERED | _AT_WORK
_UNSOLVED: frozenset[State] = _FAILING | {"recovering"}
_OVER: frozenset[State] = frozenset({"closed", "merged", "false_positive"})
_EVERY: frozenset[State] = _UNSOLVED | _OVER | {"resolved", "verified", "accepted"}

# Kind of event: the states it is legal in, and the state it leads to (None: where it was).
STEPS: dict[str, tuple[frozenset[State], State | None]] = {
    # What people do
    "acknowledged": (_UNANSWERED, "acknowledged"),
    "declined": (_UNANSWERED, None),
    "commented": (_EVERY, None),
    "answered": (_EVERY - _OVER, None),
    "silenced": (_EVERY - _OVER, None),
    "decided": (_AT_WORK, "decided"),
    "acted": (frozenset({"decided", "acting", "recovering", "resolved"}), None),
    "accepted": (_AT_WORK, "accepted"),
    "dismissed": (_UNSOLVED, "false_positive"),
    "merged": (_UNSOLVED, "merged"),
    "closed": (frozenset({"verified"}), "closed"),
    "reopened": (_OVER | {"resolved", "verified", "accepted"}, "reopened"),
    # What is observed
    "recovering": (_FAILING, "recovering"),
    "resolved": (_UNSOLVED | {"accepted"}, "resolved"),
    "verified": (frozenset({"resolved"}), "verified"),
    "relapsed": (frozenset({"recovering", "resolved"}), "reopened"),
    "withdrawn": (_UNSOLVED | {"accepted"}, "false_positive"),
}
_BEGINNINGS = frozenset({"audit_started", "audit_finished"})  # of a case whose message is held back
_BEGUN_BY = frozenset({"commented", "answered"})  # the first of these after acknowledging: a review


class Event(Protocol):
    """An act on a case, as far as its life cycle is concerned."""

    @property
    def case_id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def content(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Standing:
    """Where a case stands at a moment, since when, and by when the next step is due.

    `episode` is what the case follows: its own id, or that of the latest relapse.
    `accepted_until` and `merged_into` hold in those states; `declined_at` is when somebody who was
    asked last said that it is not theirs.
    """

    case_id: str
    state: State
    since: datetime
    due: date | None
    episode: str
    accepted_until: date | None = None
    merged_into: str | None = None
    declined_at: datetime | None = None

    @property
    def is_unanswered(self) -> bool:
        """Whether nobody has taken it yet, or again."""
        return self.state in _UNANSWERED

    @property
    def is_over(self) -> bool:
        """Whether nobody has to do anything about it."""
        return self.state in _OVER

    def is_overdue(self, day: date) -> bool:
        """Whether the next step should have been taken before a day."""
        return self.due is not None and self.due < day


def followed(standings: Mapping[str, Standing]) -> dict[str, Standing]:
    """Where every case stands; a relapse, which was merged, as the case that it reopened."""

    def leading(stands: Standing) -> Standing:
        into = standings.get(stands.merged_into or "")
        return into if into is not None and into.episode == stands.case_id else stands

    return {case_id: leading(stands) for case_id, stands in standings.items()}


def standing(events: Iterable[Event], at: datetime, is_off: IsOff = is_weekend) -> Standing | None:
    """Where the case of these events stands at `at`; None when it was never opened."""
    return _lapsed(recorded(events, is_off), at, is_off)


def recorded(events: Iterable[Event], is_off: IsOff = is_weekend) -> Standing | None:
    """Where the last event left the case: an acceptance that has run out since still stands."""
    now: Standing | None = None
    for event in events:
        now = after(now, event, is_off)
    return now


def after(now: Standing | None, event: Event, is_off: IsOff = is_weekend) -> Standing | None:
    """Where one event leaves the case; what is not legal, or not of its life, leaves it alone.

    A due date that was put on record stays, whatever the calendar says by now.
    """
    now = _lapsed(now, event.at, is_off)
    if event.kind == "opened" or (now is None and event.kind in _BEGINNINGS):
        return _opened(now, event, is_off)
    if now is None:
        return None
    if not is_legal(event.kind, now.state):
        return _as_recorded(now, event)
    to = STEPS[event.kind][1]
    if event.kind in _BEGUN_BY and now.state == "acknowledged":
        to = "under_review"
    if event.kind == "acted" and now.state in {"decided", "acting"}:
        to = "acting"
    moved = now if to is None else _moved(now, to, event.at, is_off)
    return _as_recorded(_with_content(moved, event), event)


def _as_recorded(now: Standing, event: Event) -> Standing:
    due = event.content.get("due")
    if due is None or event.content.get("state") != now.state:
        return now
    return replace(now, due=date.fromisoformat(due))


def _with_content(moved: Standing, event: Event) -> Standing:
    if event.kind == "relapsed":
        return replace(moved, episode=str(event.content["episode"]))
    if event.kind == "accepted":
        until = date.fromisoformat(event.content["until"])
        return replace(moved, accepted_until=until, due=until)
    if event.kind == "declined":
        return replace(moved, declined_at=event.at)
    if event.kind == "merged":
        return replace(moved, merged_into=str(event.content["into"]))
    if event.kind == "acted" and moved.state == "acting":
        return replace(moved, due=date.fromisoformat(event.content["due_on"]))
    return moved


def is_legal(kind: str, state: State) -> bool:
    """Whether an event of this kind may happen in this state."""
    return kind in STEPS and state in STEPS[kind][0]


def _opened(now: Standing | None, event: Event, is_off: IsOff) -> Standing:
    if now is None:
        due = next_due("opened", event.at, is_off)
        return Standing(event.case_id, "opened", event.at, due, event.case_id)
    if now.state in {"resolved", "verified", "closed", "false_positive"}:
        return _moved(now, "reopened", event.at, is_off)  # late data opened the same episode again
    return now


def _lapsed(now: Standing | None, at: datetime, is_off: IsOff) -> Standing | None:
    """An accepted risk reopens by itself on the day it was accepted until."""
    if now is None or now.accepted_until is None or at.date() < now.accepted_until:
        return now
    reopened_at = datetime.combine(now.accepted_until, time(), UTC)
    return _moved(now, "reopened", reopened_at, is_off)


def _moved(now: Standing, to: State, at: datetime, is_off: IsOff) -> Standing:
    return Standing(now.case_id, to, at, next_due(to, at, is_off), now.episode)
