"""Where are the acts kept? The tables as they are today, and one writer at a time.

`schema.py` makes them; a column added here needs a version there, or the tests refuse it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    DateTime,
    Engine,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
)

metadata = MetaData()
case_event = Table(
    "case_event",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("event_id", Text, nullable=False, unique=True),
    Column("case_id", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("at", DateTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Index("ix_case_event_kind", "kind", "case_id"),
)
outbox_message = Table(
    "outbox_message",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("message_id", Text, nullable=False, unique=True),
    Column("idempotency_key", Text, nullable=False, unique=True),
    Column("case_id", Text, nullable=False),
    Column("case_ids", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("objective_id", Text),
    Column("channel", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("recipient", Text),
)
delivery = Table(
    "delivery",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("message_id", Text, nullable=False, index=True),
    Column("channel", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("at", DateTime, nullable=False),
    Column("ok", Boolean, nullable=False),
    Column("detail", Text, nullable=False),
    Column("not_before", DateTime),
    UniqueConstraint("message_id", "attempt"),
)
finding_act = Table(
    "finding_act",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("finding_id", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", DateTime, nullable=False),
    Column("reason", Text, nullable=False),
    Column("text", Text, nullable=False),
)
announcement = Table(
    "announcement",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("announcement_id", Text, nullable=False, unique=True),
    Column("about", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("at", DateTime, nullable=False),
    Column("payload", Text, nullable=False),
)
silence = Table(
    "silence",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("silence_id", Text, nullable=False, index=True),
    Column("act", Text, nullable=False),
    Column("at", DateTime, nullable=False),
    Column("kpi_id", Text),
    Column("scope", Text),
    Column("objective_id", Text),
    Column("starts_at", DateTime, nullable=False),
    Column("ends_at", DateTime, nullable=False),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    UniqueConstraint("silence_id", "act"),
)

# Any number does, as long as every writer of the casebook names the same one.
_POSTGRES_LOCK = 20260626


def open_engine(url: str) -> Engine:
    """An engine whose SQLite connections are durable, in WAL and transactional as declared."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction no other writer runs beside: what it read is still true when it commits."""
    with engine.connect() as connection:
        connection.execution_options(sightline_writes=True)
        with connection.begin():
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"select pg_advisory_xact_lock({_POSTGRES_LOCK})")
            yield connection


def to_utc_naive(at: datetime) -> datetime:
    """What the tables hold; ValueError for a time without a zone."""
    if at.tzinfo is None:
        raise ValueError(f"a time without a zone is not a moment: {at!r}")
    return at.astimezone(UTC).replace(tzinfo=None)


def to_utc_aware(at: datetime) -> datetime:
    """What Python sees of a time in the tables."""
    return at.replace(tzinfo=UTC)


def to_json(content: Any) -> str:
    """How the tables hold what belongs to a kind; days are written as text."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def configure(raw: Any, _record: Any) -> None:
        raw.isolation_level = None  # the driver must not begin on its own: "begin" below does
        for pragma in ("busy_timeout = 30000", "journal_mode = WAL", "synchronous = FULL"):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that reads and then writes must hold the write lock from its first read.
        writes = connection.get_execution_options().get("sightline_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
