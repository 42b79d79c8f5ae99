"""One pull of an SQL source: new versions by their cursor, then what no cursor sees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ingestion.columns import hints, naive_utc
from ingestion.overlap import EPOCH, Overlap
from ingestion.sql.deletions import (
    compare_keys,
    is_believable,
    read_by_key,
    tombstones,
    version,
    without,
)
from ingestion.sql.difference import Differences
from ingestion.sql.raw import raw
from ingestion.sql.rejection import Rejections
from ingestion.sql.sharing import told_apart
from ingestion.sql.source import Deletes, SqlSource
from ingestion.sql.table import CURSOR, log_reader, table_reader

if TYPE_CHECKING:
    import pyarrow as pa
    import sqlalchemy as sa

    from ingestion.sql.database import TableReader
    from sightline.home import Home

SKEW = timedelta(minutes=5)  # so far a clock may run ahead of ours without a word about it


@dataclass(frozen=True)
class SqlPull:
    """One look at one database at `now` (naive UTC); `before` is when it answered last."""

    source: SqlSource
    name: str
    engine: sa.Engine
    home: Home
    now: datetime
    before: datetime | None
    differences: Differences
    rejections: Rejections

    def resource(self, table: str, in_raw: frozenset[str]) -> Any:
        """A dlt resource of everything about one table that raw does not have yet.

        Raises DefinitionError where the database does not fit the file.
        """
        import dlt

        reader = table_reader(self.engine, self.source, table, in_raw)
        return dlt.resource(
            self._rows(table, reader, in_raw),
            name=table,
            columns=hints([*reader.moments, "_deleted_at"]),
        )

    def _rows(self, table: str, reader: TableReader, in_raw: frozenset[str]) -> Iterator[pa.Table]:
        width = timedelta(minutes=self.source.overlap(table))
        overlap = Overlap(table, CURSOR, width, self.now + SKEW)
        start = overlap.start()
        is_time = start is not None and self._is_time_for_keys()
        taken: list[pa.Table] = []
        for chunk in reader.since(CURSOR, start):
            fresh = self.rejections.take(table, reader, overlap.fresh(told_apart(chunk, reader)))
            if start is not None:
                taken.append(fresh.select(list(reader.key)))
            yield version(fresh)
        for kind, (count, example) in sorted(overlap.noticed.items()):
            key = {name: example[name] for name in reader.key if name in example}
            self.differences.note(table, kind, key=key, count=count)
        if any(keys.num_rows for keys in taken):
            for name in sorted({column.name for column in reader.columns} - in_raw):
                self.differences.note(table, "column_new", column=name)
        deletes = self.source.tables[table].deletes
        if deletes is Deletes.LOG:
            yield from self._logged(table, reader)
        elif deletes is Deletes.KEYS and is_time:
            yield from self._unseen(table, reader, start, taken)

    def _is_time_for_keys(self) -> bool:
        """True in the first pull of each stretch of `compare_keys_minutes`: no state is needed."""
        every = timedelta(minutes=self.source.compare_keys_minutes)
        return self.before is not None and (
            (self.before - EPOCH) // every != (self.now - EPOCH) // every
        )

    def _unseen(
        self, table: str, reader: TableReader, start: datetime, taken: list[pa.Table]
    ) -> Iterator[pa.Table]:
        """Tombstones of rows deleted, and rows that the cursor did not bring nor will bring."""
        with raw(self.home, f"raw_{self.name}") as ours:
            keys, rejected = compare_keys(ours, reader, table), ours.rejected(table)
        gone = keys.vanished.num_rows
        if not is_believable(gone, keys.alive, float(self.source.most_vanished)):
            self.differences.note(table, "deletions_refused", count=gone)
        elif gone:
            self.differences.note_rows(table, "deleted", keys.vanished)
            yield version(tombstones(reader, keys.vanished, self.now), "keys")
        back = without(keys.returned, taken, reader.key)
        too_old = reader.before(CURSOR, start)
        for kind, wanted, condition in (
            ("returned", back, None),
            ("missed", keys.unknown, too_old),
        ):
            for found in read_by_key(reader, wanted, condition, self.now):
                rows = self.rejections.take(table, reader, told_apart(found, reader), rejected)
                self.differences.note_rows(table, kind, rows.select(list(reader.key)))
                yield version(rows, "keys")

    def _logged(self, table: str, reader: TableReader) -> Iterator[pa.Table]:
        """Tombstones that the source's own log of deletions calls for."""
        log = log_reader(self.engine, self.source, table, reader)
        width = timedelta(minutes=self.source.overlap(table))
        overlap = Overlap(f"{table}_deletion", CURSOR, width, self.now + SKEW)
        for chunk in log.since(CURSOR, overlap.start()):
            fresh = self.rejections.take(table, log, overlap.fresh(chunk))
            self.differences.note_rows(table, "deleted", fresh.select(list(reader.key)))
            yield version(tombstones(reader, fresh, fresh[CURSOR]), "log")


def resources(
    source: SqlSource, engine: sa.Engine, *, name: str, home: Home, seen_at: datetime
) -> list[Any]:
    """dlt resources of every table, and last of what was rejected and out of order among them.

    Raises DefinitionError where the database does not fit the file.
    """
    now = naive_utc(seen_at)
    with raw(home, f"raw_{name}") as ours:
        in_raw = {table: ours.columns(table) for table in source.tables}
        before = ours.last_pull(now)
    differences = Differences("pull")
    rejections = Rejections(differences)
    pull = SqlPull(source, name, engine, home, now, before, differences, rejections)
    tables = [pull.resource(table, columns) for table, columns in in_raw.items()]
    return [*tables, rejections.resource(), differences.resource()]
