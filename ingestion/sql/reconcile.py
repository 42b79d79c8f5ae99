"""Compare an SQL source with raw on a slow cadence: what no cursor sees is found and read in.

Every table is read whole, as a pull would read it, beside the rows alive in raw. A row edited
without a new stamp, or missed, lands as a new version; one that is gone lands as a tombstone; and
each is named in `source_difference`, in the same load.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ingestion import source as registered
from sightline.errors import NothingCheckedError, UsageError

if TYPE_CHECKING:
    from ingestion.sql.comparison import Comparison
    from ingestion.sql.database import TableReader
    from ingestion.sql.difference import Differences
    from ingestion.sql.raw import Raw
    from ingestion.sql.rejection import Rejections
    from ingestion.sql.source import SqlSource
    from sightline.home import Home


@dataclass(frozen=True)
class TableReconciliation:
    """One table: what was compared, and how many rows were found out of order."""

    table: str
    rows: int
    periods: int
    periods_differing: int
    edited: int
    missed: int
    deleted: int
    deletions_refused: int
    rescaled: int
    rejected: int

    @property
    def differences(self) -> int:
        """How much was found."""
        misfits = self.deletions_refused + self.rescaled + self.rejected
        return self.edited + self.missed + self.deleted + misfits


@dataclass(frozen=True)
class Reconciliation:
    """One comparison of one source, at `seen_at` (aware, UTC)."""

    source: str
    seen_at: datetime
    tables: tuple[TableReconciliation, ...]

    @property
    def differences(self) -> int:
        """How much was found in all tables."""
        return sum(table.differences for table in self.tables)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return asdict(self) | {
            "seen_at": self.seen_at.isoformat(),
            "differences": self.differences,
        }


def reconcilable() -> tuple[str, ...]:
    """The sources that can be compared row by row: those that an SQL file describes."""
    return tuple(
        name for name in registered.names() if hasattr(registered.module(name), "sql_source")
    )


def reconcile(
    name: str, *, home: Home, seen_at: datetime, accept_deletions: Collection[str] = ()
) -> Reconciliation:
    """Compare every table of a source with raw and read in what differs.

    `accept_deletions` names tables of which more rows may be gone than is believed otherwise.
    Raises UsageError for what does not exist, NothingCheckedError before the first pull,
    DefinitionError and SightlineEnvironmentError as a pull does.
    """
    from ingestion.columns import naive_utc
    from ingestion.load import configure, load
    from ingestion.sql.difference import Differences
    from ingestion.sql.raw import raw
    from ingestion.sql.rejection import Rejections

    if name not in reconcilable():
        raise UsageError(
            f"{name!r} is no source to reconcile; there are: {', '.join(reconcilable())}"
        )
    configure()
    module = registered.module(name)
    source: SqlSource = module.sql_source()
    unknown = sorted(set(accept_deletions) - set(source.tables))
    if unknown:
        raise UsageError(f"there is no table {unknown[0]}; there are: {', '.join(source.tables)}")
    engine, now = module.engine(home), naive_utc(seen_at)
    differences = Differences("reconciliation")
    rejections = Rejections(differences)
    tables, resources = [], []
    with raw(home, f"raw_{name}") as ours:
        for table in source.tables:
            look = _Look(source, engine, table, ours, differences, rejections, now)
            if (compared := look.compared()) is not None:
                done, resource = look.settled(compared, is_accepted=table in accept_deletions)
                tables.append(done)
                resources.append(resource)
    if not tables:
        raise NothingCheckedError(f"nothing of {name} is in raw yet: pull it first")
    found = [rejections.resource(), differences.resource()]
    load(module.SOURCE, [*resources, *found], home=home, seen_at=seen_at)
    return Reconciliation(name, seen_at.astimezone(UTC), tuple(tables))


@dataclass(frozen=True)
class _Look:
    """One table, looked at once."""

    source: SqlSource
    engine: Any
    table: str
    raw: Raw
    differences: Differences
    rejections: Rejections
    now: datetime

    def compared(self) -> tuple[TableReader, Comparison] | None:
        """Both sides compared; None where the table was never pulled."""
        from ingestion.sql.column import raw_name
        from ingestion.sql.comparison import compare
        from ingestion.sql.raw import quoted
        from ingestion.sql.table import table_reader

        newest = self.raw.newest_stamp(self.table)
        if newest is None:
            return None
        in_raw = self.raw.columns(self.table)
        reader = table_reader(self.engine, self.source, self.table, in_raw)
        said = self.source.tables[self.table]
        dated_by = None if said.dated_by is None else raw_name(said.dated_by)
        period = "cast(null as date)"
        if dated_by in in_raw:
            period = f"cast(date_trunc('{said.period}', {quoted(dated_by)}) as date)"
        since = newest - timedelta(minutes=self.source.overlap(self.table))
        return reader, compare(self.raw, reader, self.table, period=period, since=since)

    def settled(
        self, compared: tuple[TableReader, Comparison], *, is_accepted: bool
    ) -> tuple[TableReconciliation, Any]:
        """What was found, named in the differences, and a dlt resource that puts it right."""
        import dlt

        from ingestion.columns import hints
        from ingestion.sql.deletions import at_moment, is_believable, tombstones, version

        reader, found = compared
        gone = found.gone.num_rows
        most_vanished = float(self.source.most_vanished)
        is_believed = is_accepted or is_believable(gone, found.rows, most_vanished)
        self._name(reader, found, is_believed=is_believed)
        self.rejections.take(self.table, reader, found.rejected, self.raw.rejected(self.table))
        moved = [at_moment(rows, self.now) for rows in (found.missed, found.edited)]
        if is_believed:
            moved.append(tombstones(reader, found.gone, self.now))
        resource = dlt.resource(
            [version(rows, "reconciliation") for rows in moved],
            name=self.table,
            columns=hints([*reader.moments, "_deleted_at"]),
        )
        done = TableReconciliation(
            table=self.table,
            rows=found.rows,
            periods=found.periods,
            periods_differing=len(found.differing),
            edited=found.edited.num_rows,
            missed=found.missed.num_rows,
            deleted=gone if is_believed else 0,
            deletions_refused=0 if is_believed else gone,
            rescaled=len(found.rescaled),
            rejected=found.rejected.num_rows,
        )
        return done, resource

    def _name(self, reader: TableReader, found: Comparison, *, is_believed: bool) -> None:
        note, key = self.differences.note, list(reader.key)
        if not is_believed:
            note(self.table, "deletions_refused", count=found.gone.num_rows)
        else:
            self.differences.note_rows(self.table, "deleted", found.gone)
        self.differences.note_rows(self.table, "missed", found.missed.select(key))
        for cell in found.cells:
            note(
                self.table,
                "edited",
                key=cell.key,
                period=cell.period,
                column=cell.column,
                at_source=cell.at_source,
                in_raw=cell.in_raw,
            )
        for each in found.rescaled:
            if self.raw.was_noted(self.table, "scale_changed", each.column, each.period):
                continue
            note(
                self.table,
                "scale_changed",
                period=each.period,
                column=each.column,
                at_source=each.median,
                in_raw=each.median_before,
            )
