"""Did it arrive? Deliveries of what was announced, tried again until they did.

A message is delivered at least once, always under the same id. Nothing here reads a clock.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Row, func, insert, select

from sightline.casebook.records import Message, OutboxMessage
from sightline.casebook.store import (
    delivery,
    outbox_message,
    to_utc_aware,
    to_utc_naive,
    writing,
)

# 1, 2, 4 … 60 minutes between attempts: a receiver may be down for two hours before the message
# is a dead letter. A fifth is added by chance, seeded by the id: a receiver that comes back is not
# met by everyone at once, and a replay waits exactly as long.
FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=1)
MAX_ATTEMPTS = 8
_JITTER = 0.2
# A receiver may ask for patience, but not for so much that nobody would notice the silence.
LONGEST_RETRY_AFTER = timedelta(hours=6)


class Outbox:
    """Delivering on an open engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

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

    def undeliverable(self) -> list[OutboxMessage]:
        """Dead letters on channels that took nothing since: their readers are still cut off."""
        newest = func.max(delivery.c.sequence)
        tried = select(delivery.c.message_id, newest).group_by(delivery.c.message_id)
        arrived = select(delivery.c.channel, newest).where(delivery.c.ok)
        with self._engine.connect() as connection:
            last_try = {str(row[0]): int(row[1]) for row in connection.execute(tried)}
            last_arrival = {
                str(row[0]): int(row[1])
                for row in connection.execute(arrived.group_by(delivery.c.channel))
            }
        return [
            letter
            for letter in self.dead_letters()
            if last_try[letter.message_id] > last_arrival.get(letter.message.channel, 0)
        ]

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


def _from_outbox(row: Row[Any]) -> OutboxMessage:
    message = Message(
        kind=row.kind,
        case_ids=tuple(json.loads(row.case_ids)),
        objective_id=row.objective_id,
        channel=row.channel,
        subject=row.subject,
        body=json.loads(row.body),
        recipient=row.recipient,
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
