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
    """One dataset of the warehouse, open for questions; only rows of committed loads count."""

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
            f"where _seen_at < ? and {self._committed}",
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
            f"where _found_by is null and changed_at <= _seen_at and {self._committed}"
        ).fetchall()
        moment: datetime | None = rows[0][0]
        return moment

    def newest(self, table: str, key: Sequence[str]) -> str:
        """A query for the newest version of each row, deleted or not, with all columns.

        What a source showed last is true, whatever its clocks said: as staging has it.
        """
        return f"""
            select * exclude (version_rank) from (
                select *, row_number() over (
                    partition by {names(key)}
                    order by _seen_at desc, changed_at desc nulls last, _dlt_load_id desc
                ) as version_rank
                from {self.dataset}.{quoted(table)}
                where {self._committed}
            )
            where version_rank = 1
        """  # noqa: S608 - names of our own tables, quoted

    def was_noted(self, table: str, kind: str, column: str, period: date) -> bool:
        """Whether a difference of a column in a period has landed before."""
        if "kind" not in self.columns("source_difference"):
            return False
        return bool(
            self.connection.execute(
                f"select 1 from {self.dataset}.source_difference "  # noqa: S608 - our own dataset
                f"where table_name = ? and kind = ? and column_name = ? and period_start = ? "
                f"and {self._committed} limit 1",
                [table, kind, column, period],
            ).fetchall()
        )

    @property
    def _committed(self) -> str:
        loads = f"select load_id from {self.dataset}._dlt_loads where status = 0"  # noqa: S608 - our own dataset
        return f"_dlt_load_id in ({loads})"


@contextmanager
def raw(home: Home, dataset: str) -> Iterator[Raw]:
    """The dataset in the warehouse of this home, let go of afterwards."""
    from sightline.warehouse.duckdb import connect

    connection = connect(home.create())
    try:
        yield Raw(connection, dataset)
    finally:
        connection.close()


def names(columns: Sequence[str]) -> str:
    """Column names as a quoted list."""
    return ", ".join(map(quoted, columns))


def quoted(name: str) -> str:
    """One identifier, quoted."""
    return '"' + name.replace('"', '""') + '"'


def same(left: str, right: str, columns: Sequence[str]) -> str:
    """The condition that two relations agree on columns, NULL agreeing with NULL."""
    return " and ".join(
        f"{left}.{quoted(name)} is not distinct from {right}.{quoted(name)}" for name in columns
    )
