"""What did people and machines do about a case? An append-only log with a transactional outbox.

`case_event`: every act on a case, one row each. `announcement`: what else was told, or held back.
`outbox_message`: what has to be said, committed in the same transaction as the act it tells of.
`delivery`: every attempt to say it. `silence`: what is held back, by whom and why.
State is never stored; it is read from the events, so replay and restart agree. Rows are only ever
added: triggers refuse UPDATE and DELETE. SQLite (WAL) by default, PostgreSQL by URL.

An event's `kind` says what happened and what `case_id` names: a case, or for kinds of other parts
the finding, KPI or key result the act is about. What belongs to a kind is JSON in its payload, so a
new kind needs no new column.

Times are aware UTC in Python and naive UTC in the tables. Nothing here reads a clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sightline.audit_case import AuditCase
from sightline.casebook import log
from sightline.casebook.announcing import Announcing
from sightline.casebook.cases import Cases
from sightline.casebook.life_cycle import Standing
from sightline.casebook.log import happened
from sightline.casebook.outbox import MAX_ATTEMPTS, Outbox
from sightline.casebook.records import (
    Announced,
    CaseEvent,
    Kind,
    Message,
    OutboxMessage,
    Silence,
)
from sightline.casebook.schema import bring_up_to_date
from sightline.casebook.silencing import Silencing
from sightline.casebook.store import (
    open_engine,
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
    "Standing",
]


class Casebook(Announcing, Outbox, Cases):
    """The store behind `url` (any SQLAlchemy URL). One instance a process; close it when done.

    `silencing` is the part of it that holds messages back.
    """

    def __init__(self, url: str) -> None:
        super().__init__(open_engine(url))
        self.url = url
        self.silencing = Silencing(self._engine)

    def create(self) -> None:
        """Makes the casebook, or brings an older one up to date; harmless when nothing is to do."""
        bring_up_to_date(self._engine)

    def close(self) -> None:
        """Gives the connections back."""
        self._engine.dispose()

    # Auditing

    def start_audit(
        self, case_ids: Sequence[str], at: datetime, run_id: str, code: str = ""
    ) -> None:
        """Notes one attempt for each case, before the work: a killed run has been counted.

        `code` is the hash of what writes the case.
        """
        with writing(self._engine) as connection:
            for case in case_ids:
                started = {"run_id": run_id, "code": code}
                event = happened(case, "audit_started", started, at=at)
                log.insert_event(connection, event, event.content)

    def finish_audit(self, case: AuditCase, at: datetime) -> bool:
        """Keeps the case; False when a finished audit of it is there already, which then stays."""
        with writing(self._engine) as connection:
            if case.case_id in log.counts(connection, "audit_finished"):
                return False
            event = happened(case.case_id, "audit_finished", {}, at=at)
            log.insert_event(connection, event, case.canonical_bytes().decode())
        return True

    def finished_audits(self) -> set[str]:
        """Cases with a finished audit."""
        with self._engine.connect() as connection:
            return set(log.counts(connection, "audit_finished"))

    def audit_attempts(self, case_ids: Sequence[str]) -> dict[str, int]:
        """How often an audit of each case was started; 0 when never."""
        with self._engine.connect() as connection:
            attempts = log.counts(connection, "audit_started")
        return {case: attempts.get(case, 0) for case in case_ids}

    def case(self, case_id: str) -> AuditCase | None:
        """The finished audit, byte for byte as it was kept; None when there is none."""
        finished = [act for act in self.events(case_id) if act.kind == "audit_finished"]
        return AuditCase.from_bytes(finished[0].payload) if finished else None

    def made_by(self, case_id: str) -> str:
        """The hash of the code that made the finished audit; "" where none was put on record."""
        code = ""
        for act in self.events(case_id):
            if act.kind == "audit_finished":
                break
            if act.kind == "audit_started":
                code = act.content.get("code", "")
        return code
