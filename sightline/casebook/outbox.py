"""What was said, and did it arrive? Announcements, the outbox they commit to, and deliveries.

A message is committed in the transaction that notes what it tells of; it is then delivered at
least once, always under the same id. Nothing here reads a clock or judges: what has to be said is
decided by whoever calls `announce`.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, Row, func, insert, literal, select

from sightline.casebook.records import Announced, Kind, Message, OutboxMessage
from sightline.casebook.store import (
    announcement,
    case_event,
    delivery,
    outbox_message,
    to_utc_aware,
    to_utc_naive,
    writing,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# 1, 2, 4 … 60 minutes between attempts: a receiver may be down for two hours before the message
# is a dead letter. A fifth is added by chance, seeded by the id: a receiver that comes back is not
# met by everyone at once, and a replay waits exactly as long.
FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=1)
MAX_ATTEMPTS = 8
_JITTER = 0.2
# A receiver may ask for patience, but not for so much that nobody would notice the silence.
LONGEST_RETRY_AFTER = timedelta(hours=6)

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


class Outbox:
    """Announcing and delivering on an open engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    # Announcing

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
                    told.setdefault((about, message.kind), (turn, _json(level)))
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
                    "payload": _json({"reason": reason}),
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

    def acts(self, kind: str) -> dict[str, tuple[datetime, dict[str, Any]]]:
        """The newest act of a kind on each case: when it was done, and what it says."""
        query = select(case_event.c.case_id, case_event.c["at"], case_event.c.payload)
        query = query.where(case_event.c.kind == kind).order_by(case_event.c.sequence)
        with self._engine.connect() as connection:
            return {
                str(row[0]): (to_utc_aware(row[1]), json.loads(row[2]))
                for row in connection.execute(query)
            }

    # Delivering

    def undelivered(self, now: datetime) -> list[OutboxMessage]:
        """Messages whose next attempt is due at `now`, oldest first, dead letters left out."""
        return [
            message
            for message, not_before in self._waiting()
            if message.attempts < MAX_ATTEMPTS and (not_before is None or not_before <= now)
        ]

    def dead_letters(self) -> list[OutboxMessage]:
        """Messages that were tried `MAX_ATTEMPTS` times and never arrived, oldest first."""
        return [message for message, _ in self._waiting() if message.attempts >= MAX_ATTEMPTS]

    def record_delivery(
        self,
        message_id: str,
        *,
        channel: str,
        at: datetime,
        ok: bool,
        detail: str = "",
        retry_after: timedelta | None = None,
    ) -> None:
        """Adds one attempt. `detail` must carry no secret: it is pulled into the warehouse.

        `retry_after` is what the receiver asked for; it lengthens the pause, never shortens it.
        """
        with writing(self._engine) as connection:
            query = select(func.count()).where(delivery.c.message_id == message_id)
            attempt = (connection.scalar(query) or 0) + 1
            pause = max(
                _pause(message_id, attempt),
                min(retry_after or timedelta(0), LONGEST_RETRY_AFTER),
            )
            row = {"message_id": message_id, "channel": channel, "ok": ok, "detail": detail}
            row |= {"attempt": attempt, "at": to_utc_naive(at)}
            row |= {"not_before": None if ok else to_utc_naive(at + pause)}
            connection.execute(insert(delivery), row)

    def _waiting(self) -> list[tuple[OutboxMessage, datetime | None]]:
        tried = (
            select(
                delivery.c.message_id,
                func.count().label("attempts"),
                func.max(delivery.c.not_before).label("not_before"),
                func.count().filter(delivery.c.ok).label("arrived"),
            )
            .group_by(delivery.c.message_id)
            .subquery()
        )
        waiting = (
            select(outbox_message, tried.c.attempts, tried.c.not_before)
            .outerjoin(tried, tried.c.message_id == outbox_message.c.message_id)
            .where(func.coalesce(tried.c.arrived, 0) == 0)
            .order_by(outbox_message.c.sequence)
        )
        with self._engine.connect() as connection:
            return [
                (_from_outbox(row), to_utc_aware(row.not_before) if row.not_before else None)
                for row in connection.execute(waiting)
            ]


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
    return "|".join([message.kind, message.channel, message.objective_id or "-", what])


def _outbox_row(message: Message, key: str, at: datetime) -> dict[str, Any]:
    return {
        "message_id": hashlib.sha256(key.encode()).hexdigest()[:16],
        "idempotency_key": key,
        "case_id": message.case_ids[0],
        "case_ids": _json(message.case_ids),
        "kind": message.kind,
        "objective_id": message.objective_id,
        "channel": message.channel,
        "subject": message.subject,
        "body": _json(message.body),
        "created_at": to_utc_naive(at),
    }


def _from_outbox(row: Row[Any]) -> OutboxMessage:
    message = Message(
        kind=row.kind,
        case_ids=tuple(json.loads(row.case_ids)),
        objective_id=row.objective_id,
        channel=row.channel,
        subject=row.subject,
        body=json.loads(row.body),
    )
    return OutboxMessage(
        sequence=row.sequence,
        message_id=row.message_id,
        idempotency_key=row.idempotency_key,
        message=message,
        created_at=to_utc_aware(row.created_at),
        attempts=row.attempts or 0,
    )


def _pause(message_id: str, attempts: int) -> timedelta:
    """How long to wait after so many attempts: doubled each time, and up to a fifth longer."""
    doublings: int = 2 ** (attempts - 1)
    drawn = hashlib.sha256(f"{message_id}:{attempts}".encode()).digest()
    share = int.from_bytes(drawn[:4], "big") / 2**32
    return min(FIRST_RETRY * doublings, LONGEST_RETRY) * (1 + _JITTER * share)


def _json(content: Any) -> str:
    return json.dumps(content, sort_keys=True, ensure_ascii=False)
