"""How dbt runs from Dagster: in this process, on exactly the models and tests of the step."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings

from orchestration.dbt_runner import exactly, invoke, refuse_broken
from orchestration.standing import forget_altered, put_on_record, views_to_make
from sightline.home import Home

if TYPE_CHECKING:
    from dbt.artifacts.schemas.run import RunResult

# `empty` adds no test by itself: what Dagster selected is what dbt builds.
_BUILD = ("build", "--indirect-selection", "empty", "--exclude-resource-type", "unit_test")


class FolderTranslator(DagsterDbtTranslator):
    """Groups dbt models by the stage of the story they stand in: their folder.

    Views store nothing, so they are assets that no run materialises.
    """

    def __init__(self) -> None:
        super().__init__(DagsterDbtTranslatorSettings(enable_dbt_views_as_virtual_assets=True))

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The first folder below `models/`."""
        return str(dbt_resource_props["fqn"][1])

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str] | None:
        """The department named in the model's meta, else the data department."""
        meta = dbt_resource_props.get("config", {}).get("meta", {})
        return [f"team:{meta.get('department', 'data')}"]


def build(
    context: dg.AssetExecutionContext,
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Build the tables of this step, with the views they need, and run its tests.

    Each table is reported as it ended. A test that finds offenders is a failed check; a model that
    does not build raises DbtBuildError after the others were reported.
    """
    assets = {key.path[-1]: key for key in context.selected_asset_keys}
    checks = {key.name: key for key in context.selected_asset_check_keys}
    home = Home.from_env()
    for altered in forget_altered(home, assets):
        context.log.warning(f"{altered} is not as it was left, and is read anew from all of raw")
    views = views_to_make(home, assets)
    results = invoke([*_BUILD, "--select", exactly({*assets, *checks, *views})])
    put_on_record(home, {each.node.name for each in results if each.status == "success"})
    for result in results:
        name = result.node.name
        if name in checks:
            yield _checked(checks[name], result)
        elif name in assets and result.status == "success":  # hooks are reported too
            yield dg.MaterializeResult(
                asset_key=assets[name], metadata={"seconds": round(result.execution_time, 3)}
            )
    refuse_broken(results)


def _checked(key: dg.AssetCheckKey, result: "RunResult") -> dg.AssetCheckResult:
    severity = (
        dg.AssetCheckSeverity.WARN if result.status == "warn" else dg.AssetCheckSeverity.ERROR
    )
    return dg.AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=result.status == "pass",
        severity=severity.WARN if result.status == "warn" else severity.ERROR,
        description=result.message or "no offender",
        metadata={"offenders": result.failures or 0},
    )
