"""Compare the rows of raw tables with the leaf hashes that were exported when they were loaded.

A slice of a large load is compared as strictly as a whole one: the hashes exported of it lead to
the root of its subtree, and the roots of all slices to the one that was sealed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sightline.ledger import merkle, raw, row_hash
from sightline.ledger.breach import Breach, What
from sightline.ledger.slices import Sealed, Slice, TableName

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from sightline.ledger.archive import Archive
    from sightline.ledger.raw import RawTable


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

    def altered(self, slices: Mapping[Slice, int]) -> dict[Slice, list[Breach]]:
        """Those of these slices, given with their rows, that are not as sealed, and what is not."""
        found = {
            one: list(self._compare(one, slices[one], hashes))
            for one, hashes in self._hashed(slices)
        }
        return {one: breaches for one, breaches in found.items() if breaches}

    def named(self, breaches: Iterable[Breach]) -> list[Breach]:
        """The same, with what is broken in one way in one load as one, and the key of a row."""
        rows: dict[Breach, set[int]] = {}
        for breach in breaches:
            rows.setdefault(replace(breach, rows=()), set()).update(breach.rows)
        joined = (replace(breach, rows=tuple(sorted(found))) for breach, found in rows.items())
        return [replace(breach, key=self._key(breach)) for breach in joined]

    def _hashed(self, slices: Mapping[Slice, int]) -> Iterator[tuple[Slice, bytes]]:
        """The leaf hashes of the rows in each slice, by the columns that its own seal lists."""
        small: dict[tuple[TableName, tuple[str, ...]], dict[str, int]] = {}
        large: dict[tuple[TableName, tuple[str, ...], str], list[int]] = {}
        for one, rows in slices.items():
            sealed = self.sealed[one.of][one.load_id]
            if sealed.rows <= merkle.SLICE:
                small.setdefault((one.of, sealed.columns), {})[one.load_id] = rows
            else:
                large.setdefault((one.of, sealed.columns, one.load_id), []).append(one.first)
        for (name, columns), loads in small.items():
            hashed = dict.fromkeys(loads, b"")
            if name in self.tables:
                hashed |= row_hash.by_load(self.connection, self.tables[name], loads, columns)
            for load_id, hashes in hashed.items():
                yield Slice(*name, load_id, 0), hashes
        for (name, columns, load_id), firsts in large.items():
            found: Iterable[tuple[int, bytes]] = ((first, b"") for first in firsts)
            if name in self.tables:
                table = self.tables[name]
                found = row_hash.leaves(self.connection, table, load_id, columns, firsts)
            for first, hashes in found:
                yield Slice(*name, load_id, first), hashes

    def _compare(self, one: Slice, rows: int, hashes: bytes) -> Iterator[Breach]:
        sealed = self.sealed[one.of][one.load_id]
        exported = self.archive.leaves(sealed.seal, one.table, first=one.first, rows=merkle.SLICE)
        there: list[tuple[int, bytes]] = []
        if hashes:  # what is gone altogether needs no leaves to be named
            unfit = self._unfit(one, exported)
            if unfit:
                path = self.archive.path(sealed.seal, f"{one.table}.{unfit}")
                yield Breach(what=What.ARCHIVE_INCOMPLETE, seal=sealed.seal, path=str(path))
            if unfit or hashes == exported:
                return
            table, columns = self.tables[one.of], sealed.columns
            there = row_hash.numbered(self.connection, table, one.load_id, columns, one.first)
        copies = Counter(number for number, _ in there)
        broken: dict[What, list[int]] = {}
        for number, leaf in there:
            at = (number - one.first) * merkle.SIZE
            if number >= sealed.rows or copies[number] > 1:
                broken.setdefault(What.ROW_ADDED, []).append(number)
            elif leaf != exported[at : at + merkle.SIZE]:
                broken.setdefault(What.ROW_ALTERED, []).append(number)
        gone = [number for number in range(one.first, one.first + rows) if number not in copies]
        if gone:
            broken[What.ROW_MISSING] = gone
        for what, numbers in broken.items():
            yield Breach(
                what=what,
                dataset=one.dataset,
                table=one.table,
                load_id=one.load_id,
                rows=tuple(numbers),
                seal=sealed.seal,
            )

    def _unfit(self, one: Slice, exported: bytes) -> str:
        """The kind of exported file that does not lead to the sealed root; empty when both do."""
        sealed = self.sealed[one.of][one.load_id]
        roots = bytes.fromhex(sealed.root)
        if sealed.rows > merkle.SLICE:
            roots = self.archive.slice_roots(sealed.seal, one.table)
        if merkle.root(roots).hex() != sealed.root:
            return "slices"
        at = one.first // merkle.SLICE * merkle.SIZE
        return "" if merkle.root(exported) == roots[at : at + merkle.SIZE] else "leaves"

    def _key(self, breach: Breach) -> str:
        """The key of its first row, as in 'downtime_id=3'; empty where none is there, or known."""
        table = self.tables.get((breach.dataset, breach.table))
        columns = self.keys.get((breach.dataset, breach.table), ())
        if table is None or not columns or breach.what is What.ROW_MISSING:
            return ""
        row = breach.rows[0] if breach.rows else None
        found = raw.row_texts(self.connection, table, breach.load_id or None, row)
        return ", ".join(f"{name}={found[0].get(name)}" for name in columns) if found else ""
