"""Which views does a build have to make? A view stores nothing: one that stands needs no build.

Half of all models are views, and dbt spends 40 ms on a node whatever it does. Each view carries as
its comment the stamp of what it was made of: the SQL of the project, the moment that is judged,
and the columns of raw, which a view is bound to.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from graphlib import TopologicalSorter
from hashlib import sha256
from typing import TYPE_CHECKING

from orchestration.dbt_runner import PROJECT, manifest
from sightline.warehouse.duckdb import connect

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from sightline.home import Home

_RAW_COLUMNS = """
    select string_agg(concat_ws(' ', table_schema, table_name, column_name, data_type), ','
        order by table_schema, table_name, column_name)
    from information_schema.columns where table_schema like 'raw\\_%' escape '\\'
"""
_STANDING = "select view_name from duckdb_views() where comment = ?"
_TABLES = "select table_name from duckdb_tables() where schema_name not like 'raw\\_%' escape '\\'"


def views_to_make(home: Home, tables: Collection[str]) -> list[str]:
    """The views that do not stand, of those whose tables exist or are about to be built."""
    standing, there = set[str](), set(tables)
    if home.warehouse.exists():
        with connect(home, read_only=True) as connection:
            standing |= _names(connection, _STANDING, _stamp(connection))
            there |= _names(connection, _TABLES)
    return [view for view, below in _rests_on().items() if view not in standing and below <= there]


def mark_standing(home: Home, relations: Sequence[str]) -> None:
    """Stamp the views just made, given their qualified names."""
    if not relations:
        return
    with connect(home) as connection:
        stamp = _stamp(connection)
        for relation in relations:
            connection.execute(f"comment on view {relation} is '{stamp}'")


@cache
def _rests_on() -> Mapping[str, frozenset[str]]:
    """The tables that each view reads, through other views too."""
    parents = {
        key: each.depends_on_nodes
        for key, each in manifest().nodes.items()
        if key.startswith("model.") and each.config.materialized == "view"
    }
    tables: dict[str, frozenset[str]] = {}
    for key in TopologicalSorter(parents).static_order():
        if key in parents:
            tables[key] = frozenset[str]().union(*(tables[parent] for parent in parents[key]))
        else:
            tables[key] = frozenset({_name(key)} if key.startswith("model.") else ())
    return {_name(key): tables[key] for key in parents}


def _name(unique_id: str) -> str:
    return unique_id.rpartition(".")[2]


@cache
def _sql() -> str:
    """SHA-256 of all that the SQL of the parsed project is made of, but for the environment."""
    parsed = manifest()
    made_of = [
        (PROJECT / "dbt_project.yml").read_text(encoding="utf-8"),
        *(f"{key} {each.relation_name} {each.raw_code}" for key, each in parsed.nodes.items()),
        *(f"{key} {each.relation_name}" for key, each in parsed.sources.items()),
        *(f"{key} {each.macro_sql}" for key, each in parsed.macros.items()),
    ]
    return sha256("\n".join(sorted(made_of)).encode()).hexdigest()


def _names(connection: DuckDBPyConnection, query: str, *given: str) -> set[str]:
    return {name for (name,) in connection.execute(query, given).fetchall()}


def _stamp(connection: DuckDBPyConnection) -> str:
    ((columns,),) = connection.execute(_RAW_COLUMNS).fetchall()
    moment = os.environ.get("SIGHTLINE_AS_OF", "")
    return sha256(f"{_sql()}\n{moment}\n{columns}".encode()).hexdigest()
