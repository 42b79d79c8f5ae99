"""The strategy in the asset graph: KPI → key result → objective, with live status and a picture."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import dagster as dg

from orchestration.catalog import catalog
from orchestration.defs.publication import published
from sightline.home import Home
from sightline.warehouse.duckdb import read_published

_KEY_RESULT = """
    select p.status, p.progress, p.expected_progress, p.value, p.target, p.period_start
    from marts.fct_key_result_progress as p where p.is_latest and p.key_result_id = ?
"""
_OBJECTIVE = """
    select p.status, p.progress, p.expected_progress, p.weakest_key_result_id, p.period_start
    from marts.fct_objective_progress as p where p.is_latest and p.objective_id = ?
"""


def _specs() -> list[dg.AssetSpec]:
    """Key results first: a step reports its assets from the sources up."""
    book = catalog()
    team = {role: f"team:{held.department}" for role, held in book.vocabulary.roles.items()}
    key_results = [
        dg.AssetSpec(
            dg.AssetKey(["key_result", child.id]),
            deps=[
                *(dg.AssetKey(["kpis", f"kpi_{link.kpi}"]) for link in child.links),
                published.key,
            ],
            description=child.name,
            group_name="strategy",
            kinds={"keyresult"},
            owners=[team[child.owner]],
        )
        for objective in book.objectives.values()
        for child in objective.key_results
    ]
    objectives = [
        dg.AssetSpec(
            dg.AssetKey(["objective", objective.id]),
            deps=[dg.AssetKey(["key_result", child.id]) for child in objective.key_results],
            description=objective.name,
            group_name="strategy",
            kinds={"objective"},
            owners=[team[objective.owner]],
        )
        for objective in book.objectives.values()
    ]
    return key_results + objectives


def _metadata(names: list[str], row: tuple[Any, ...] | None) -> dict[str, Any]:
    """What Dagster shows: numbers as numbers, because it plots them over time, the rest as text."""
    if row is None:
        return {"status": "no_data"}
    return {
        name: float(value) if isinstance(value, Decimal) else str(value)
        for name, value in zip(names, row, strict=True)
        if value is not None
    }


@dg.multi_asset(name="line_of_sight", specs=_specs())
def line_of_sight(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
    """Report what the marts say of every key result and objective, as read by everyone else."""
    with read_published(Home.from_env()) as connection:
        for spec in context.assets_def.specs:
            kind, name = spec.key.path
            query = _OBJECTIVE if kind == "objective" else _KEY_RESULT
            cursor = connection.execute(query, [name])
            names = [column[0] for column in cursor.description or ()]
            yield dg.MaterializeResult(
                asset_key=spec.key, metadata=_metadata(names, cursor.fetchone())
            )
