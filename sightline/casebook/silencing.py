"""Which messages are held back for a while, by whom and why? Silences, append-only.

A silence changes delivery, never state: what is silenced is judged, audited and shown as ever, and
what was announced open before it is announced closed in spite of it. Nothing here reads a clock.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, insert, select

from sightline.casebook.records import Silence
from sightline.casebook.store import silence, to_utc_aware, to_utc_naive, writing
from sightline.errors import UsageError

# Longer than a month is no silence but a wrong target.
LONGEST = timedelta(days=31)


class Silencing:
    """Silences on an open engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def hold(self, wanted: Silence, at: datetime) -> Silence:
        """Keeps a silence and gives it its id; UsageError when it may not be."""
        refuse_unfit(wanted, at)
        with writing(self._engine) as connection:
            count = len(connection.execute(select(silence.c.sequence)).all())
            text = f"{count}|{at.isoformat()}|{wanted}"
            silence_id = hashlib.sha256(text.encode()).hexdigest()[:8]
            row = {"silence_id": silence_id, "act": "held", "at": to_utc_naive(at)}
            row |= {"kpi_id": wanted.kpi_id, "scope": wanted.scope}
            row |= {"objective_id": wanted.objective_id, "author": wanted.author}
            row |= {"starts_at": to_utc_naive(wanted.starts_at), "reason": wanted.reason}
            row |= {"ends_at": to_utc_naive(wanted.ends_at)}
            connection.execute(insert(silence), row)
        return Silence(**{**wanted.__dict__, "silence_id": silence_id})

    def lift(self, silence_id: str, at: datetime, author: str) -> None:
        """Ends a silence before its time; UsageError when none of this id holds anything back."""
        with writing(self._engine) as connection:
            if silence_id not in {each.silence_id for each in _in_force(connection, at)}:
                raise UsageError(
                    f"no silence {silence_id!r} is in force; see `sightline silence list`"
                )
            query = select(silence).where(silence.c.silence_id == silence_id)
            held = connection.execute(query).mappings().first()
            row = {name: value for name, value in dict(held or {}).items() if name != "sequence"}
            row |= {"act": "lifted", "at": to_utc_naive(at), "author": author}
            connection.execute(insert(silence), row)

    def silences(self, now: datetime) -> list[Silence]:
        """Silences that hold something back at `now` or will later on, the earliest first."""
        with self._engine.connect() as connection:
            return _in_force(connection, now)


def refuse_unfit(wanted: Silence, at: datetime) -> None:
    """UsageError when a silence says too little, holds back nothing, or lasts too long."""
    if not (wanted.kpi_id or wanted.objective_id):
        raise UsageError("a silence names a KPI or an objective: nobody may silence everything")
    if not wanted.author.strip() or not wanted.reason.strip():
        raise UsageError("a silence has an author and a reason")
    if wanted.ends_at <= max(at, wanted.starts_at):
        raise UsageError(f"a silence until {wanted.ends_at} would hold back nothing")
    if wanted.ends_at - at > LONGEST:
        raise UsageError(
            f"a silence lasts {LONGEST.days} days at most; move the target, or accept the case"
        )


def _in_force(connection: Connection, now: datetime) -> list[Silence]:
    rows = connection.execute(select(silence).order_by(silence.c.starts_at)).all()
    lifted = {row.silence_id for row in rows if row.act == "lifted"}
    return [
        Silence(
            silence_id=row.silence_id,
            kpi_id=row.kpi_id,
            scope=row.scope,
            objective_id=row.objective_id,
            starts_at=to_utc_aware(row.starts_at),
            ends_at=to_utc_aware(row.ends_at),
            author=row.author,
            reason=row.reason,
        )
        for row in rows
        if row.act == "held" and row.silence_id not in lifted and to_utc_aware(row.ends_at) > now
    ]
