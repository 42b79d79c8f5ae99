"""One `dbt build` on an empty warehouse; tests copy it and put raw rows of their own into it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.conftest import made_once

PROJECT = Path(__file__).parents[2] / "dbt_project"
DBT = Path(sys.executable).parent / "dbt"


@dataclass(frozen=True)
class Project:
    """The dbt project working on one warehouse, with a target folder of its own."""

    home: Path
    target: Path

    @property
    def warehouse(self) -> Path:
        return self.home / "warehouse.duckdb"

    def dbt(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run dbt as its own command; gives back all it printed."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("SIGHTLINE_", "DBT_"))}
        folders = {"DBT_TARGET_PATH": str(self.target), "DBT_LOG_PATH": str(self.target)}
        return subprocess.run(
            [DBT, "--no-use-colors", *words, "--project-dir", PROJECT, "--profiles-dir", PROJECT],
            env=kept | folders | {"SIGHTLINE_HOME": str(self.home)},
            capture_output=True,
            text=True,
            check=False,
        )


@dataclass(frozen=True)
class Built:
    """A finished build: the project, what dbt printed, and the manifest it left."""

    project: Project
    output: str
    exit_code: int

    @cached_property
    def manifest(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.project.target / "manifest.json").read_text())
        return content

    def models(self, folder: str) -> dict[str, dict[str, Any]]:
        """The models of one stage by name."""
        nodes = self.manifest["nodes"].values()
        return {
            node["name"]: node
            for node in nodes
            if node["resource_type"] == "model" and node["fqn"][1] == folder
        }


@pytest.fixture(scope="session")
def empty_build(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """One build of an empty warehouse, made by the first worker that asks for it."""

    def build(folder: Path) -> None:
        project = Project(folder / "home", folder / "target")
        project.home.mkdir()
        done = project.dbt("--warn-error", "--show-all-deprecations", "build")
        (folder / "output.txt").write_text(done.stdout + done.stderr)
        (folder / "exit_code").write_text(str(done.returncode))

    folder = made_once(tmp_path_factory, "empty_build", build)
    return Built(
        Project(folder / "home", folder / "target"),
        (folder / "output.txt").read_text(),
        int((folder / "exit_code").read_text()),
    )


@pytest.fixture
def project(empty_build: Built, tmp_path: Path) -> Project:
    """A copy of the empty warehouse."""
    shutil.copy(empty_build.project.warehouse, tmp_path)
    shutil.copytree(empty_build.project.target, tmp_path / "target")
    return Project(tmp_path, tmp_path / "target")


@pytest.fixture
def connection(empty_build: Built, project: Project) -> Iterator[duckdb.DuckDBPyConnection]:
    """The copy, with all of staging as views: raw rows show there without a build."""
    with duckdb.connect(str(project.warehouse)) as opened:
        opened.execute("set timezone = 'UTC'")
        for model in empty_build.models("staging").values():
            if model["config"]["materialized"] == "newest_rows":
                opened.execute(f"drop table {model['relation_name']}")
                opened.execute(f"create view {model['relation_name']} as {model['compiled_code']}")
        yield opened
