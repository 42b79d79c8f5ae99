"""Compare the rows of raw tables with the leaf hashes that were exported when they were loaded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sightline.ledger import merkle, raw, row_hash
from sightline.ledger.breach import Breach, What

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from sightline.ledger.archive import Archive
    from sightline.ledger.raw import RawTable

TableName = tuple[str, str]
"""Dataset and table."""


@dataclass(frozen=True, slots=True)
class SealedRows:
    """The rows of one table in one load, as sealed: by which seal, how many, under which root.

    columns: those that the seal lists.
    """

    seal: int
    rows: int
    root: str
    columns: tuple[str, ...]


Sealed = Mapping[TableName, Mapping[str, SealedRows]]
"""By table and load id."""


@dataclass(frozen=True, slots=True)
class RowCheck:
    """A connection to the warehouse beside the archive.

    tables: the raw tables there are. sealed: what the seals say of them. keys: their key columns.
    """

    connection: DuckDBPyConnection
    archive: Archive
    tables: Mapping[TableName, RawTable]
    sealed: Sealed
    keys: Mapping[TableName, Collection[str]]

    def unsealed(self, announced: Collection[tuple[str, str]]) -> Iterator[Breach]:
        """Loads and rows that count, or try to, and were never sealed."""
        loads = {(table[0], load) for table, rows in self.sealed.items() for load in rows}
        committed = raw.committed_loads(self.connection, {dataset for dataset, _ in self.tables})
        for dataset, sealed_load in sorted(loads - committed):
            yield Breach(what=What.LOAD_NOT_COMMITTED, dataset=dataset, load_id=sealed_load)
        for name, table in self.tables.items():
            for load_id in raw.row_counts(self.connection, table):
                load = (name[0], load_id or "")
                if load_id in self.sealed.get(name, {}) or load in announced:
                    continue
                if load_id is None or load in loads:
                    yield from self._strangers(table, load_id)
                elif load in committed:
                    yield from self._strangers(table, load_id, What.LOAD_NOT_ANNOUNCED)

    def miscounted(self) -> dict[TableName, list[str]]:
        """The sealed loads, by table, of which the warehouse holds more or fewer rows."""
        found: dict[TableName, list[str]] = {}
        for name, loads in self.sealed.items():
            table = self.tables.get(name)
            counts = raw.row_counts(self.connection, table) if table is not None else {}
            wrong = [load for load, sealed in loads.items() if counts.get(load) != sealed.rows]
            if wrong:
                found[name] = wrong
        return found

    def altered(self, name: TableName, loads: Iterable[str]) -> Iterator[Breach]:
        """Every row of these loads of one table that is not as sealed."""
        chosen = {load: self.sealed[name][load] for load in loads}
        table = self.tables.get(name)
        intact = set()
        if table is not None and table.is_numbered:
            for load_id, hashes in self._hashed(table, chosen):
                exported = self.archive.leaves(chosen[load_id].seal, name[1])
                root = row_hash.root(self.connection, hashes).hex()
                if hashes == exported and root == chosen[load_id].root:
                    intact.add(load_id)
        for load_id, sealed in chosen.items():
            if load_id not in intact:
                yield from self._compare(name, table, load_id, sealed)

    def _hashed(
        self, table: RawTable, loads: Mapping[str, SealedRows]
    ) -> Iterator[tuple[str, bytes]]:
        """Id and leaf hashes of each load, by the columns that its own seal lists."""
        by_columns: dict[tuple[str, ...], dict[str, int]] = {}
        for load_id, sealed in loads.items():
            by_columns.setdefault(sealed.columns, {})[load_id] = sealed.rows
        for columns, rows in by_columns.items():
            yield from row_hash.by_load(self.connection, table, rows, columns)

    def _compare(
        self, name: TableName, table: RawTable | None, load_id: str, sealed: SealedRows
    ) -> Iterator[Breach]:
        expected = self.archive.leaves(sealed.seal, name[1])
        if expected is None or row_hash.root(self.connection, expected).hex() != sealed.root:
            path = self.archive.path(sealed.seal, f"{name[1]}.leaves")
            yield Breach(what=What.ARCHIVE_INCOMPLETE, seal=sealed.seal, path=str(path))
            return
        there = (
            row_hash.numbered(self.connection, table, load_id, sealed.columns)
            if table is not None and table.is_numbered
            else []
        )
        copies = Counter(number for number, _ in there)
        broken: dict[What, list[int]] = {}
        for number, leaf in there:
            if number is None:
                continue
            if not 0 <= number < sealed.rows or copies[number] > 1:
                broken.setdefault(What.ROW_ADDED, []).append(number)
            elif leaf != expected[number * merkle.SIZE : (number + 1) * merkle.SIZE]:
                broken.setdefault(What.ROW_ALTERED, []).append(number)
        gone = [number for number in range(sealed.rows) if number not in copies]
        if gone:
            broken[What.ROW_MISSING] = gone
        for what, numbers in broken.items():
            rows = tuple(sorted(set(numbers)))
            yield Breach(
                what=what,
                dataset=name[0],
                table=name[1],
                load_id=load_id,
                rows=rows,
                seal=sealed.seal,
                key=self._key(table, load_id, rows[0]) if what is not What.ROW_MISSING else "",
            )
        if None in copies and table is not None:
            yield from self._strangers(table, load_id)

    def _strangers(
        self, table: RawTable, load_id: str | None, what: What = What.ROW_ADDED
    ) -> Iterator[Breach]:
        """The rows of a load that was never sealed; those without a number apart."""
        numbers = raw.row_numbers(self.connection, table, load_id)
        rows = tuple(sorted({number for number in numbers if number is not None}))
        stranger = Breach(what=what, dataset=table.dataset, table=table.name, load_id=load_id or "")
        if rows and load_id not in self.sealed.get((table.dataset, table.name), {}):
            yield replace(stranger, rows=rows, key=self._key(table, load_id, rows[0]))
        if None in numbers:
            key = self._key(table, load_id, None)
            yield replace(stranger, what=What.ROW_WITHOUT_NUMBER, key=key)

    def _key(self, table: RawTable | None, load_id: str | None, row: int | None) -> str:
        """The key of a row that is there, as in 'downtime_id=3'; empty where no key is known."""
        columns = self.keys.get((table.dataset, table.name), ()) if table is not None else ()
        if table is None or not columns:
            return ""
        found = raw.row_texts(self.connection, table, load_id, row)
        return ", ".join(f"{name}={found[0].get(name)}" for name in columns) if found else ""
