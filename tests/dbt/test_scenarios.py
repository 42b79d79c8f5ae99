"""A slice of `python -m benchmarks.scenarios`: the article's failure is found, and nothing else."""

from __future__ import annotations

import duckdb
import pytest

from benchmarks.scenarios import measure
from demo.story import SCENARIOS, Scenario
from tests.dbt.conftest import Built, Project


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_three_firms_of_a_scenario_reach_every_bar(
    empty_build: Built, project: Project, scenario: Scenario
) -> None:
    with duckdb.connect(str(project.warehouse)) as warehouse:
        warehouse.execute("set timezone = 'UTC'")
        found = measure(warehouse, empty_build.manifest, scenario, range(3))
    assert found.misses() == []
    assert found.firms == found.policy_right == 3
