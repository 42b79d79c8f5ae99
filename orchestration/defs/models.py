"""What is true: the dbt models, in the two passes that leave room for the guards between them."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource, dbt_assets

from orchestration.dbt import MANIFEST, FolderTranslator, cli

# Unit tests hold the SQL to its oracles once, in the gate; a pulse tests the data.
BUILD = ["build", "--exclude-resource-type", "unit_test"]

# What the guards read is built first; everything else waits for their verdicts.
READ_BY_GUARDS = "+int_kpi_value +int_reported_value +int_workbook_cell"


@dbt_assets(
    name="build_kpis",
    manifest=MANIFEST,
    select=READ_BY_GUARDS,
    dagster_dbt_translator=FolderTranslator(),
    pool="warehouse",
)
def build_kpis(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
    """Staging and KPI values, before anyone has judged them.

    Cautious: a test that also reads a mart waits for the pass that builds the mart.
    """
    cautious = [*BUILD, "--indirect-selection", "cautious"]
    yield from dbt.cli(cautious, context=context).stream()


@dbt_assets(
    name="build_marts",
    manifest=MANIFEST,
    exclude=READ_BY_GUARDS,
    dagster_dbt_translator=FolderTranslator(),
    pool="warehouse",
)
def build_marts(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
    """Judgement and marts, joined to the guards' verdicts."""
    yield from dbt.cli(BUILD, context=context).stream()


@dg.definitions
def defs() -> dg.Definitions:
    """Both passes and the dbt command they run."""
    return dg.Definitions(assets=[build_kpis, build_marts], resources={"dbt": cli()})
