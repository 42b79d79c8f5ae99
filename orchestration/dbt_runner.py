"""dbt in this process: one parsed project, results as objects, no lock left behind."""

import json
from collections.abc import Collection, Sequence
from contextlib import chdir
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sightline.errors import SightlineEnvironmentError
from sightline.home import CHECKOUT

if TYPE_CHECKING:
    from dbt.artifacts.schemas.run import RunResult
    from dbt.contracts.graph.manifest import Manifest

PROJECT = CHECKOUT / "dbt_project"
PARSED = PROJECT / "target" / "partial_parse.msgpack"

# Results come back as objects, so nothing is written for each node; what went wrong is printed
# all the same.
_OPTIONS = ("--no-write-json", "--log-level", "none", "--log-level-file", "none")
_ASKED_FOR = "asked_for"


class DbtBuildError(Exception):
    """A model did not build; carries what dbt said of each."""


def manifest_path(project: Path = PROJECT) -> Path:
    """Where `make setup` wrote what the project is made of: assets and checks are made of that.

    Raises SightlineEnvironmentError where it is missing, or models came or went since: the list of
    before would be built, and what reads a new model would not find it.
    """
    path = project / "target" / "manifest.json"
    if not path.exists():
        raise SightlineEnvironmentError(f"{path} is missing: run `make setup`")
    nodes = json.loads(path.read_text("utf-8"))["nodes"].values()
    known = {node["original_file_path"] for node in nodes if node["resource_type"] == "model"}
    models = {str(each.relative_to(project)) for each in project.glob("models/**/*.sql")}
    if changed := sorted(known ^ models):
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        raise SightlineEnvironmentError(
            f"{changed[0]}{more} came or went since {path} was written: run `make setup`"
        )
    return path


def refuse_broken(results: "Sequence[RunResult]") -> None:
    """Raises DbtBuildError naming each model that did not build, and what dbt said of it."""
    broken = [result for result in results if result.status in {"error", "skipped"}]
    if broken:
        raise DbtBuildError("\n".join(f"{each.node.name}: {each.message}" for each in broken))


def invoke(arguments: list[str]) -> Sequence["RunResult"]:
    """Run a dbt command on the parsed project; gives a result for each node, in order."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.artifacts.schemas.run import RunExecutionResult

    try:
        done = _run(arguments, manifest())
    finally:
        # dbt would keep the file locked; the method carries no annotation
        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    if not isinstance(done, RunExecutionResult):
        raise DbtBuildError(f"dbt ended with {type(done).__name__} and not with a build")
    return done.results


def exactly(names: Collection[str]) -> str:
    """A selector of these models and tests and no other.

    dbt compares each name that it is given with each node, in all a second for a hundred names; to
    find a tag is one comparison a node. The tag is on the parsed project of this process only.
    """
    for node in manifest().nodes.values():
        others = [tag for tag in node.tags if tag != _ASKED_FOR]
        node.tags = [*others, _ASKED_FOR] if node.name in names else others
    return f"tag:{_ASKED_FOR}"


@cache
def manifest() -> "Manifest":
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
    PARSED.touch()  # dbt leaves it as it is where an edit changed nothing
    return parsed


def get_ready() -> None:
    """Do what the first build of a process does before its first model, for those forked off this.

    Three seconds: read the parsed project, compile its macros, load the adapter, set dbt up. The
    warehouse is left alone.
    """
    from dbt_common.clients.jinja import template_cache

    for macro in manifest().macros.values():
        template_cache.get_node_template(macro)
    _run(["ls", "--select", "config.materialized:newest_rows"], manifest())


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
