"""The models as plain SQL: compiled by dbt once, then built for one moment after another.

dbt takes 60 ms a model and an hour for a hundred past days; its statements alone take a third of
that. What a model reads is compiled in; of the moment that is judged only the literal differs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from orchestration.scratch import surroundings
from sightline.home import Home

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ANY_MOMENT = datetime(2, 2, 2, 2, 2, 2, tzinfo=UTC)  # stands for the moment, in no other literal


@dataclass(frozen=True)
class CompiledModels:
    """The statements of all models in the order of their dependencies."""

    statements: tuple[str, ...]

    def build(self, connection: "DuckDBPyConnection", as_of: datetime | None = None) -> None:
        """Make every model anew; `as_of` (aware) where the models were compiled for a moment."""
        moment = _literal(as_of) if as_of is not None else ""
        for statement in self.statements:
            connection.execute(statement.replace(_literal(ANY_MOMENT), moment))


def compiled(home: Home, *, is_past: bool) -> CompiledModels:
    """Compile all models for the warehouse of a home, as known now or at a moment to be given.

    Raw tables that are declared and not there yet are made. Raises DbtBuildError.
    """
    from orchestration.dbt_runner import invoke, refuse_broken

    as_of = ANY_MOMENT.isoformat() if is_past else ""
    with surroundings(SIGHTLINE_HOME=str(home.root), SIGHTLINE_AS_OF=as_of):
        refuse_broken(invoke(["run", "--select", "stg_receipts__receipt"]))
        results = invoke(["compile", "--select", "resource_type:model"])
    nodes: list[Any] = [result.node for result in results]
    schemas = {f"create schema if not exists {node.schema}" for node in nodes}
    return CompiledModels((*sorted(schemas), *(each for node in nodes for each in _made(node))))


def _made(node: Any) -> Iterator[str]:
    """How the project's own materializations make a model; see `macros/materializations.sql`."""
    target = f'{node.schema}."{node.alias}"'
    if node.config.materialized == "view":
        yield f"create or replace view {target} as ({node.compiled_code})"
        return
    if not node.contract.enforced:
        yield f"create or replace table {target} as ({node.compiled_code})"
        return
    columns = list(node.columns.values())
    declared = ", ".join(f"{column.name} {column.data_type}" for column in columns)
    names = ", ".join(column.name for column in columns)
    yield f"create or replace table {target} ({declared})"
    yield f"insert into {target} ({names}) select {names} from ({node.compiled_code}) as model"  # noqa: S608 - our own models
    if node.config.persist_docs.get("columns"):
        said = {f"table {target}": node.description}
        said |= {f"column {target}.{column.name}": column.description for column in columns}
        yield ";".join(f"comment on {what} is {_quoted(text)}" for what, text in said.items())


def _literal(moment: datetime) -> str:
    return f"timestamp '{moment.astimezone(UTC).replace(tzinfo=None).isoformat(' ')}'"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
