"""What do people know so far, and what has to be said? Announcements and their messages.

A message is committed in the transaction that notes what it tells of, always under the same id.
Nothing here reads a clock or judges: what has to be said is decided by whoever calls `announce`.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, func, insert, literal, select

from sightline.casebook.records import Announced, Kind, Message
from sightline.casebook.store import (
    announcement,
    case_event,
    outbox_message,
    to_json,
    to_utc_aware,
    to_utc_naive,
    writing,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

# What is announced open is announced closed: each opening kind has its closing one.
CLOSED_BY: dict[str, str] = {"open": "close", "stale_feed": "feed_back"}
_NAME: dict[str, str] = {
    "open": "opened",
    "close": "announced_closed",
}  # the others are called as they are
_KIND = {name: kind for kind, name in _NAME.items()}
HELD = "held"
_ACTS = ("opened", "announced_closed")  # acts on a case; all else is no part of its life

_Turns = dict[str, Counter[str]]


class Announcing:
    """Announcing on an open engine, and reading what was announced."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def announce(self, messages: Sequence[Message], at: datetime) -> int:
        """Commits what becomes known together with the messages that tell of it.

        One transaction: all or nothing. One call carries every channel. A message of which
        everything has been told already is dropped, so a repeated or a concurrent call adds
        nothing. A case that was announced closed and opens again is announced again.
        Returns the number of messages added.
        """
        keys: set[str] = set()
        told: dict[tuple[str, Kind], tuple[int, str]] = {}
        with writing(self._engine) as connection:
            turns = _turns(connection)
            for message in messages:
                news = [about for about in message.case_ids if _is_news(message, about, turns)]
                key = _idempotency_key(message, news, turns)
                if not news or key in keys:
                    continue
                keys.add(key)
                connection.execute(insert(outbox_message), _outbox_row(message, key, at))
                for about in news:
                    turn = turns.get(about, Counter())[message.kind] + 1
                    level = {"subject": message.subject} | dict(message.levels.get(about, {}))
                    told.setdefault((about, message.kind), (turn, to_json(level)))
            _note(connection, told, at)
        return len(keys)

    def hold_back(self, reasons: Mapping[str, str], at: datetime) -> int:
        """Notes of each case why nobody is told of it now; once a case. Returns how many are new.

        Held back is known all the same: it is audited, and why it was not told has an answer.
        """
        with writing(self._engine) as connection:
            known = {row[0] for row in connection.execute(select(announcement.c.announcement_id))}
            rows = [
                {
                    "announcement_id": f"{about}:{HELD}:1",
                    "about": about,
                    "kind": HELD,
                    "at": to_utc_naive(at),
                    "payload": to_json({"reason": reason}),
                }
                for about, reason in sorted(reasons.items())
                if f"{about}:{HELD}:1" not in known
            ]
            if rows:
                connection.execute(insert(announcement), rows)
        return len(rows)

    def announced(self) -> dict[str, Announced]:
        """What was told so far, by case, feed or whatever else it was about."""
        history: dict[str, list[tuple[str, datetime, str]]] = {}
        with self._engine.connect() as connection:
            for row in connection.execute(_told()):
                kind = _KIND.get(str(row[1]), str(row[1]))
                if kind != HELD:
                    said = (kind, to_utc_aware(row[2]), str(row[3]))
                    history.setdefault(str(row[0]), []).append(said)
        return {about: _announced(about, told) for about, told in history.items()}

    def announced_open(self) -> set[str]:
        """Cases that were announced open and not yet announced closed."""
        with self._engine.connect() as connection:
            turns = _turns(connection)
        return {about for about, counts in turns.items() if counts["open"] > counts["close"]}

    def held_back(self) -> set[str]:
        """Cases that somebody or something held back when they opened."""
        query = select(announcement.c.about).where(announcement.c.kind == HELD)
        with self._engine.connect() as connection:
            return set(connection.scalars(query))


def _told() -> Any:
    """Everything that was ever announced, oldest first: about, kind, at, payload."""
    acts = select(
        case_event.c.case_id.label("about"),
        case_event.c.kind,
        case_event.c["at"],
        case_event.c.payload,
        literal(0).label("place"),
        case_event.c.sequence,
    ).where(case_event.c.kind.in_(_ACTS))
    others = select(
        announcement.c.about,
        announcement.c.kind,
        announcement.c["at"],
        announcement.c.payload,
        literal(1).label("place"),
        announcement.c.sequence,
    )
    both = acts.union_all(others).subquery()
    return select(both.c.about, both.c.kind, both.c["at"], both.c.payload).order_by(
        both.c["at"], both.c.place, both.c.sequence
    )


def _turns(connection: Connection) -> _Turns:
    """How often each kind was told of each thing."""
    turns: _Turns = {}
    acts = select(case_event.c.case_id, case_event.c.kind, func.count())
    acts = acts.where(case_event.c.kind.in_(_ACTS)).group_by(
        case_event.c.case_id, case_event.c.kind
    )
    others = select(announcement.c.about, announcement.c.kind, func.count())
    others = others.group_by(announcement.c.about, announcement.c.kind)
    for query in (acts, others):
        for row in connection.execute(query):
            kind = _KIND.get(str(row[1]), str(row[1]))
            turns.setdefault(str(row[0]), Counter())[kind] = int(row[2])
    return turns


def _is_news(message: Message, about: str, turns: _Turns) -> bool:
    counts = turns.get(about, Counter())
    is_next = message.turns.get(about, counts[message.kind] + 1) == counts[message.kind] + 1
    for opening, closing in CLOSED_BY.items():
        if message.kind in (opening, closing):
            return is_next and (counts[opening] > counts[closing]) is (message.kind == closing)
    return is_next


def _note(
    connection: Connection, told: dict[tuple[str, Kind], tuple[int, str]], at: datetime
) -> None:
    """One row for each thing told; what is an act on a case stands among the case's events."""
    acts, others = [], []
    for (about, kind), (turn, payload) in told.items():
        name = _NAME.get(kind, kind)
        row = {"kind": name, "at": to_utc_naive(at), "payload": payload}
        if name in _ACTS:
            identity = {"event_id": f"{about}:{name}:{turn}", "case_id": about}
            acts.append(row | identity | {"actor": "sightline"})
        else:
            others.append(row | {"announcement_id": f"{about}:{name}:{turn}", "about": about})
    if acts:
        connection.execute(insert(case_event), acts)
    if others:
        connection.execute(insert(announcement), others)


def _announced(about: str, told: list[tuple[str, datetime, str]]) -> Announced:
    turns = Counter(kind for kind, _, _ in told)
    openings = [position for position, (kind, _, _) in enumerate(told) if kind in CLOSED_BY]
    closings = sum(turns[kind] for kind in CLOSED_BY.values())
    newest = told[openings[-1] :] if openings else told
    return Announced(
        about=about,
        is_open=len(openings) > closings,
        turns=turns,
        since_opening=Counter(kind for kind, _, _ in newest),
        openings=tuple(told[position][1] for position in openings),
        told_at=told[-1][1],
        level=json.loads(told[-1][2]),
    )


def _idempotency_key(message: Message, news: list[str], turns: _Turns) -> str:
    """Names the transitions, not the wording: each case with how often it happened to it."""
    told = [f"{about}#{turns.get(about, Counter())[message.kind] + 1}" for about in sorted(news)]
    what = "|".join(told)
    if len(told) > 3:  # a storm tells of thousands
        what = f"{told[0]} and {len(told) - 1} more, {hashlib.sha256(what.encode()).hexdigest()}"
    to = message.channel + (f" to {message.recipient}" if message.recipient else "")
    return "|".join([message.kind, to, message.objective_id or "-", what])


def _outbox_row(message: Message, key: str, at: datetime) -> dict[str, Any]:
    return {
        "message_id": hashlib.sha256(key.encode()).hexdigest()[:16],
        "idempotency_key": key,
        "case_id": message.case_ids[0],
        "case_ids": to_json(message.case_ids),
        "kind": message.kind,
        "objective_id": message.objective_id,
        "channel": message.channel,
        "subject": message.subject,
        "body": to_json(message.body),
        "created_at": to_utc_naive(at),
        "recipient": message.recipient,
    }
