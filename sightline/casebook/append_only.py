"""How does a table only grow? Triggers refuse every other act, whoever asks."""

from collections.abc import Sequence

from sqlalchemy import Connection

_ON_SQLITE = """
create trigger if not exists {table}_refuses_{act} before {act} on {table}
begin select raise(abort, 'the casebook is append-only'); end
"""
_ON_POSTGRES = """
create or replace function casebook_is_append_only() returns trigger language plpgsql as
$$ begin raise exception 'the casebook is append-only'; end $$;
create or replace trigger {table}_refuses_{act} before {act} on {table}
for each statement execute function casebook_is_append_only()
"""


def refuse(connection: Connection, table: str, acts: Sequence[str]) -> None:
    """From now on the database refuses these acts (update, delete, truncate) on the table."""
    trigger = _ON_SQLITE if connection.dialect.name == "sqlite" else _ON_POSTGRES
    for act in acts:
        connection.exec_driver_sql(trigger.format(table=table, act=act))
