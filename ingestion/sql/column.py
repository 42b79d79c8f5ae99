"""One column of the source: its name in raw, its type there, and the expression that reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ingestion.sql.database import Column, carried_as
from ingestion.sql.source import Cast, SqlSource

if TYPE_CHECKING:
    import sqlalchemy as sa


def raw_name(name: str) -> str:
    """The name that a column of the source has in raw."""
    from dlt.common.normalizers.naming.snake_case import NamingConvention

    return str(NamingConvention().normalize_identifier(name))


def carried(source: SqlSource, name: str, column: sa.Column[Any], dialect: str) -> Column:
    """The column as raw keeps it; DefinitionError where it cannot."""
    from sqlalchemy import Float, Numeric, String, Text, cast, extract, type_coerce

    inside, wish = raw_name(column.name), source.tables[name].cast.get(column.name)
    if wish is Cast.TEXT:
        return Column(inside, "text", cast(column, Text))
    if wish is Cast.SECONDS:
        return Column(inside, "decimal", cast(extract("epoch", column), Numeric(38, 9)))
    if wish is Cast.DECIMAL_COMMA:
        return Column(inside, "decimal", cast(column, Text), has_decimal_comma=True)
    if wish is Cast.DECIMAL:
        in_text = isinstance(column.type, String)
        return Column(inside, "decimal", column if in_text else cast(column, Numeric(38, 9)))
    kind = carried_as(column.type)
    if kind is None:
        raise source.refused(
            name,
            "column_not_carried",
            f"{column.name} is {column.type}, which raw cannot hold exactly",
            f"write `exclude: [{column.name}]`, or `cast: {{{column.name}: …}}` with one of "
            f"{', '.join(Cast)}",
        )
    if kind == "decimal" and dialect == "sqlite":  # would round, and fail on what is no number
        return Column(inside, kind, type_coerce(column, Float()))
    return Column(inside, kind, as_read(column))


def as_read(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """The expression that yields a column: drivers hand over a UUID as bytes, the query as text."""
    from sqlalchemy import String, Uuid, cast

    return cast(column, String(36)) if isinstance(column.type, Uuid) else column


def moment_of(
    source: SqlSource, name: str, column: sa.Column[Any], dialect: str
) -> sa.ColumnElement[Any]:
    """What a column of stamps tells; in SQLite, which has no moments, text may tell them too."""
    from sqlalchemy import Text, cast, types

    if carried_as(column.type) in {"date", "timestamp"}:
        return column
    if dialect == "sqlite" and isinstance(column.type, types.String):
        return column
    if dialect == "sqlite" and isinstance(column.type, types.NullType):
        return cast(column, Text)  # of a view; a number in it is no moment, and its row rejected
    raise source.refused(
        name,
        "no_moment",
        f"{column.name} is {column.type}, which tells no moment",
        "name a column of dates or timestamps, or read `from:` a view that converts it into one",
    )
