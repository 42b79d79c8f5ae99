"""Reading a table of any SQLAlchemy database, whole or from a cursor on, in Arrow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.source import ColumnType
from sightline.errors import SightlineEnvironmentError

if TYPE_CHECKING:
    import pyarrow as pa
    import sqlalchemy as sa


def database(url: str, *, setting: str) -> sa.Engine | None:
    """An engine for the URL; None when it names an SQLite file that is not there.

    A plain `postgresql://` means psycopg2, the driver this project installs. Raises
    SightlineEnvironmentError, which names the setting and never the URL with its password.
    """
    import sqlalchemy as sa

    try:
        parsed = sa.make_url(url)
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg2")
        if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
            return None
        return sa.create_engine(parsed, poolclass=sa.NullPool)  # nothing stays open after a pull
    except (sa.exc.ArgumentError, ImportError) as error:
        raise SightlineEnvironmentError(
            f"{setting} is no usable SQLAlchemy URL ({type(error).__name__}): expected the form "
            "dialect+driver://user:password@host/database with its driver installed"
        ) from None


def reflected(engine: sa.Engine, name: str) -> sa.Table:
    """A table as the database describes it; `name` may carry its schema before a dot.

    Raises NoSuchTableError, or another SQLAlchemyError where the database does not answer.
    """
    import sqlalchemy as sa

    schema, _, table = name.rpartition(".")
    return sa.Table(
        table, sa.MetaData(), schema=schema or None, autoload_with=engine, resolve_fks=False
    )


def carried_as(kind: sa.types.TypeEngine[Any]) -> ColumnType | None:
    """How raw holds a column of an SQL type exactly; None where it cannot.

    A decimal without a declared scale is taken: a value past nine places is refused when it comes.
    """
    from sqlalchemy import types

    if isinstance(kind, types.Numeric) and not isinstance(kind, types.Float):
        return "decimal" if (kind.scale or 0) <= 9 else None
    kinds: list[tuple[type[Any], ColumnType]] = [
        (types.Boolean, "bool"),
        (types.Integer, "bigint"),
        (types.Float, "double"),
        (types.String, "text"),
        (types.Uuid, "text"),
        (types.DateTime, "timestamp"),
        (types.Date, "date"),
    ]
    return next((name for each, name in kinds if isinstance(kind, each)), None)


REJECTED = "_rejected"
"""Beside the columns of every row read: the values that raw cannot hold, as JSON by column; NULL
where it holds all."""


@dataclass(frozen=True)
class Column:
    """One column of raw: its name there, its type, and the expression that the database answers.

    An answer in text is read as that type, with `has_decimal_comma` one such as 1.234,5.
    """

    name: str
    kind: ColumnType
    expression: sa.ColumnElement[Any]
    has_decimal_comma: bool = False

    @property
    def answer(self) -> ColumnType:
        """The type in which the database answers."""
        from sqlalchemy import String

        return "text" if isinstance(self.expression.type, String) else self.kind

    @property
    def holds(self) -> str:
        """What one value of it is, in words."""
        return "decimal written like 1.234,5" if self.has_decimal_comma else self.kind


@dataclass(frozen=True)
class TableReader:
    """One table, its columns as raw keeps them, and which of them identify a row.

    `may_share_keys` where nothing in the database keeps two rows from having the same key, and
    each is to have its own.
    """

    engine: sa.Engine
    table: sa.Table
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    may_share_keys: bool

    def expression(self, name: str) -> sa.ColumnElement[Any]:
        """What the database evaluates for one column of raw."""
        return self.column(name).expression

    def column(self, name: str) -> Column:
        """One column by its name in raw."""
        return next(column for column in self.columns if column.name == name)

    @property
    def moments(self) -> list[str]:
        """The names of its timestamp columns."""
        return [column.name for column in self.columns if column.kind == "timestamp"]

    def schema(self, only: Sequence[str] = ()) -> pa.Schema:
        """The columns, all or those named, as Arrow types."""
        import pyarrow as pa

        from ingestion.columns import ARROW

        return pa.schema((column.name, ARROW[column.kind]) for column in self.chosen(only))

    def rows(
        self, *conditions: sa.ColumnElement[bool], only: Sequence[str] = ()
    ) -> Iterator[pa.Table]:
        """Rows that meet all conditions, with all columns or only those named."""
        import sqlalchemy as sa

        from ingestion.sql.arrow_reading import read

        chosen = self.chosen(only)
        query = sa.select(*(column.expression.label(column.name) for column in chosen))
        yield from read(self.engine, self.table, query.where(*conditions), chosen)

    @cached_property
    def shared_keys(self) -> pa.Table:
        """Keys that several rows of the table have, as `sharing` tells; asked for once."""
        from ingestion.sql.sharing import shared_keys

        return shared_keys(self)

    def chosen(self, only: Sequence[str]) -> list[Column]:
        """The columns named, in the order of the table, or all where none is."""
        return [column for column in self.columns if not only or column.name in only]

    def since(self, cursor: str, start: Any) -> Iterator[pa.Table]:
        """Rows from a cursor value on, and those without one; all rows when there is none yet."""
        if start is None:
            yield from self.rows()
        else:
            column = self.expression(cursor)
            yield from self.rows((column >= self._start(cursor, start)) | column.is_(None))

    def before(self, cursor: str, start: Any) -> sa.ColumnElement[bool]:
        """The condition that a row has a cursor value before another."""
        is_before: sa.ColumnElement[bool] = self.expression(cursor) < self._start(cursor, start)
        return is_before

    def told(self, name: str, value: Any) -> Any:
        """A value as the database keeps those of a column: SQLite has days and moments as text."""
        import sqlalchemy as sa

        is_text = isinstance(self.expression(name).type, sa.String)
        return str(value) if is_text else value

    def _start(self, cursor: str, start: Any) -> Any:
        """Where to read from, as the database tells it; in text, midnight comes after its day."""
        told = self.told(cursor, start)
        return told.removesuffix(" 00:00:00") if isinstance(told, str) else told


def plain_reader(engine: sa.Engine, name: str, key: tuple[str, ...]) -> TableReader:
    """All columns of a table of our own, under their own names and types."""
    table = reflected(engine, name)
    columns = []
    for column in table.columns:
        kind = carried_as(column.type)
        if kind is None:
            raise SightlineEnvironmentError(f"{name}.{column.name}: raw holds no {column.type}")
        columns.append(Column(column.name, kind, column))
    return TableReader(engine, table, tuple(columns), key, may_share_keys=False)
