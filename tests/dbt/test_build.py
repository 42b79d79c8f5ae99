"""A build on a bare checkout passes, warns of nothing, and leaves raw tables a loader can use."""

from datetime import UTC, datetime

import duckdb
import pytest

from ingestion.pull import land
from orchestration.dbt_runner import invoke
from sightline.home import Home
from tests.dbt.conftest import Built, Project


def test_a_build_on_an_empty_warehouse_passes_without_a_warning(empty_build: Built) -> None:
    # --warn-error turns every warning and every deprecation into a failure.
    assert empty_build.exit_code == 0, empty_build.output[-4000:]
    assert "ERROR=0" in empty_build.output


def test_the_oracles_were_run_by_the_build(empty_build: Built) -> None:
    tests = empty_build.manifest["unit_tests"].values()
    proven = {test["model"] for test in tests}
    assert proven >= {
        "kpi_sorter_uptime",
        "int_kpi_judgement",
        "int_key_result_reading",
        "int_key_result_progress",
        "int_policy_budget",
        "int_episode_state",
        "fct_kpi_evaluation",
    }
    for test in tests:
        assert f"PASS {test['model']}::{test['name']}" in empty_build.output


def test_every_declared_raw_table_and_column_is_there(
    empty_build: Built, connection: duckdb.DuckDBPyConnection
) -> None:
    found = connection.execute(
        "select table_schema, table_name, column_name from information_schema.columns"
    ).fetchall()
    declared = {
        (source["schema"], source["name"], column)
        for source in empty_build.manifest["sources"].values()
        for column in source["columns"]
    }
    assert declared <= set(found)


def test_the_next_build_adds_a_column_that_a_raw_table_lacks(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGHTLINE_HOME", str(project.home))
    with duckdb.connect(str(project.warehouse)) as warehouse:
        warehouse.execute("drop table staging.stg_erp__invoice")
        warehouse.execute("alter table raw_erp.invoice drop column category")
    done = invoke(["build", "--select", "stg_erp__invoice"])
    assert {result.status for result in done} <= {"success", "pass"}
    with duckdb.connect(str(project.warehouse)) as warehouse:
        assert warehouse.execute("select category from staging.stg_erp__invoice").fetchall() == []


# sqlglot, which dlt imports, still looks for its deprecated accelerator
@pytest.mark.filterwarnings("ignore:sqlglotrs is deprecated:DeprecationWarning")
def test_the_loader_appends_into_tables_that_dbt_made(project: Project) -> None:
    home = Home.from_env({"SIGHTLINE_HOME": str(project.home)}).create()
    verdict = {"kpi_id": "k", "scope": "all", "verdict": "trusted", "grade": "A"}
    seen_at = datetime(2026, 1, 12, 6, tzinfo=UTC)
    land("raw_integrity", {"verdict": [verdict]}, home=home, seen_at=seen_at)
    with duckdb.connect(str(project.warehouse)) as warehouse:
        found = warehouse.execute("select kpi_id, grade from staging.stg_integrity__verdict")
        assert found.fetchall() == [("k", "A")]
