"""What raw already holds of a dataset: its columns, its last pull, the rows alive in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

    from sightline.home import Home


@dataclass(frozen=True)
class Raw:
    """One dataset of the warehouse, open for questions.

    Only rows of committed loads count, and of them those that are as they were sealed.
    """

    connection: duckdb.DuckDBPyConnection
    dataset: str

    def columns(self, table: str) -> frozenset[str]:
        """The columns of a raw table; none where it was never loaded."""
        found = self.connection.execute(
            "select column_name from duckdb_columns() where database_name = current_database() "
            "and schema_name = ? and table_name = ?",
            [self.dataset, table],
        ).fetchall()
        return frozenset(name for (name,) in found)

    def last_pull(self, before: datetime) -> datetime | None:
        """The last moment (naive UTC) before another at which the source answered."""
        if not self.columns("_receipt"):
            return None
        rows = self.connection.execute(
            f"select max(_seen_at) from {self.dataset}._receipt "  # noqa: S608 - our own dataset
            f"where _seen_at < ? and {self._counts('_receipt')}",
            [before],
        ).fetchall()
        moment: datetime | None = rows[0][0]
        return moment

    def newest_stamp(self, table: str) -> datetime | None:
        """How far the cursor of a table has come; None where it was never pulled.

        Stamps later than the moment they were seen do not move the cursor.
        """
        if "_found_by" not in self.columns(table):
            return None
        rows = self.connection.execute(
            f"select max(changed_at) from {self.dataset}.{quoted(table)} "  # noqa: S608 - quoted names
            f"where _found_by is null and changed_at <= _seen_at and {self._counts(table)}"
        ).fetchall()
        moment: datetime | None = rows[0][0]
        return moment

    def newest(self, table: str, key: Sequence[str]) -> str:
        """A query for the newest version of each row, deleted or not, with all columns.

        What a source showed last is true, whatever its clocks said: as staging has it.
        """
        return f"""
            select * from {self.dataset}.{quoted(table)}
            where {self._counts(table)}
            qualify row_number() over (
                partition by {names(key)}
                order by _seen_at desc, changed_at desc nulls last, _dlt_load_id desc
            ) = 1
        """  # noqa: S608 - names of our own tables, quoted

    def rejected(self, table: str) -> frozenset[tuple[str, str]]:
        """Key and content, as text, of every row of a table that was ever rejected."""
        if not self.columns("rejected_row"):
            return frozenset()
        rows = self.connection.execute(
            f"select row_key, content from {self.dataset}.rejected_row "  # noqa: S608 - our own dataset
            f"where table_name = ? and {self._counts('rejected_row')}",
            [table],
        ).fetchall()
        return frozenset((key, content) for key, content in rows)

    def was_noted(self, table: str, kind: str, column: str, period: date) -> bool:
        """Whether a difference of a column in a period has landed before."""
        if "kind" not in self.columns("source_difference"):
            return False
        return bool(
            self.connection.execute(
                f"select 1 from {self.dataset}.source_difference "  # noqa: S608 - our own dataset
                f"where table_name = ? and kind = ? and column_name = ? and period_start = ? "
                f"and {self._counts('source_difference')} limit 1",
                [table, kind, column, period],
            ).fetchall()
        )

    def _counts(self, table: str) -> str:
        """The condition that a row counts: of a committed load, and not broken by the ledger."""
        return f"""
            _dlt_load_id in (select load_id from {self.dataset}._dlt_loads where status = 0)
            and _row is not null
            and not exists (
                select 1 from raw_ledger.broken_row as broken
                where broken.dataset = {literal(self.dataset)}
                    and broken.table_name = {literal(table)} and broken.load_id = _dlt_load_id
                    and broken.row_number = _row and broken.mended_at is null
            )
        """  # noqa: S608 - names of our own tables, quoted


@contextmanager
def raw(home: Home, dataset: str) -> Iterator[Raw]:
    """The dataset in the warehouse of this home, let go of afterwards."""
    from sightline.ledger import records
    from sightline.warehouse.duckdb import connect

    connection = connect(home.create())
    try:
        records.create(connection)  # before the first load there is no ledger yet
        yield Raw(connection, dataset)
    finally:
        connection.close()


def names(columns: Sequence[str]) -> str:
    """Column names as a quoted list."""
    return ", ".join(map(quoted, columns))


def quoted(name: str) -> str:
    """One identifier, quoted."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """One text, quoted."""
    return "'" + text.replace("'", "''") + "'"


def same(left: str, right: str, columns: Sequence[str]) -> str:
    """The condition that two relations agree on columns, NULL agreeing with NULL."""
    return " and ".join(
        f"{left}.{quoted(name)} is not distinct from {right}.{quoted(name)}" for name in columns
    )
