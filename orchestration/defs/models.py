"""What is true: the dbt models, in the two passes that leave room for the guards between them."""

from collections.abc import Iterator

import dagster as dg
from dagster_dbt import dbt_assets

from orchestration.dbt import FolderTranslator, build
from orchestration.dbt_runner import MANIFEST

# What the guards read is built first; everything else waits for their verdicts.
READ_BY_GUARDS = (
    "+int_kpi_value +int_reported_value +int_workbook_line +int_milestone_date "
    "+fct_definition_change +fct_restatement stg_definitions__kpi_target "
    "stg_definitions__kpi_guard stg_tracker__issue stg_sheets__typed_figure "
    "+int_kpi_row_fate"
)


@dbt_assets(
    name="build_kpis",
    manifest=MANIFEST,
    select=READ_BY_GUARDS,
    dagster_dbt_translator=FolderTranslator(),
    pool="warehouse",
)
def build_kpis(
    context: dg.AssetExecutionContext,
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Staging and KPI values, before anyone has judged them."""
    yield from build(context)


@dbt_assets(
    name="build_marts",
    manifest=MANIFEST,
    exclude=READ_BY_GUARDS,
    dagster_dbt_translator=FolderTranslator(),
    pool="warehouse",
)
def build_marts(
    context: dg.AssetExecutionContext,
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Judgement and marts, joined to the guards' verdicts."""
    yield from build(context)
