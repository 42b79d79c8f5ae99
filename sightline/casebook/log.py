"""What happened to a case, in order? The events of the log, read and appended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from sightline.casebook.deadlines import IsOff
from sightline.casebook.life_cycle import Standing, after
from sightline.casebook.records import CaseEvent
from sightline.casebook.store import case_event, to_json, to_utc_aware, to_utc_naive

SYSTEM = "sightline"  # who did what no person did


def events(connection: Connection, case_id: str) -> list[CaseEvent]:
    """Every act on the case, in the order it was committed."""
    query = select(case_event).where(case_event.c.case_id == case_id)
    rows = connection.execute(query.order_by(case_event.c.sequence)).mappings()
    return [_event(row) for row in rows]


def events_by_case(connection: Connection) -> dict[str, list[CaseEvent]]:
    """Every act on every case but the finished audits, which move none and are large."""
    query = select(case_event).where(case_event.c.kind != "audit_finished")
    found: dict[str, list[CaseEvent]] = {}
    for row in connection.execute(query.order_by(case_event.c.sequence)).mappings():
        found.setdefault(row["case_id"], []).append(_event(row))
    return found


def counts(connection: Connection, kind: str) -> dict[str, int]:
    """How many events of a kind each case has; cases with none are left out."""
    query = select(case_event.c.case_id, func.count()).where(case_event.c.kind == kind)
    rows = connection.execute(query.group_by(case_event.c.case_id)).all()
    return {str(row[0]): int(row[1]) for row in rows}


def append(
    connection: Connection,
    now: Standing | None,
    event: CaseEvent,
    is_off: IsOff,
) -> Standing | None:
    """Adds an event that moves a case from `now`, and returns where it leaves it.

    The payload carries the state and the due date that follow, so that the warehouse need not know
    the life cycle.
    """
    moved = after(now, event, is_off)
    follows = {} if moved is None else {"state": moved.state, "due": moved.due}
    insert_event(connection, event, event.content | follows)
    return moved


def insert_event(
    connection: Connection, event: CaseEvent, content: Mapping[str, Any] | str
) -> None:
    """Adds an event under its own id, or as the next of its kind on the case."""
    event_id = event.event_id
    if not event_id:
        same = select(func.count()).where(
            case_event.c.case_id == event.case_id, case_event.c.kind == event.kind
        )
        event_id = f"{event.case_id}:{event.kind}:{(connection.scalar(same) or 0) + 1}"
    row = {
        "event_id": event_id,
        "case_id": event.case_id,
        "kind": event.kind,
        "at": to_utc_naive(event.at),
        "actor": event.actor,
        "payload": content if isinstance(content, str) else to_json(content),
    }
    connection.execute(insert(case_event), row)


def happened(
    case_id: str, kind: str, content: Mapping[str, Any], *, at: datetime, actor: str = SYSTEM
) -> CaseEvent:
    """An event that is not in the log yet."""
    return CaseEvent(0, "", case_id, kind, at, actor, to_json(content))


def _event(row: Mapping[Any, Any]) -> CaseEvent:
    return CaseEvent(**{**row, "at": to_utc_aware(row["at"])})
