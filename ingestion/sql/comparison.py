"""One table, at the source and in raw, compared in the warehouse: by period, then row by row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.sql.arrow_reading import refused, sound
from ingestion.sql.database import REJECTED
from ingestion.sql.raw import Raw, literal, names, quoted, same
from ingestion.sql.sharing import told_apart
from ingestion.sql.table import CURSOR

if TYPE_CHECKING:
    from ingestion.sql.database import TableReader

SUMMED = frozenset({"bigint", "decimal"})  # a sum of doubles depends on the order of the rows
NUMBERS = SUMMED | {"double"}
# Another unit is suspected when the median size of a period is so many times that of all periods
# before, or the other way round; fewer rows than that on either side say nothing.
OTHER_SCALE = 30
ENOUGH_ROWS = 20

PERIOD = '"its period"'  # beside the columns of raw, whose names have no blanks


@dataclass(frozen=True)
class PeriodDifference:
    """One period in which the two sides part: its rows and sums there and here."""

    period: date | None
    at_source: dict[str, Any]
    in_raw: dict[str, Any]


@dataclass(frozen=True)
class Rescaled:
    """A column whose usual size in its newest period is not what it was."""

    column: str
    period: date
    median: str
    median_before: str


@dataclass(frozen=True)
class Cell:
    """One cell of which the two versions of a row part, as text there and here."""

    key: dict[str, Any]
    period: date | None
    column: str
    at_source: str | None
    in_raw: str | None


@dataclass(frozen=True)
class Comparison:
    """What parted: periods, keys gone at the source, rows missed in raw or edited, cells edited.

    `rejected` holds the settled rows that raw cannot hold; they count on neither side.
    """

    rows: int
    periods: int
    differing: tuple[PeriodDifference, ...]
    gone: pa.Table
    missed: pa.Table
    edited: pa.Table
    rejected: pa.Table
    cells: tuple[Cell, ...]
    rescaled: tuple[Rescaled, ...]


def compare(
    raw: Raw, reader: TableReader, table: str, *, period: str, since: datetime
) -> Comparison:
    """Read one table whole and compare it with the rows alive in raw.

    `period` is an SQL expression over its columns that gives the first day of a row's period.
    Rows changed `since` then, or without a stamp, are left to the cursor, which brings them anyway.
    """
    sides = _Sides(raw, reader, table)
    sides.fill(period)
    rescaled = sides.rescaled()
    sides.settle(since)
    differing = sides.differing()
    gone, missed, edited = sides.rows()
    return Comparison(
        rows=sides.count("select count(*) from here"),
        periods=sides.count(f"select count(distinct {PERIOD}) from here"),  # noqa: S608 - our own name
        differing=differing,
        gone=gone,
        missed=missed,
        edited=edited,
        rejected=sides.rejected(since),
        cells=sides.cells(),
        rescaled=rescaled,
    )


class _Sides:
    """The two sides as temporary tables `there` and `here`, and their parted rows in `parted`."""

    def __init__(self, raw: Raw, reader: TableReader, table: str) -> None:
        self.raw, self.reader, self.table = raw, reader, table
        self.connection = raw.connection
        in_raw = raw.columns(table)
        self.odd: list[pa.Table] = []
        self.content = [
            column for column in reader.columns if column.name in in_raw and column.name != CURSOR
        ]

    def fill(self, period: str) -> None:
        chosen = names([column.name for column in self.reader.columns])
        self.connection.register("chunk", self.reader.schema().empty_table())
        self._make("there", f"select {chosen}, {period} as {PERIOD} from chunk")  # noqa: S608 - quoted names
        for rows in self.reader.rows():
            chunk = told_apart(rows, self.reader)
            self.odd.append(refused(chunk))
            self.connection.register("chunk", sound(chunk))
            self.connection.execute(f"insert into there select {chosen}, {period} from chunk")  # noqa: S608 - quoted names
        self.connection.unregister("chunk")
        ours = names([column.name for column in self.content])
        newest = self.raw.newest(self.table, self.reader.key)
        self._make(
            "here",
            f"select {ours}, {period} as {PERIOD} from ({newest}) "  # noqa: S608 - quoted names
            "where _deleted_at is null",
        )

    def settle(self, since: datetime) -> None:
        """Leave out, on both sides, the rows that the cursor brings, and those rejected."""
        key = self.reader.key
        if any(odd.num_rows for odd in self.odd):
            self.connection.register("odd", pa.concat_tables(self.odd))
            self.connection.execute(f"delete from here using odd where {same('here', 'odd', key)}")  # noqa: S608 - quoted names
            self.connection.unregister("odd")
        unsettled = f"there.{CURSOR} is null or there.{CURSOR} >= timestamp '{since}'"
        self.connection.execute(
            f"delete from here using there where ({unsettled}) and {same('here', 'there', key)}"  # noqa: S608 - quoted names
        )
        self.connection.execute(f"delete from there where {unsettled}")  # noqa: S608 - our own moment

    def rejected(self, since: datetime) -> pa.Table:
        """The rejected rows that no cursor brings."""
        if not self.odd:
            return self.reader.schema().append(pa.field(REJECTED, pa.string())).empty_table()
        odd = pa.concat_tables(self.odd)
        return odd.filter(pc.less(odd[CURSOR], pa.scalar(since, pa.timestamp("us"))))

    def differing(self) -> tuple[PeriodDifference, ...]:
        """Periods whose count, sums or hash part, kept in the table `periods` too."""
        content = [quoted(column.name) for column in self.content]
        sums = [quoted(column.name) for column in self.content if column.kind in SUMMED]
        row_hash = f"sum(hash({', '.join(content)}))"  # of the same engine on both sides
        measures = ["count(*)", *(f"sum({name})" for name in sums), row_hash]
        labels = ["rows", *(f"sum of {name[1:-1]}" for name in sums), "hash"]
        listed = ", ".join(f"{each} as m{place}" for place, each in enumerate(measures))
        parts = " or ".join(
            f"there.m{place} is distinct from here.m{place}" for place in range(len(measures))
        )
        self._make(
            "periods",
            f"""
            with there as (select {PERIOD}, {listed} from there group by {PERIOD}),
            here as (select {PERIOD}, {listed} from here group by {PERIOD})
            select
                coalesce(there.{PERIOD}, here.{PERIOD}) as {PERIOD},
                {", ".join(f"there.m{n}, here.m{n}" for n in range(len(measures)))}
            from there full join here on there.{PERIOD} is not distinct from here.{PERIOD}
            where {parts}
            """,  # noqa: S608 - quoted names
        )
        found = self.connection.execute("from periods order by 1 nulls last").fetchall()
        return tuple(
            PeriodDifference(
                period,
                dict(zip(labels, values[0::2], strict=True)),
                dict(zip(labels, values[1::2], strict=True)),
            )
            for period, *values in found
        )

    def rows(self) -> tuple[pa.Table, pa.Table, pa.Table]:
        """Keys gone at the source, rows missed in raw, rows edited: all in differing periods."""
        key = self.reader.key
        keyed = same("there", "here", key)
        content = [column.name for column in self.content]
        theirs = names([column.name for column in self.reader.columns])
        for side in ("there", "here"):
            same_period = f"periods.{PERIOD} is not distinct from {side}.{PERIOD}"
            differs = f"exists (select 1 from periods where {same_period})"  # noqa: S608 - our own names
            self._make(f"parted_{side}", f"from {side} where {differs}")
        there, here = "parted_there as there", "parted_here as here"
        gone = f"select {names(key)} from {here} anti join {there} on {keyed}"  # noqa: S608 - quoted names
        missed = f"select {theirs} from {there} anti join {here} on {keyed}"  # noqa: S608 - quoted names
        edited = (
            f"select {theirs} from {there} semi join {here} "  # noqa: S608 - quoted names
            f"on {keyed} and not ({same('there', 'here', content)})"
        )
        schema = self.reader.schema()
        return (
            self.connection.sql(gone).to_arrow_table().cast(self.reader.schema(key)),
            self.connection.sql(missed).to_arrow_table().cast(schema),
            self.connection.sql(edited).to_arrow_table().cast(schema),
        )

    def cells(self) -> tuple[Cell, ...]:
        """Each cell that differs between two versions of one row."""
        key = self.reader.key
        keys = ", ".join(f"there.{quoted(name)}" for name in key)
        parts = [
            f"""
            select {literal(column.name)}, there.{PERIOD},
                cast(there.{quoted(column.name)} as varchar),
                cast(here.{quoted(column.name)} as varchar), {keys}
            from parted_there as there
            inner join parted_here as here on {same("there", "here", key)}
            where there.{quoted(column.name)} is distinct from here.{quoted(column.name)}
            """  # noqa: S608 - quoted names
            for column in self.content
        ]
        return tuple(
            Cell(dict(zip(key, values, strict=True)), period, column, at_source, in_raw)
            for column, period, at_source, in_raw, *values in self.connection.execute(
                " union all ".join(parts)
            ).fetchall()
        )

    def rescaled(self) -> tuple[Rescaled, ...]:
        """Number columns whose median size left its own past by a factor of OTHER_SCALE."""
        found = []
        for column in self.content:
            if column.kind not in NUMBERS or column.name in self.reader.key:
                continue
            size = f"abs(cast({quoted(column.name)} as double))"
            rows = self.connection.execute(
                f"""
                with sizes as (
                    select {PERIOD} as period, {size} as size
                    from there
                    where {size} > 0 and {PERIOD} is not null
                ),
                newest as (
                    select max(period) as period
                    from (select period from sizes group by period having count(*) >= {ENOUGH_ROWS})
                )
                select newest.period, median(size) filter (where sizes.period = newest.period),
                    median(size) filter (where sizes.period < newest.period)
                from sizes, newest
                group by newest.period
                having count(*) filter (where sizes.period < newest.period) >= {ENOUGH_ROWS}
                """  # noqa: S608 - quoted names, numbers of ours
            ).fetchall()
            for period, now, before in rows:
                if not 1 / OTHER_SCALE < now / before < OTHER_SCALE:
                    found.append(Rescaled(column.name, period, f"{now:g}", f"{before:g}"))
        return tuple(found)

    def count(self, query: str) -> int:
        """The one number that a query answers."""
        return int(self.connection.execute(query).fetchall()[0][0])

    def _make(self, name: str, query: str) -> None:
        self.connection.execute(f"create or replace temp table {name} as {query}")
