"""What did people and machines do about a case? An append-only log with a transactional outbox.

Three tables. `case_event`: every act on a case, one row each. `outbox_message`: what has to be
said, committed in the same transaction as the act it tells of. `delivery`: every attempt to say it.
State is never stored; it is read from the events, so replay and restart agree. Rows are only ever
added: triggers refuse UPDATE and DELETE. SQLite (WAL) by default, PostgreSQL by URL.

Times are aware UTC in Python and naive UTC in the tables. Nothing here reads a clock.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from sightline.audit_case import AuditCase
from sightline.casebook.records import CaseEvent, Kind, Message, OutboxMessage
from sightline.casebook.store import (
    case_event,
    create_tables,
    delivery,
    open_engine,
    outbox_message,
    to_utc_aware,
    to_utc_naive,
    writing,
)

__all__ = ["MAX_ATTEMPTS", "CaseEvent", "Casebook", "Kind", "Message", "OutboxMessage"]

# 1, 2, 4 … 60 minutes between attempts: a receiver may be down for two hours before the message
# is a dead letter.
FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=1)
MAX_ATTEMPTS = 8

_TRANSITION: dict[Kind, str] = {"open": "opened", "close": "announced_closed"}
_SYSTEM = "sightline"

# How often each transition of a case was announced: {case_id: {"opened": 2, ...}}.
_Announcements = dict[str, dict[str, int]]


class Casebook:
    """The store behind `url` (any SQLAlchemy URL). One instance a process; close it when done."""

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)

    def create(self) -> None:
        """Makes the folder and the tables that are missing; harmless when all are there."""
        create_tables(self._engine)

    def close(self) -> None:
        """Gives the connections back."""
        self._engine.dispose()

    # Announcing

    def announce(self, messages: Sequence[Message], at: datetime) -> int:
        """Commits cases' transitions together with the messages that tell of them.

        One transaction: all or nothing. One call carries every channel. A message of which every
        case is already in the announced state is dropped, so a repeated or a concurrent call adds
        nothing. A case that was announced closed and opens again is announced again.
        Returns the number of messages added.
        """
        keys: set[str] = set()
        transitions: dict[tuple[str, str], str] = {}
        with writing(self._engine) as connection:
            announced = _announcements(connection)
            for message in messages:
                news = [case for case in message.case_ids if _is_news(message, case, announced)]
                key = _idempotency_key(message, news, announced)
                if not news or key in keys:
                    continue
                keys.add(key)
                connection.execute(insert(outbox_message), _outbox_row(message, key, at))
                for case in news:
                    transitions.setdefault((case, _TRANSITION[message.kind]), message.subject)
            for (case, kind), subject in transitions.items():
                count = announced.get(case, {}).get(kind, 0) + 1
                _append(connection, (case, kind, count), at, _json({"subject": subject}))
        return len(keys)

    def announced_open(self) -> set[str]:
        """Cases that were announced open and not yet announced closed."""
        with self._engine.connect() as connection:
            announced = _announcements(connection)
        return {case for case, counts in announced.items() if _is_open(counts)}

    # Delivering

    def undelivered(self, now: datetime) -> list[OutboxMessage]:
        """Messages whose next attempt is due at `now`, oldest first, dead letters left out."""
        return [
            message
            for message, last_attempt in self._waiting()
            if message.attempts < MAX_ATTEMPTS
            and (last_attempt is None or last_attempt + _pause(message.attempts) <= now)
        ]

    def dead_letters(self) -> list[OutboxMessage]:
        """Messages that were tried `MAX_ATTEMPTS` times and never arrived, oldest first."""
        return [message for message, _ in self._waiting() if message.attempts >= MAX_ATTEMPTS]

    def record_delivery(
        self, message_id: str, *, channel: str, at: datetime, ok: bool, detail: str = ""
    ) -> None:
        """Adds one attempt. `detail` must carry no secret: it is pulled into the warehouse."""
        with writing(self._engine) as connection:
            query = select(func.count()).where(delivery.c.message_id == message_id)
            row = {"message_id": message_id, "channel": channel, "ok": ok, "detail": detail}
            row |= {"attempt": (connection.scalar(query) or 0) + 1, "at": to_utc_naive(at)}
            connection.execute(insert(delivery), row)

    def _waiting(self) -> list[tuple[OutboxMessage, datetime | None]]:
        tried = (
            select(
                delivery.c.message_id,
                func.count().label("attempts"),
                func.max(delivery.c.at).label("last_attempt"),
                func.count().filter(delivery.c.ok).label("arrived"),
            )
            .group_by(delivery.c.message_id)
            .subquery()
        )
        waiting = (
            select(outbox_message, tried.c.attempts, tried.c.last_attempt)
            .outerjoin(tried, tried.c.message_id == outbox_message.c.message_id)
            .where(func.coalesce(tried.c.arrived, 0) == 0)
            .order_by(outbox_message.c.sequence)
        )
        with self._engine.connect() as connection:
            return [
                (_from_outbox(row), to_utc_aware(row.last_attempt) if row.last_attempt else None)
                for row in connection.execute(waiting)
            ]

    # Auditing

    def start_audit(self, case_ids: Sequence[str], at: datetime, run_id: str) -> None:
        """Notes one attempt for each case, before the work: a killed run has been counted."""
        with writing(self._engine) as connection:
            attempts = _counts(connection, "audit_started")
            for case in case_ids:
                act = (case, "audit_started", attempts.get(case, 0) + 1)
                _append(connection, act, at, _json({"run_id": run_id}))

    def finish_audit(self, case: AuditCase, at: datetime) -> bool:
        """Keeps the case; False when a finished audit of it is there already, which then stays."""
        with writing(self._engine) as connection:
            if case.case_id in _counts(connection, "audit_finished"):
                return False
            act = (case.case_id, "audit_finished", 1)
            _append(connection, act, at, case.canonical_bytes().decode())
        return True

    def finished_audits(self) -> set[str]:
        """Cases with a finished audit."""
        with self._engine.connect() as connection:
            return set(_counts(connection, "audit_finished"))

    def audit_attempts(self, case_ids: Sequence[str]) -> dict[str, int]:
        """How often an audit of each case was started; 0 when never."""
        with self._engine.connect() as connection:
            attempts = _counts(connection, "audit_started")
        return {case: attempts.get(case, 0) for case in case_ids}

    # Reading

    def events(self, case_id: str) -> list[CaseEvent]:
        """Every act on the case, in the order it was committed."""
        query = select(case_event).where(case_event.c.case_id == case_id)
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(case_event.c.sequence)).mappings().all()
        return [CaseEvent(**{**row, "at": to_utc_aware(row["at"])}) for row in rows]

    def case(self, case_id: str) -> AuditCase | None:
        """The finished audit, byte for byte as it was kept; None when there is none."""
        finished = [act for act in self.events(case_id) if act.kind == "audit_finished"]
        return AuditCase.from_bytes(finished[0].payload) if finished else None


def _append(connection: Connection, act: tuple[str, str, int], at: datetime, payload: str) -> None:
    case, kind, count = act
    row: dict[str, Any] = {"event_id": f"{case}:{kind}:{count}", "case_id": case, "kind": kind}
    row |= {"at": to_utc_naive(at), "actor": _SYSTEM, "payload": payload}
    connection.execute(insert(case_event), row)


def _counts(connection: Connection, kind: str) -> dict[str, int]:
    query = select(case_event.c.case_id, func.count()).where(case_event.c.kind == kind)
    rows = connection.execute(query.group_by(case_event.c.case_id)).all()
    return {str(row[0]): int(row[1]) for row in rows}


def _announcements(connection: Connection) -> _Announcements:
    announced: _Announcements = {}
    for kind in _TRANSITION.values():
        for case, count in _counts(connection, kind).items():
            announced.setdefault(case, {})[kind] = count
    return announced


def _is_open(counts: dict[str, int]) -> bool:
    return counts.get("opened", 0) > counts.get("announced_closed", 0)


def _is_news(message: Message, case: str, announced: _Announcements) -> bool:
    return _is_open(announced.get(case, {})) is (message.kind == "close")


def _idempotency_key(message: Message, news: list[str], announced: _Announcements) -> str:
    """Names the transitions, not the wording: each case with how often it happened to it."""
    kind = _TRANSITION[message.kind]
    cases = [f"{case}#{announced.get(case, {}).get(kind, 0) + 1}" for case in sorted(news)]
    return "|".join([message.kind, message.channel, message.objective_id or "-", *cases])


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


def _pause(attempts: int) -> timedelta:
    doublings: int = 2 ** (attempts - 1)
    return min(FIRST_RETRY * doublings, LONGEST_RETRY)


def _json(content: Any) -> str:
    return json.dumps(content, sort_keys=True, ensure_ascii=False)
