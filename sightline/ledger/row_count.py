"""Do the rows of raw tables add up to what was sealed? Told by their loads and numbers alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from sightline.ledger import raw
from sightline.ledger.breach import Breach, What
from sightline.ledger.slices import Sealed, Slice, TableName, slices

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from sightline.ledger.raw import RawTable


@dataclass(frozen=True)
class RowCount:
    """A connection to the warehouse. tables: the raw tables there are. sealed: by the seals."""

    connection: DuckDBPyConnection
    tables: Mapping[TableName, RawTable]
    sealed: Sealed

    @cached_property
    def _counts(self) -> Mapping[TableName, Mapping[str | None, int | None]]:
        counts = raw.row_counts(self.connection, self.tables.values())
        return dict(zip(self.tables, counts, strict=True))

    def holds(self, one: Slice) -> bool:
        """Whether there is any row of the load that this slice is of."""
        return one.load_id in self._counts.get(one.of, {})

    def unsealed(self, announced: Collection[tuple[str, str]]) -> Iterator[Breach]:
        """Loads and rows that count, or try to, and were never sealed; and loads that do not."""
        loads = {(table[0], load) for table, rows in self.sealed.items() for load in rows}
        committed = raw.committed_loads(self.connection, {dataset for dataset, _ in self.tables})
        for dataset, sealed_load in sorted(loads - committed):
            yield Breach(what=What.LOAD_NOT_COMMITTED, dataset=dataset, load_id=sealed_load)
        for name, counts in self._counts.items():
            for load_id, rows in counts.items():
                load = (name[0], load_id or "")
                sealed = self.sealed.get(name, {}).get(load_id or "")
                if load in announced or (sealed is not None and rows == sealed.rows):
                    continue
                if load_id is None or load in loads:
                    yield from self._strangers(name, load_id, What.ROW_ADDED)
                elif load in committed:
                    yield from self._strangers(name, load_id, What.LOAD_NOT_ANNOUNCED)

    def miscounted(self) -> Iterator[Slice]:
        """Of the loads that do not add up, the slices that hold more or fewer rows than sealed."""
        for name, loads in self.sealed.items():
            counts = self._counts.get(name, {})
            wrong = {load: rows for load, rows in loads.items() if counts.get(load) != rows.rows}
            there = {}
            if wrong.keys() & counts.keys():
                there = raw.slice_counts(self.connection, self.tables[name], wrong)
            for one, rows in slices({name: wrong}).items():
                if there.get((one.load_id, one.first)) != rows:
                    yield one

    def _strangers(self, name: TableName, load_id: str | None, what: What) -> Iterator[Breach]:
        """The rows of a load under numbers that were not sealed; those without a number apart."""
        sealed = self.sealed.get(name, {}).get(load_id or "")
        rows = sealed.rows if sealed is not None else 0
        numbers = raw.numbers_beyond(self.connection, self.tables[name], load_id, rows)
        stranger = Breach(
            what=what,
            dataset=name[0],
            table=name[1],
            load_id=load_id or "",
            rows=tuple(number for number in numbers if number is not None),
            seal=sealed.seal if sealed is not None else None,
        )
        if stranger.rows:
            yield stranger
        if None in numbers:
            yield replace(stranger, what=What.ROW_WITHOUT_NUMBER, rows=())
