"""Dagster's own SQLite storage for one machine, made by one process, its event log kept open.

Dagster opens and closes a database for every read and write of an event: 2,700 times in a pulse,
half of the CPU that Dagster takes, because a last connection that closes writes back the whole log
of changes. Here the databases in use stay open.
"""

import fcntl
import sqlite3
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from dagster._core.storage.event_log.schema import AssetKeyTable
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy.pool import StaticPool

_OPEN = 8  # databases: the index, the run at hand, and some that a page of the UI looks at


class EmbeddedStorage(DagsterSqliteStorage):
    """What `storage: sqlite` of dagster.yaml gives, with an event log that stays open.

    A fresh instance that several processes open at once can break for good, so it is made under a
    lock on a file.
    """

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        folder = Path(base_dir)
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "making.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            super().__init__(base_dir, inst_data)
            self._event_log_storage = OpenEventLog(str(folder / "history" / "runs"))

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "EmbeddedStorage":
        """What Dagster makes of the block in dagster.yaml; its own method names its own class."""
        return cls(config_value["base_dir"], inst_data)


class OpenEventLog(SqliteEventLogStorage):
    """The event log with its newest databases kept open, one connection each."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._open: OrderedDict[str, sa.Engine] = OrderedDict()
        self._there: set[str] = set()
        super().__init__(base_dir, inst_data)

    def has_table(self, table_name: str) -> bool:
        """Whether the index has such a table: asked before many an event, and never unmade."""
        if table_name not in self._there and super().has_table(table_name):
            self._there.add(table_name)
        return table_name in self._there

    def _has_asset_key_col_on_connection(self, conn: sa.Connection, column_name: str) -> bool:
        column = f"{AssetKeyTable.name}.{column_name}"
        if column not in self._there and super()._has_asset_key_col_on_connection(
            conn, column_name
        ):
            self._there.add(column)
        return column in self._there

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sa.Connection]:
        # the lock is the storage's own: one thread at a time, so one connection is enough
        with self._db_lock, self._engine(shard).connect() as connection, connection.begin():
            yield connection

    def _engine(self, shard: str) -> sa.Engine:
        if shard not in self._open:
            engine = sa.create_engine(
                self.conn_string_for_shard(shard),
                poolclass=StaticPool,
                connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
            )
            sa.event.listen(engine, "connect", _write_without_waiting)
            self._initdb(engine)
            self._open[shard] = engine
        self._open.move_to_end(shard)
        if len(self._open) > _OPEN:
            self._open.popitem(last=False)[1].dispose()
        return self._open[shard]

    def wipe(self) -> None:
        """Forget every event, and close what is open before its file goes."""
        self._close()
        super().wipe()

    def dispose(self) -> None:
        """Close what is open."""
        super().dispose()
        self._close()

    def _close(self) -> None:
        with self._db_lock:
            while self._open:
                self._open.popitem()[1].dispose()


def _write_without_waiting(connection: sqlite3.Connection, _: object) -> None:
    """Let SQLite wait for the disk at its checkpoints only.

    Under WAL nothing is lost when a process dies; when the machine does, the last events may be.
    """
    connection.execute("pragma synchronous = normal")
