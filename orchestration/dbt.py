"""How dbt runs from Dagster: in this process, on exactly the models and tests of the step."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator

from sightline.home import CHECKOUT

if TYPE_CHECKING:
    from dbt.artifacts.schemas.run import RunResult
    from dbt.contracts.graph.manifest import Manifest

PROJECT = CHECKOUT / "dbt_project"
MANIFEST = PROJECT / "target" / "manifest.json"
PARSED = PROJECT / "target" / "partial_parse.msgpack"

# `empty` adds no test by itself: what Dagster selected is what dbt builds. Results come back as
# objects, so nothing is written for each node; what went wrong is printed all the same.
_OPTIONS = ("--quiet", "--no-write-json", "--log-level-file", "none", "--no-use-colors")
_BUILD = ("build", "--indirect-selection", "empty", "--exclude-resource-type", "unit_test")


class FolderTranslator(DagsterDbtTranslator):
    """Groups dbt models by the stage of the story they stand in: their folder."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The first folder below `models/`."""
        return str(dbt_resource_props["fqn"][1])

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str] | None:
        """The department named in the model's meta, else the data department."""
        meta = dbt_resource_props.get("config", {}).get("meta", {})
        return [f"team:{meta.get('department', 'data')}"]


class DbtBuildError(Exception):
    """A model did not build; carries what dbt said of each."""


def build(
    context: dg.AssetExecutionContext,
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Build the models of this step and run its tests, reporting each as it ended.

    A test that finds offenders is a failed check; a model that does not build raises
    DbtBuildError after the others were reported.
    """
    assets = {key.path[-1]: key for key in context.selected_asset_keys}
    checks = {key.name: key for key in context.selected_asset_check_keys}
    results = _invoke([*_BUILD, "--select", *assets, *checks])
    for result in results:
        name = result.node.name
        if name in checks:
            yield _checked(checks[name], result)
        elif name in assets and result.status == "success":  # hooks are reported too
            yield dg.MaterializeResult(
                asset_key=assets[name], metadata={"seconds": round(result.execution_time, 3)}
            )
    broken = [result for result in results if result.status in {"error", "skipped"}]
    if broken:
        raise DbtBuildError("\n".join(f"{each.node.name}: {each.message}" for each in broken))


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


def _invoke(arguments: list[str]) -> Sequence["RunResult"]:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.artifacts.schemas.run import RunExecutionResult

    try:
        done = _run(arguments, _manifest())
    finally:
        # dbt would keep the file locked; the method carries no annotation
        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    if not isinstance(done, RunExecutionResult):
        raise DbtBuildError(f"dbt ended with {type(done).__name__} and not with a build")
    return done.results


@cache
def _manifest() -> "Manifest":
    """The parsed project, read once a process, and parsed anew only after an edit.

    dbt itself would parse all of it again (6 s instead of 0.3) wherever SIGHTLINE_HOME differs
    from the last run's, because the profile names it.
    """
    from dbt.contracts.graph.manifest import Manifest

    if is_current(PARSED):
        manifest = Manifest.from_msgpack(PARSED.read_bytes())
        manifest.build_flat_graph()  # type: ignore[no-untyped-call]  # carries no annotation
        return manifest
    parsed = _run(["parse"], None)
    if not isinstance(parsed, Manifest):
        raise DbtBuildError(f"dbt ended with {type(parsed).__name__} and not with a manifest")
    return parsed


def is_current(parsed: Path) -> bool:
    """Whether no file of the dbt project is newer than what was parsed of it."""
    folders = (PROJECT / name for name in ("models", "macros", "tests"))
    read = (
        PROJECT / "dbt_project.yml",
        *(path for folder in folders for path in folder.rglob("*")),
    )
    newest = max(path.stat().st_mtime for path in read)
    return parsed.exists() and parsed.stat().st_mtime >= newest


def _run(arguments: list[str], manifest: "Manifest | None") -> object:
    from dbt.cli.main import dbtRunner

    with chdir(PROJECT):
        done = dbtRunner(manifest=manifest).invoke([*arguments, *_OPTIONS])
    if done.exception is not None:
        raise done.exception
    return done.result
