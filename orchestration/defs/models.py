"""What is true: the dbt models. Guards judge after the first pass, alerts go after the second."""

from collections.abc import Iterator

import dagster as dg
from dagster_dbt import dbt_assets

from orchestration.dbt import FolderTranslator, build
from orchestration.dbt_runner import manifest_path
from orchestration.priority import AFTER_ALERTS, leaves_marts
from sightline.home import Home

_MANIFEST = manifest_path()

# What the guards read is built first, and what alerts read next, joined to their verdicts.
READ_BY_GUARDS = (
    "+int_kpi_value +int_reported_value +int_workbook_line +int_milestone_date "
    "+fct_definition_change +fct_restatement stg_definitions__kpi_target "
    "stg_definitions__kpi_guard stg_tracker__issue stg_sheets__typed_figure stg_sheets__saver "
    "+int_kpi_row_fate +int_restated_row"
)
READ_BY_ALERTS = (
    "+rpt_one_glance +fct_kpi_episode +fct_kpi_evaluation +fct_policy_verdict "
    "+fct_source_freshness +fct_restated_row +dim_definition_history +dim_objective +dim_policy "
    "+dim_role"
)


@dbt_assets(
    name="build_kpis",
    manifest=_MANIFEST,
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
    name="build_verdicts",
    manifest=_MANIFEST,
    select=READ_BY_ALERTS,
    exclude=READ_BY_GUARDS,
    dagster_dbt_translator=FolderTranslator(),
    pool="warehouse",
)
def build_verdicts(
    context: dg.AssetExecutionContext,
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """What is past its limit, joined to the guards' verdicts: all that an alert says."""
    yield from build(context)


@dbt_assets(
    name="build_marts",
    manifest=_MANIFEST,
    exclude=f"{READ_BY_GUARDS} {READ_BY_ALERTS}",
    op_tags=AFTER_ALERTS,
    dagster_dbt_translator=FolderTranslator(),
    pool="warehouse",
)
def build_marts(
    context: dg.AssetExecutionContext,
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """The marts that no alert waits for; nor does the alert of a pulse that waits with news."""
    if leaves_marts(context.instance, Home.from_env()):
        context.log.info("left to the pulse that waits with news, with all that is made of them")
    else:
        yield from build(context)
