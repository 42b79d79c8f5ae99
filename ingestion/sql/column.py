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
    from sqlalchemy import Float, Numeric, Text, cast, extract, type_coerce

    inside, wish = raw_name(column.name), source.tables[name].cast.get(column.name)
    if wish is Cast.TEXT:
        return Column(inside, "text", cast(column, Text))
    if wish is Cast.SECONDS:
        return Column(inside, "decimal", cast(extract("epoch", column), Numeric(38, 9)))
    if wish is Cast.DECIMAL_COMMA:
        return Column(inside, "decimal", cast(column, Text), has_decimal_comma=True)
    if wish is Cast.DECIMAL:
        return Column(inside, "decimal", _rounded(column, dialect))
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
    if kind in {"date", "timestamp", "bool"} and dialect == "sqlite":
        return Column(inside, kind, cast(column, Text))  # whatever stands there, of any type
    return Column(inside, kind, as_read(column))


def _rounded(column: sa.Column[Any], dialect: str) -> sa.ColumnElement[Any]:
    """The column to nine places; a number in text, whatever it is, as it stands."""
    from sqlalchemy import Float, Numeric, String, case, cast, func, type_coerce

    if isinstance(column.type, String):
        return column
    if dialect != "sqlite":
        return cast(column, Numeric(38, 9))
    number = type_coerce(column, Float())  # its CAST would read 1,5 as 1
    return case((func.typeof(column) == "real", func.round(number, 9)), else_=number)


def as_read(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """The expression that yields a column: drivers hand over a UUID as bytes, the query as text."""
    from sqlalchemy import String, Uuid, cast

    return cast(column, String(36)) if isinstance(column.type, Uuid) else column


def moment_of(
    source: SqlSource, name: str, column: sa.Column[Any], dialect: str
) -> sa.ColumnElement[Any]:
    """What a column of stamps tells; in SQLite, which has no moments, text may tell them too."""
    from sqlalchemy import Text, cast, types

    is_moment = carried_as(column.type) in {"date", "timestamp"}
    is_untyped = isinstance(column.type, types.String | types.NullType)  # NULL: of a view
    if dialect == "sqlite" and (is_moment or is_untyped):
        return cast(column, Text)  # a number in it is no moment, and its row rejected
    if is_moment:
        return column
    raise source.refused(
        name,
        "no_moment",
        f"{column.name} is {column.type}, which tells no moment",
        "name a column of dates or timestamps, or read `from:` a view that converts it into one",
    )
