"""What does the casebook take and give? Frozen records; times are aware UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Kind = Literal["open", "close"]


@dataclass(frozen=True)
class Message:
    """One thing to be said once on one channel, about the cases of one objective.

    `body` is JSON-able and carries what a channel renders; the casebook never looks into it.
    """

    kind: Kind
    case_ids: tuple[str, ...]
    objective_id: str | None
    channel: str
    subject: str
    body: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class OutboxMessage:
    """A committed message that waits for delivery; receivers de-duplicate by `idempotency_key`."""

    sequence: int
    message_id: str
    idempotency_key: str
    message: Message
    created_at: datetime
    attempts: int


@dataclass(frozen=True)
class CaseEvent:
    """One act on a case; `payload` is JSON text."""

    sequence: int
    event_id: str
    case_id: str
    kind: str
    at: datetime
    actor: str
    payload: str
