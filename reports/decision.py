"""What has to be said now, and what is held back? A pure function of what is and what was said.

In the order of the rules:

1. A source that went stale is told once, with how many new breaches it holds back; and once when
   it is back.
2. A case nobody was told of is told, unless a silence, a stale source or its own flapping holds it
   back. Held back is not lost: it is told as soon as nothing holds it.
3. An open case is told again when it got materially worse; when nobody looks after it any more;
   then up the ladder, at once when who was asked declines it; and at a steady pace. A silence or a
   stale source holds that back too.
4. What was told open is told closed when it is open no more, silenced or not. One that flaps is
   closed when it has been quiet.
5. More cases at once than anybody reads are told by owner, and once to all.

A restart, a replay or a second process decides the same: every telling carries which turn it is.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sightline.casebook.deadlines import IsOff, business_days_after, is_weekend

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sightline.alert_policy import AlertPolicy
    from sightline.casebook import Announced, Kind, Silence


@dataclass(frozen=True, slots=True)
class Standing:
    """One open case as the marts have it.

    `badness` is how far the value is beyond its target, in ways from target to floor: 0 at the
    target, 1 at the floor; None where that cannot be said. `source` is what the KPI rests on. It is
    told under `objective_id`, and `touches` that and others.
    """

    case_id: str
    kpi_id: str
    scope: str
    objective_id: str | None = None
    owner: str = ""
    source: str = ""
    badness: Decimal | None = None
    touches: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a decision looks at; `days_off` of a KPI are those nobody is asked on.

    `in_hand` says of cases that somebody looks after, or has to no more, until when that is so;
    `declined` of cases that somebody asked said not to be theirs, when.
    """

    standings: Sequence[Standing]
    stale: frozenset[str] = frozenset()
    announced: Mapping[str, Announced] = field(default_factory=dict)
    silences: Sequence[Silence] = ()
    in_hand: Mapping[str, datetime] = field(default_factory=dict)
    declined: Mapping[str, datetime] = field(default_factory=dict)
    days_off: Callable[[str], IsOff] = lambda _kpi_id: is_weekend


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing to tell, on every channel: what, about which cases, and which turn of each it is.

    `owner` is set where a storm is told by owner; `holds_back` on a stale source; `is_unstable`
    where a case opens so often that its further turns are folded.
    """

    kind: Kind
    about: tuple[str, ...]
    objective_id: str | None = None
    turns: Mapping[str, int] = field(default_factory=dict)
    owner: str | None = None
    holds_back: int = 0
    unstable: frozenset[str] = frozenset()
    owners: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """What to tell now, and of what is not told, why."""

    tellings: tuple[Telling, ...]
    held: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Word:
    """One case and one kind, before cases of one objective become one telling."""

    kind: Kind
    about: str
    objective_id: str | None
    owner: str
    turn: int
    is_unstable: bool = False


def decide(situation: Situation, policy: AlertPolicy, now: datetime) -> Decision:
    """What has to be said at `now`; nothing is sent and nothing is changed."""
    look = _Look(situation, policy, now)
    held: dict[str, str] = {}
    words: list[_Word] = []
    for standing in sorted(situation.standings, key=lambda each: each.case_id):
        reason = look.held_by(standing)
        told = situation.announced.get(standing.case_id)
        is_told = told is not None and told.is_open
        if reason and not is_told:
            held[standing.case_id] = reason
        kind = None if reason else look.again(standing, told) if told and is_told else "open"
        if kind is not None:
            words.append(look.word(kind, standing))
    words += look.endings()
    return Decision((*_feeds(situation, held), *_grouped(words, policy)), held)


def would_hold_back(standings: Iterable[Standing], silence: Silence, now: datetime) -> list[str]:
    """The open cases a silence would keep quiet if it were in force at `now`."""
    return [each.case_id for each in standings if _is_silenced(each, silence, now)]


def _is_silenced(standing: Standing, silence: Silence, now: datetime) -> bool:
    return silence.holds_back(
        kpi_id=standing.kpi_id, scope=standing.scope, objectives=standing.touches, now=now
    )


def _days_after(moment: datetime, days: int, is_off: IsOff) -> datetime:
    """The same time of day, so many business days later."""
    day = business_days_after(moment.date(), days, is_off)
    return datetime.combine(day, moment.timetz())


class _Look:
    """One look at one situation: who has heard of which series lately, and what follows."""

    def __init__(self, situation: Situation, policy: AlertPolicy, now: datetime) -> None:
        self._situation, self._policy, self._now = situation, policy, now
        since = now - timedelta(days=policy.flap_within_days)
        self._openings: dict[str, list[Announced]] = {}
        for about, told in situation.announced.items():
            lately = sum(opened > since for opened in told.openings)
            self._openings.setdefault(_series(about), []).extend([told] * lately)

    def held_by(self, standing: Standing) -> str | None:
        """Why nobody is told of the case now; None when it may be told."""
        for silence in self._situation.silences:
            if _is_silenced(standing, silence, self._now):
                return f"silence {silence.silence_id}"
        if standing.source in self._situation.stale:
            return f"feed {standing.source}"
        turns = self._openings.get(_series(standing.case_id), [])
        is_other_open = any(each.is_open and each.about != standing.case_id for each in turns)
        return "unstable" if is_other_open and self._is_flapping(turns) else None

    def again(self, standing: Standing, told: Announced) -> Kind | None:
        """Which further word an open case calls for, if any."""
        policy = self._policy
        if _is_worse(standing.badness, told.level.get("badness"), policy):
            return "changed"
        until = self._situation.in_hand.get(standing.case_id)
        if until is not None and self._now < until:
            return None
        if until is not None and told.told_at.date() < until.date():
            return "repeated"  # nobody heard since that it is asked about again
        climbed = told.since_opening.get("escalated", 0)
        asked_since = max(told.opened_at, until or told.opened_at)
        if climbed < len(policy.escalate_after_days):
            is_off = self._situation.days_off(standing.kpi_id)
            due = _days_after(asked_since, policy.escalate_after_days[climbed], is_off)
            if climbed:  # however late the last rung was told, it has a day to answer
                due = max(due, _days_after(told.told_at, 1, is_off))
            declined = self._situation.declined.get(standing.case_id, told.told_at) > told.told_at
            if declined or self._now >= due:
                return "escalated"
        pace = timedelta(days=policy.repeat_after_days)
        return "repeated" if self._now - told.told_at >= pace else None

    def word(self, kind: Kind, standing: Standing) -> _Word:
        told = self._situation.announced.get(standing.case_id)
        openings = len(self._openings.get(_series(standing.case_id), []))
        return _Word(
            kind=kind,
            about=standing.case_id,
            objective_id=standing.objective_id,
            owner=standing.owner,
            turn=(told.turns.get(kind, 0) if told else 0) + 1,
            is_unstable=kind == "open" and openings + 1 >= self._policy.flap_openings,
        )

    def endings(self) -> list[_Word]:
        """A closing word for each case that was told open and is open no more."""
        still_open = {each.case_id for each in self._situation.standings}
        return [
            _Word(
                kind="close",
                about=about,
                objective_id=told.level.get("objective_id"),
                owner=str(told.level.get("owner", "")),
                turn=told.turns.get("close", 0) + 1,
            )
            for about, told in sorted(self._situation.announced.items())
            if told.is_open and "open" in told.since_opening and about not in still_open
            if not self._is_flapping(self._openings.get(_series(about), []))
        ]

    def _is_flapping(self, turns: Sequence[Announced]) -> bool:
        if len(turns) < self._policy.flap_openings:
            return False
        calm = timedelta(days=self._policy.flap_calm_days)
        return self._now - max(told.told_at for told in turns) < calm


def _series(case_id: str) -> str:
    """What a case is one episode of: kpi.scope.rule, without the period it opened in."""
    return case_id.rpartition(".")[0]


def _is_worse(badness: Decimal | None, said: Any, policy: AlertPolicy) -> bool:
    """Whether it crossed the floor since it was told last, or moved a material part of the way."""
    if badness is None or said is None:
        return False
    before = Decimal(str(said))
    return before <= 1 < badness or badness - before >= policy.worse_by


def _feeds(situation: Situation, held: Mapping[str, str]) -> list[Telling]:
    waiting = Counter(reason.removeprefix("feed ") for reason in held.values())
    tellings = []
    for source in sorted(situation.stale):
        told = situation.announced.get(f"feed.{source}")
        if told is None or not told.is_open:
            tellings.append(_feed("stale_feed", source, told, waiting[source]))
    for about, told in sorted(situation.announced.items()):
        source = about.removeprefix("feed.")
        if about.startswith("feed.") and told.is_open and source not in situation.stale:
            tellings.append(_feed("feed_back", source, told, 0))
    return tellings


def _feed(kind: Kind, source: str, told: Announced | None, holds_back: int) -> Telling:
    about = f"feed.{source}"
    turn = (told.turns.get(kind, 0) if told else 0) + 1
    return Telling(kind, (about,), turns={about: turn}, holds_back=holds_back)


def _grouped(words: Sequence[_Word], policy: AlertPolicy) -> list[Telling]:
    """One telling for each kind and objective; for a storm one for each owner, and one for all."""
    tellings: list[Telling] = []
    by_kind = sorted(words, key=lambda word: word.kind)
    for kind, alike in groupby(by_kind, key=lambda word: word.kind):
        group = list(alike)
        if len(group) <= policy.storm_above:
            tellings += [_told(part) for part in _parts(group, lambda word: word.objective_id)]
            continue
        by_owner = _parts(group, lambda word: word.owner)
        tellings += [_told(part, owner=part[0].owner) for part in by_owner]
        tellings.append(_summary(kind, by_owner))
    return tellings


def _parts(words: Sequence[_Word], by: Any) -> list[list[_Word]]:
    ordered = sorted(words, key=lambda word: (by(word) or "", word.about))
    return [list(part) for _, part in groupby(ordered, key=by)]


def _told(words: Sequence[_Word], owner: str | None = None) -> Telling:
    first = words[0]
    return Telling(
        kind=first.kind,
        about=tuple(word.about for word in words),
        objective_id=first.objective_id if owner is None else None,
        turns={word.about: word.turn for word in words},
        owner=owner,
        unstable=frozenset(word.about for word in words if word.is_unstable),
    )


def _summary(kind: Kind, by_owner: Sequence[Sequence[_Word]]) -> Telling:
    """The one message of a storm that goes to all; the same storm is always called the same."""
    cases = "|".join(f"{word.about}#{word.turn}" for part in by_owner for word in part)
    about = f"storm.{kind}.{hashlib.sha256(cases.encode()).hexdigest()[:12]}"
    return Telling(
        kind="storm",
        about=(about,),
        turns={about: 1},
        owners={part[0].owner: len(part) for part in by_owner},
    )
