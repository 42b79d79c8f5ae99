"""What does the casebook take and give? Frozen records; times are aware UTC."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

# What a message tells. `open` and `close` are acts on a case; `stale_feed` and `feed_back` are the
# same for a source; the others are said once for each turn of what they are about.
Kind = Literal[
    "open",
    "close",
    "changed",
    "repeated",
    "escalated",
    "stale_feed",
    "feed_back",
    "restated",
    "storm",
    "dead_letter",
    "digest",
]


@dataclass(frozen=True)
class Message:
    """One thing to be said once on one channel, about the cases of one objective.

    `case_ids` are the cases, or whatever else it is about (`feed.erp`, `digest.2026-10-26`).
    `recipient` is the one person a mail channel sends it to instead of its own address. `body` is
    JSON-able and carries what a channel renders; the casebook never looks into it.
    `turns` says of what it is about which time this is, counted from 1, so that the same decision
    taken twice is one message; without it, opening and closing take turns.
    """

    kind: Kind
    case_ids: tuple[str, ...]
    objective_id: str | None
    channel: str
    subject: str
    body: dict[str, Any] = field(default_factory=dict)
    turns: Mapping[str, int] = field(default_factory=dict)
    levels: Mapping[str, Any] = field(default_factory=dict)
    recipient: str | None = None


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
class Announced:
    """What people were told about one case or feed so far.

    `turns` counts each kind; `opened_at` is its newest opening, `told_at` the newest word of any
    kind, `level` what was said then. `since_opening` counts each kind after the newest opening.
    """

    about: str
    is_open: bool
    turns: Mapping[str, int]
    since_opening: Mapping[str, int]
    openings: tuple[datetime, ...]
    told_at: datetime
    level: Mapping[str, Any]

    @property
    def opened_at(self) -> datetime:
        """Its newest opening; for what only happens once, when it was told."""
        return self.openings[-1] if self.openings else self.told_at


@dataclass(frozen=True)
class Silence:
    """Held back by `author` for `reason` from `starts_at` until `ends_at`: messages, never state.

    What is None matches everything; at least one of the three is given. An objective is silenced
    with all that touches it, which other objectives may share.
    """

    silence_id: str
    kpi_id: str | None
    scope: str | None
    objective_id: str | None
    starts_at: datetime
    ends_at: datetime
    author: str
    reason: str

    def holds_back(
        self, *, kpi_id: str, scope: str, objectives: Collection[str], now: datetime
    ) -> bool:
        """Whether it applies to a case at a moment; it ends at the very moment it names."""
        wanted = ((self.kpi_id, kpi_id), (self.scope, scope))
        matches = all(mine is None or mine == theirs for mine, theirs in wanted)
        matches = matches and (self.objective_id is None or self.objective_id in objectives)
        return matches and self.starts_at <= now < self.ends_at


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

    @property
    def content(self) -> dict[str, Any]:
        """The payload as a mapping."""
        content: dict[str, Any] = json.loads(self.payload)
        return content
