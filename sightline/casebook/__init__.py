"""What did people and machines do about a case? An append-only log with a transactional outbox.

`case_event`: every act on a case, one row each. `announcement`: what else was told, or held back.
`outbox_message`: what has to be said, committed in the same transaction as the act it tells of.
`delivery`: every attempt to say it. `silence`: what is held back, by whom and why.
State is never stored; it is read from the events, so replay and restart agree. Rows are only ever
added: triggers refuse UPDATE and DELETE. SQLite (WAL) by default, PostgreSQL by URL.

Times are aware UTC in Python and naive UTC in the tables. Nothing here reads a clock.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from sightline.audit_case import AuditCase
from sightline.casebook.outbox import MAX_ATTEMPTS, Outbox
from sightline.casebook.records import (
    Announced,
    CaseEvent,
    Kind,
    Message,
    OutboxMessage,
    Silence,
)
from sightline.casebook.silencing import Silencing
from sightline.casebook.store import (
    case_event,
    create_tables,
    open_engine,
    to_utc_aware,
    to_utc_naive,
    writing,
)

__all__ = [
    "MAX_ATTEMPTS",
    "Announced",
    "CaseEvent",
    "Casebook",
    "Kind",
    "Message",
    "OutboxMessage",
    "Silence",
]

_SYSTEM = "sightline"


class Casebook(Outbox):
    """The store behind `url` (any SQLAlchemy URL). One instance a process; close it when done.

    `silencing` is the part of it that holds messages back.
    """

    def __init__(self, url: str) -> None:
        super().__init__(open_engine(url))
        self.silencing = Silencing(self._engine)

    def create(self) -> None:
        """Makes the folder and the tables that are missing; harmless when all are there."""
        create_tables(self._engine)

    def close(self) -> None:
        """Gives the connections back."""
        self._engine.dispose()

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


def _json(content: Any) -> str:
    return json.dumps(content, sort_keys=True, ensure_ascii=False)
