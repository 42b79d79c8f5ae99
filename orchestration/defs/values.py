"""What was said is a fact: values and episodes go on record before anyone can read them."""

from datetime import UTC, datetime

import dagster as dg

from ingestion.values import record
from orchestration.defs.models import build_kpis, build_verdicts
from sightline.home import Home
from sightline.warehouse.duckdb import connect

# After a build that died before this step, or a second run of it, a version is on record once.
_VERSIONS = """
    select said.kpi_id, said.scope, said.period_start, said.numerator, said.denominator,
        said.value, said.source_rows, said.source_changed_at, said.source_hash,
        said.definition_hash, said.model_hash, said.is_facts_change, said.is_formula_change
    from intermediate.int_kpi_value_version as said
    left join staging.stg_values__kpi_value as kept
        on kept.kpi_id = said.kpi_id and kept.scope = said.scope
        and kept.period_start = said.period_start and kept.known_at = said.known_at
    where not said.is_recorded and kept.kpi_id is null
    order by said.kpi_id, said.scope, said.period_start
"""
_FORMULAS = """
    select kpi_id, definition_hash, model_hash from intermediate.int_kpi_formula
    where is_new order by kpi_id
"""
# How an episode ended is news each time that it is another end.
_EPISODES = """
    select said.kpi_id, said.scope, said.rule,
        coalesce(kept.opened_period, said.opened_period) as opened_period,
        said.closed_period, said.episode_id
    from marts.fct_kpi_episode as said
    left join staging.stg_values__episode as kept on kept.episode_id = said.episode_id
    where kept.episode_id is null or kept.closed_period is distinct from said.closed_period
    order by said.episode_id
"""
_READ = ("int_kpi_value_version", "int_kpi_formula", "fct_kpi_evaluation", "fct_kpi_episode")
_AS_BUILT = """
    select coalesce(max(judged.as_of), max(now.as_of))
    from intermediate.int_as_of as now left join marts.fct_kpi_evaluation as judged on true
"""


@dg.asset(
    deps=[key for key in build_kpis.keys | build_verdicts.keys if key.path[-1] in _READ],
    group_name="values",
    kinds={"dlt", "duckdb"},
    owners=["team:data"],
    pool="warehouse",
)
def value_record() -> dg.MaterializeResult[None]:
    """Append what is published for the first time, values and episodes; often there is nothing."""
    return dg.MaterializeResult(metadata=record_new(Home.from_env()))


def record_new(home: Home) -> dict[str, int]:
    """Record the versions that are not on record yet; how many there were, by kind."""
    with connect(home, read_only=True) as connection:
        new = {
            "kpi_value": connection.sql(_VERSIONS).to_arrow_table(),
            "formula": connection.sql(_FORMULAS).to_arrow_table(),
            "episode": connection.sql(_EPISODES).to_arrow_table(),
        }
        ((as_built,),) = connection.execute(_AS_BUILT).fetchall()
    if any(rows.num_rows for rows in new.values()):
        record(new, home=home, seen_at=as_built.replace(tzinfo=UTC))
    return {name: rows.num_rows for name, rows in new.items()}


def record_unjudged(home: Home, *, seen_at: datetime) -> None:
    """Append what the values say while nothing has been judged yet, believed since `seen_at`."""
    with connect(home, read_only=True) as connection:
        new = {
            "kpi_value": connection.sql(_VERSIONS).to_arrow_table(),
            "formula": connection.sql(_FORMULAS).to_arrow_table(),
        }
    record(new, home=home, seen_at=seen_at)
