"""A casebook of any age opens, and what is in it can only grow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import SQLAlchemyError

from sightline.casebook import Casebook, Message, Silence
from sightline.casebook.checkins import checkin
from sightline.casebook.store import finding_act, metadata
from sightline.errors import SightlineEnvironmentError

AT = datetime(2026, 10, 26, 6, 0, tzinfo=UTC)
CASE = "sorter_uptime.north.level.2026-06-29"
TABLES = (
    "case_event",
    "outbox_message",
    "delivery",
    "announcement",
    "silence",
    "checkin",
    "finding_act",
)


def open_case(casebook: Casebook) -> None:
    casebook.announce([Message("open", (CASE,), None, "console", "uptime", {})], AT)


def test_the_versions_make_the_tables_the_code_knows(url: str, casebook: Casebook) -> None:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_casebook_made_before_there_were_versions_opens_with_all_it_holds(url: str) -> None:
    book = Casebook(url)
    book.create()
    open_case(book)
    book.close()
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("drop table alembic_version"))
        connection.execute(sa.text("drop index ix_case_event_kind"))
        connection.execute(sa.text("drop table announcement"))
        connection.execute(sa.text("drop table silence"))
        connection.execute(sa.text("drop table finding_act"))
        connection.execute(sa.text("drop table checkin"))
        connection.execute(sa.text("alter table delivery drop column not_before"))
        connection.execute(sa.text("alter table outbox_message drop column recipient"))
    old = Casebook(url)
    old.create()
    assert old.announced_open() == {CASE}
    assert "ix_case_event_kind" in {
        index["name"] for index in sa.inspect(engine).get_indexes("case_event")
    }
    old.close()


def test_a_casebook_of_a_newer_sightline_is_refused(url: str, casebook: Casebook) -> None:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("update alembic_version set version_num = 'v9999_later'"))
    with pytest.raises(SightlineEnvironmentError, match="newer than this Sightline"):
        casebook.create()


@pytest.mark.parametrize("table", TABLES)
def test_nothing_can_be_changed_or_removed(url: str, casebook: Casebook, table: str) -> None:
    open_case(casebook)
    (waiting,) = casebook.undelivered(AT)
    casebook.record_delivery(waiting.message_id, channel="console", at=AT, ok=True)
    casebook.hold_back({CASE: "silenced"}, AT)
    until = AT + timedelta(days=1)
    casebook.silencing.hold(Silence("", "sorter_uptime", None, None, AT, until, "coo", "r"), AT)
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        for other in (checkin, finding_act):
            row = {column.name: "x" for column in other.columns if column.name != "sequence"}
            connection.execute(sa.insert(other), row | {"at": AT.replace(tzinfo=None)})
    acts = ["delete from {}", "update {} set sequence = 7"]
    if engine.dialect.name == "postgresql":
        acts.append("truncate {}")
    for act in acts:
        with pytest.raises(SQLAlchemyError, match="append-only"), engine.begin() as connection:
            connection.execute(sa.text(act.format(table)))
