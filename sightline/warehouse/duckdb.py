"""Where are the facts on one machine? A private DuckDB file, and a published copy of its marts.

DuckDB lets one process write and shuts all others out, so readers never open the private file:
`publish` builds a new database aside and swaps it in with one rename. A reader that has the old
file open goes on reading the old file; the next one opens the new.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from sightline.errors import SightlineEnvironmentError

if TYPE_CHECKING:
    from sightline.home import Home

# BI tools ship DuckDB 1.x, which cannot open the newest storage version.
_READABLE_BY_BI = "v1.4.0"


def connect(home: Home, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """The private warehouse, in UTC; the only place that opens it by hand.

    Every connection of a process to one file must be opened alike: dbt and dlt pass no
    configuration, so neither does this. Where the process holds the file for writing already, a
    read-only request gets a second writable connection. SightlineEnvironmentError when another
    process holds it.
    """
    path = str(home.warehouse)
    try:
        try:
            connection = duckdb.connect(path, read_only=read_only)
        except duckdb.ConnectionException:
            connection = duckdb.connect(path)
    except duckdb.IOException as error:
        raise SightlineEnvironmentError(f"cannot open the warehouse {path}: {error}") from error
    connection.execute("set TimeZone = 'UTC'")
    return connection


def copy_warehouse(home: Home, database: Path) -> None:
    """Copies the private warehouse whole into a new file, for trying something in.

    While that lasts nobody can write to it. SightlineEnvironmentError when another process does.
    """
    with connect(home, read_only=True):
        shutil.copyfile(home.warehouse, database)
        log = home.warehouse.with_suffix(".duckdb.wal")  # what a killed writer left behind
        if log.exists():
            shutil.copyfile(log, database.with_suffix(".duckdb.wal"))


def read_published(home: Home) -> duckdb.DuckDBPyConnection:
    """The published marts, read-only and in UTC: `select … from marts.<table>`.

    The file is attached to a database in memory: DuckDB would hand a process that still has the
    replaced file open that old file again. Files and settings are out of reach of what is queried.
    SightlineEnvironmentError when nothing has been published.
    """
    if not home.published.exists():
        raise SightlineEnvironmentError(
            f"nothing has been published at {home.published}: run the pipeline once"
        )
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(f"attach {_literal(home.published)} as published (read_only)")
    connection.execute("use published")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def copy_raw(home: Home, database: Path, *, known_at: datetime) -> None:
    """Copies the raw rows that were known at a moment (aware) into a new database file.

    The warehouse is only read, but while that lasts nobody can write to it. What carries no
    `_seen_at`, such as the loader's commit record, is copied whole. SightlineEnvironmentError
    when another process holds the warehouse.
    """
    naive = known_at.astimezone(UTC).replace(tzinfo=None)
    with duckdb.connect(str(database)) as connection:
        try:
            connection.execute(f"attach {_literal(home.warehouse)} as kept (read_only)")
        except duckdb.IOException as error:
            raise SightlineEnvironmentError(
                f"cannot open the warehouse {home.warehouse}: {error}"
            ) from error
        tables = _rows(
            connection,
            """
            select schema_name, table_name, bool_or(column_name = '_seen_at')
            from duckdb_columns()
            where database_name = 'kept' and schema_name like 'raw\\_%' escape '\\'
            group by all order by all
            """,
        )
        for schema, table, is_dated in tables:
            name = f"{_name(schema)}.{_name(table)}"
            known = f" where _seen_at <= {_literal(naive)}" if is_dated else ""
            connection.execute(f"create schema if not exists {_name(schema)}")
            connection.execute(f"create table {name} as from kept.{name}{known}")


def publish(home: Home, publish_id: str, at: datetime) -> Path:
    """Replaces the published database and Parquet folder by today's marts; returns the database.

    All tables come from one transaction and carry one row in `marts.publication`. The two swaps
    are one rename each; the Parquet folder is reached through a symbolic link, and the generation
    before stays for readers that are in it. SightlineEnvironmentError when there are no marts.
    """
    folder = home.published.parent
    folder.mkdir(parents=True, exist_ok=True)
    for left_over in folder.glob(".building-*"):
        shutil.rmtree(left_over)
    building = Path(tempfile.mkdtemp(prefix=".building-", dir=folder))
    database, parquet = building / "sightline.duckdb", building / "parquet"
    parquet.mkdir()
    connection = connect(home)
    try:
        connection.execute(
            f"attach {_literal(database)} as publication (storage_version '{_READABLE_BY_BI}')"
        )
        try:
            _copy_marts(connection, publish_id, at)
            _export(connection, parquet)
        finally:
            connection.execute("detach publication")
    finally:
        connection.close()
    _swap_folder(parquet, home.published_parquet, building.name.removeprefix(".building-"))
    database.replace(home.published)  # last: what is told and audited reads the database
    building.rmdir()
    return home.published


def _copy_marts(connection: duckdb.DuckDBPyConnection, publish_id: str, at: datetime) -> None:
    columns = _rows(
        connection,
        """
        select table_name, column_name, data_type, is_nullable, comment
        from duckdb_columns()
        where database_name = current_database() and schema_name = 'marts'
        order by table_name, column_index
        """,
    )
    if not columns:
        raise SightlineEnvironmentError("there are no marts to publish: build them first")
    comments = dict(
        _rows(
            connection,
            """
            select table_name, comment from duckdb_tables()
            where database_name = current_database() and schema_name = 'marts'
            union all
            select view_name, comment from duckdb_views()
            where database_name = current_database() and schema_name = 'marts'
            """,
        )
    )
    connection.execute("begin")
    connection.execute("create schema publication.marts")
    said: dict[str, str | None] = dict(_PUBLICATION_COMMENTS)
    tables: dict[str, list[tuple[Any, ...]]] = {}
    for table, *column in columns:
        tables.setdefault(table, []).append(tuple(column))
    for table, described in tables.items():
        source, target = f"marts.{_name(table)}", f"publication.marts.{_name(table)}"
        declared = ", ".join(
            f"{_name(name)} {kind}{'' if nullable else ' not null'}"
            for name, kind, nullable, _ in described
        )
        connection.execute(f"create table {target} ({declared})")
        connection.execute(f"insert into {target} select * from {source}")  # noqa: S608 - catalog names, quoted
        said[f"table {target}"] = comments.get(table)
        said |= {f"column {target}.{_name(name)}": comment for name, _, _, comment in described}
    connection.execute(
        "create table publication.marts.publication "
        "(publish_id varchar not null, published_at timestamp not null)"
    )
    # One script: three hundred comments one by one cost as much as all the tables together.
    connection.execute(
        "; ".join(f"comment on {what} is {_literal(text)}" for what, text in said.items() if text)
    )
    naive = at.astimezone(UTC).replace(tzinfo=None)
    connection.execute(
        "insert into publication.marts.publication values (?, ?)", [publish_id, naive]
    )
    connection.execute("commit")


_PUBLICATION_COMMENTS = {
    "table publication.marts.publication": "One row: the publication that these marts belong to.",
    "column publication.marts.publication.publish_id": "Name of the pulse that published.",
    "column publication.marts.publication.published_at": "When it was published, in UTC.",
}


def _export(connection: duckdb.DuckDBPyConnection, parquet: Path) -> None:
    tables = _rows(
        connection,
        "select table_name from duckdb_tables() where database_name = 'publication' order by 1",
    )
    for (table,) in tables:
        file = _literal(parquet / f"{table}.parquet")
        connection.execute(f"copy publication.marts.{_name(table)} to {file} (format parquet)")


def _swap_folder(built: Path, link: Path, generation: str) -> None:
    folder = link.parent
    before = link.resolve() if link.is_symlink() else None
    if before is None and link.is_dir():
        shutil.rmtree(link)  # a restored backup may hold a folder where the link was
    current = folder / f"parquet-{generation}"
    built.rename(current)
    new_link = folder / f".building-{generation}" / "link"
    new_link.symlink_to(current.name)
    new_link.replace(link)
    for old in folder.glob("parquet-*"):
        if old not in (current, before):
            shutil.rmtree(old)


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> Iterable[tuple[Any, ...]]:
    return connection.execute(query).fetchall()


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _literal(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"
