"""Incremental reading that loses no late row and doubles none.

A cursor that starts exactly where the last run ended misses a row whose transaction was still open
then, and one that drops known keys at the boundary misses a second edit in the same instant. So
each run reads a strip before the cursor again and drops the rows whose whole content it has
already seen. What was seen is kept in the state of the dlt resource, which is committed together
with the rows: after a crash both are gone or both are there.

Rows without a cursor value are read in every run, and recognised in the same way. So are rows
stamped later than `ceiling`: a clock that runs ahead must not pull the cursor past what is to come.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from sightline.errors import SightlineEnvironmentError

if TYPE_CHECKING:
    import duckdb

# A burst may put more rows into the strip than a state should carry (40 bytes each). The strip is
# then narrowed to its newest rows; what is committed later than that is found by its key only.
MOST_REMEMBERED = 20_000
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - raw keeps naive UTC
MICROSECOND = timedelta(microseconds=1)


class Overlap:
    """The strip read again, for one run of one resource.

    `cursor` is a timestamp or integer column of its rows, which come as Arrow tables in any order.
    `ceiling` is the latest moment to be believed. `noticed` tells how many of the rows taken were
    `late` (stamped before the cursor), `unstamped` or `ahead`, with one such row as an example;
    `narrowed` tells how many rows a strip held that was too full to be remembered.
    """

    def __init__(
        self,
        resource: str,
        cursor: str,
        width: timedelta | int,
        ceiling: datetime | None = None,
    ) -> None:
        self.resource = resource
        self.cursor = cursor
        self.noticed: dict[str, tuple[int, dict[str, Any]]] = {}
        self._in_time = isinstance(width, timedelta)
        self._width = width // MICROSECOND if isinstance(width, timedelta) else width
        self._ceiling = None if ceiling is None else (ceiling - EPOCH) // MICROSECOND
        self._began: tuple[int | None, int, frozenset[str]] | None = None

    def start(self) -> Any:
        """Read from here on, inclusive, and rows without a cursor value; None on the first run."""
        until, since, _ = self._begin()
        if until is None:
            return None
        return EPOCH + since * MICROSECOND if self._in_time else since

    def fresh(self, table: pa.Table) -> pa.Table:
        """The rows of this chunk not seen before; the state then counts them as seen."""
        until, since, known = self._begin()
        if until is not None:
            at = self._numbers(table)
            table = table.filter(_holds(pc.greater_equal(at, since)))
            at = self._numbers(table)
            repeated = pc.or_(_holds(pc.less_equal(at, until)), self._ahead(at))
            again, new = table.filter(repeated), table.filter(pc.invert(repeated))
            unseen = [mark not in known for mark in _marks(again)]
            again = again.filter(pa.array(unseen, pa.bool_()))
            self._notice("late", again.filter(pc.less(self._numbers(again), until)))
            table = pa.concat_tables([again, new])
        if table.num_rows:
            self._notice("unstamped", table.filter(pc.is_null(table[self.cursor])))
            self._notice("ahead", table.filter(self._ahead(self._numbers(table))))
            self._remember(table)
        return table

    def _begin(self) -> tuple[int | None, int, frozenset[str]]:
        """How far the last run came, from where it remembers, and what; chunks do not move it."""
        if self._began is None:
            state = self._state()
            since = state.get("since", 0)
            self._began = (state.get("until"), since, frozenset(state.get("seen", ())))
        return self._began

    def _remember(self, table: pa.Table) -> None:
        state = self._state()
        at = self._numbers(table)
        newest = pc.max(at.filter(pc.invert(self._ahead(at)))).as_py()
        if newest is None:  # every row is ahead of its time, or has none
            newest = self._ceiling if self._ceiling is not None else 0
            newest = newest - self._width if "until" not in state else state["until"]
        until = max(newest, state.get("until", newest))
        since = max(until - self._width, state.get("since", until - self._width))
        recent = table.filter(_holds(pc.greater_equal(at, since)))
        stamps = self._numbers(recent).to_pylist()
        seen = {mark: at for mark, at in state.get("seen", {}).items() if at is None or at >= since}
        seen |= dict(zip(_marks(recent), stamps, strict=True))
        if len(seen) > MOST_REMEMBERED:
            self.noticed["narrowed"] = (len(seen), {})
            seen, since = self._narrowed(seen)
        state["until"], state["since"], state["seen"] = until, since, seen

    def _narrowed(self, seen: dict[str, int | None]) -> tuple[dict[str, int | None], int]:
        """The newest of what was seen, and from where on all of it is remembered."""
        stamps = sorted((at for at in seen.values() if at is not None), reverse=True)
        unstamped = len(seen) - len(stamps)
        if unstamped > MOST_REMEMBERED // 2:
            raise SightlineEnvironmentError(
                f"{self.resource}: {unstamped:,} rows have no {self.cursor}, too many "
                "to recognise them by their content; name columns that are filled as changed_at"
            )
        beyond = stamps[MOST_REMEMBERED // 2]
        since = min((at for at in stamps if at > beyond), default=beyond + 1)
        return {mark: at for mark, at in seen.items() if at is None or at >= since}, since

    def _numbers(self, table: pa.Table) -> Any:
        """The cursor as integers: microseconds since 1970 for a moment."""
        at = table[self.cursor]
        return at.cast(pa.timestamp("us")).cast(pa.int64()) if self._in_time else at

    def _ahead(self, at: Any) -> Any:
        if self._ceiling is None:
            return pc.fill_null(pc.not_equal(at, at), False)
        return pc.fill_null(pc.greater(at, self._ceiling), False)

    def _notice(self, kind: str, rows: pa.Table) -> None:
        if rows.num_rows:
            count, example = self.noticed.get(kind, (0, rows.slice(0, 1).to_pylist()[0]))
            self.noticed[kind] = (count + rows.num_rows, example)

    def _state(self) -> dict[str, Any]:
        import dlt

        state: dict[str, Any] = dlt.current.resource_state(self.resource)
        return state


def _holds(condition: Any) -> Any:
    """A condition on the cursor that a row without a cursor value meets."""
    return pc.fill_null(condition, True)


def _marks(table: pa.Table) -> list[str]:
    """A hash of the content of each row.

    NULLs are left out, so that a column added at the source does not make old rows new.
    """
    if not table.num_rows:
        return []
    fields = (
        f"'{_doubled(name, chr(39))}=' || length(cast({quoted} as varchar)) || ':' || {quoted}"
        for name in sorted(table.column_names)
        for quoted in [f'"{_doubled(name, chr(34))}"']
    )
    hasher = _hasher()
    hasher.register("hashed_rows", table)
    try:
        query = f"select md5(concat_ws('|', {', '.join(fields)}))[:24] from hashed_rows"  # noqa: S608 - names are quoted
        return [mark for (mark,) in hasher.execute(query).fetchall()]
    finally:
        hasher.unregister("hashed_rows")


def _doubled(name: str, quote: str) -> str:
    return name.replace(quote, 2 * quote)


@cache
def _hasher() -> duckdb.DuckDBPyConnection:
    import duckdb

    return duckdb.connect(config={"threads": 1})  # one thread keeps the rows in their order
