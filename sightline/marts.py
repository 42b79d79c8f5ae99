"""How are the published marts asked? Any DB-API connection does, and a row is a dictionary."""

from __future__ import annotations

from typing import Any, Protocol

Row = dict[str, Any]


class Cursor(Protocol):
    """What a query gives back (DB-API)."""

    @property
    def description(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...


class Marts(Protocol):
    """A connection whose database has a schema `marts`; parameters are question marks."""

    def execute(self, query: str, parameters: object = ..., /) -> Cursor: ...


def ask(marts: Marts, query: str, *parameters: object) -> list[Row]:
    """What a query yields, in its order, columns by name."""
    cursor = marts.execute(query, list(parameters))
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
