"""What stands in the warehouse as dbt left it, and what has to be made anew?

A view stores nothing: one that stands needs no build. Half of all models are views, and dbt spends
40 ms on a node whatever it does. Tables of newest rows are only brought up to date. How dbt left
both is on record in a file beside the warehouse, out of reach of who may write to the warehouse:
what is not as recorded is made anew, from the SQL of the project and from raw.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from graphlib import TopologicalSorter
from hashlib import sha256
from typing import TYPE_CHECKING, Any

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
_VIEWS = "select schema_name || '.' || view_name, sql from duckdb_views() where not internal"
_TABLES = "select table_name from duckdb_tables() where schema_name not like 'raw\\_%' escape '\\'"
_COUNTED = "staging.counted_load"  # which loads a table of newest rows counts


@dataclass
class _Record:
    """How dbt left views, by qualified name, and tables of newest rows, by name."""

    made_of: str = ""  # what the views were made of
    views: dict[str, str] = field(default_factory=dict)
    rows: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, home: Home) -> _Record:
        """As on file; empty where there is none, and then nothing stands."""
        path = home.standing
        return cls(**json.loads(path.read_text("utf-8"))) if path.exists() else cls()

    def write(self, home: Home) -> None:
        """Replaces the file whole."""
        building = home.standing.with_suffix(".building")
        building.write_text(json.dumps(asdict(self), indent=1, sort_keys=True), "utf-8")
        building.replace(home.standing)


def views_to_make(home: Home, tables: Collection[str]) -> list[str]:
    """The views that do not stand, of those whose tables exist or are about to be built."""
    standing, there = set[str](), set(tables)
    if home.warehouse.exists():
        record = _Record.of(home)
        with connect(home, read_only=True) as connection:
            there |= _tables(connection)
            if record.made_of == _made_of(connection):
                now = _views(connection)
                standing |= {name for name, sql in record.views.items() if now.get(name) == sql}
    return [
        _name(view)
        for view, rests_on in _rests_on().items()
        if _relation(view) not in standing and rests_on <= there
    ]


def forget_altered(home: Home, tables: Collection[str]) -> list[str]:
    """Have dbt read from all of raw the tables of newest rows, among these, that somebody altered.

    Gives their names. A table without a record counts as altered.
    """
    kept = _newest_rows() & set(tables)
    if not kept or not home.warehouse.exists():
        return []
    record = _Record.of(home)
    with connect(home) as connection:
        there = sorted(_tables(connection) & kept)
        altered = [name for name in there if record.rows.get(name) != _rows(connection, name)]
        for name in altered:
            connection.execute(f"delete from {_COUNTED} where relation = ?", [name])  # noqa: S608 - ours
    return altered


def put_on_record(home: Home, made: Collection[str]) -> None:
    """Note how dbt has just left these models; only views and tables of newest rows are noted."""
    views = {_relation(view) for view in _rests_on() if _name(view) in made}
    kept = _newest_rows() & set(made)
    if not views and not kept:
        return
    record = _Record.of(home)
    with connect(home, read_only=True) as connection:
        if views:
            made_of = _made_of(connection)
            stand = record.views if record.made_of == made_of else {}
            new = {name: sql for name, sql in _views(connection).items() if name in views}
            record.made_of, record.views = made_of, stand | new
        record.rows |= {name: _rows(connection, name) for name in kept}
    record.write(home)


def _tables(connection: DuckDBPyConnection) -> set[str]:
    return {name for (name,) in connection.execute(_TABLES).fetchall()}


def _views(connection: DuckDBPyConnection) -> dict[str, str]:
    """SHA-256 of the statement that makes each view there is, by qualified name."""
    found = connection.execute(_VIEWS).fetchall()
    return {name: sha256(sql.encode()).hexdigest() for name, sql in found}


def _rows(connection: DuckDBPyConnection, table: str) -> str:
    """Number and sum of hashes, which no order changes, of its rows and of its counted loads."""
    ((rows, hashes),) = connection.execute(
        f"select count(*), sum(hash(kept)) from staging.{table} as kept"  # noqa: S608 - ours
    ).fetchall()
    ((loads, of_loads),) = connection.execute(
        f"select count(*), sum(hash(counted)) from {_COUNTED} as counted where relation = ?",  # noqa: S608 - ours
        [table],
    ).fetchall()
    return f"{rows} {hashes} {loads} {of_loads}"


@cache
def _rests_on() -> Mapping[str, frozenset[str]]:
    """The tables that each view reads, through other views too; views by their id."""
    parents = {key: each.depends_on_nodes for key, each in _models("view").items()}
    tables: dict[str, frozenset[str]] = {}
    for key in TopologicalSorter(parents).static_order():
        if key in parents:
            tables[key] = frozenset[str]().union(*(tables[parent] for parent in parents[key]))
        else:
            tables[key] = frozenset({_name(key)} if key.startswith("model.") else ())
    return {key: tables[key] for key in parents}


@cache
def _newest_rows() -> frozenset[str]:
    return frozenset(map(_name, _models("newest_rows")))


def _models(materialized: str) -> dict[str, Any]:
    return {
        key: each
        for key, each in manifest().nodes.items()
        if key.startswith("model.") and each.config.materialized == materialized
    }


def _relation(key: str) -> str:
    node = manifest().nodes[key]
    return f"{node.schema}.{node.alias}"


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


def _made_of(connection: DuckDBPyConnection) -> str:
    """Differs with the SQL of the project, the moment that is judged, and the columns of raw."""
    ((columns,),) = connection.execute(_RAW_COLUMNS).fetchall()
    moment = os.environ.get("SIGHTLINE_AS_OF", "")
    return sha256(f"{_sql()}\n{moment}\n{columns}".encode()).hexdigest()
