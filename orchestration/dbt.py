"""How dbt is reached from Dagster: where the project lies, and what its nodes are called."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dagster_dbt import DagsterDbtTranslator, DbtCliResource

from sightline.home import Home

PROJECT = Home.from_env().checkout / "dbt_project"
MANIFEST = PROJECT / "target" / "manifest.json"


class FolderTranslator(DagsterDbtTranslator):
    """Groups dbt models by the stage of the story they stand in: their folder."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The first folder below `models/`."""
        return str(dbt_resource_props["fqn"][1])

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        """The department named in the model's meta, else the data department."""
        meta = dbt_resource_props.get("config", {}).get("meta", {})
        return [f"team:{meta.get('department', 'data')}"]


def cli() -> DbtCliResource:
    """The dbt of this environment, on this project."""
    return DbtCliResource(
        project_dir=str(PROJECT),
        profiles_dir=str(PROJECT),
        dbt_executable=str(Path(sys.executable).parent / "dbt"),
    )
