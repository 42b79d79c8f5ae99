"""What the marts promise to their readers, and what the folders promise to each other."""

import re
from typing import Any

import duckdb
import pytest

from expectations.guard import PACKAGE
from sightline.registry import modules
from tests.dbt.conftest import PROJECT, Built

READING = {
    "scope": "varchar",
    "period_start": "date",
    "numerator": "decimal(38,9)",
    "denominator": "decimal(38,9)",
    "value": "decimal(38,9)",
    "source_rows": "bigint",
    "source_changed_at": "timestamp",
    "source_hash": "varchar",
}
LONGEST_MODEL = 80  # lines; past that a reader no longer sees a step whole
STAGES = ("staging", "kpis", "intermediate", "marts")


def _undescribed(model: dict[str, Any]) -> list[str]:
    columns = model["columns"].values()
    return [column["name"] for column in columns if not column["description"]]


def test_every_mart_and_every_column_of_it_is_described(empty_build: Built) -> None:
    marts = empty_build.models("marts")
    assert marts
    assert [name for name, mart in marts.items() if not mart["description"]] == []
    assert {name: _undescribed(mart) for name, mart in marts.items() if _undescribed(mart)} == {}


def test_descriptions_reach_the_warehouse_as_comments(
    empty_build: Built, connection: duckdb.DuckDBPyConnection
) -> None:
    tables = connection.execute(
        "select table_name, comment from duckdb_tables() where schema_name = 'marts'"
    ).fetchall()
    assert {name for name, _ in tables} == set(empty_build.models("marts"))
    columns = connection.execute(
        "select table_name, column_name, comment from duckdb_columns() where schema_name = 'marts'"
    ).fetchall()
    assert [row for row in tables + columns if not row[-1]] == []


@pytest.mark.parametrize("stage", ["kpis", "marts"])
def test_the_contract_is_enforced(empty_build: Built, stage: str) -> None:
    models = empty_build.models(stage)
    assert models
    loose = [name for name, node in models.items() if not node["contract"]["enforced"]]
    assert loose == []


def test_every_kpi_model_yields_the_same_columns(empty_build: Built) -> None:
    for name, model in empty_build.models("kpis").items():
        columns = {column["name"]: column["data_type"] for column in model["columns"].values()}
        assert columns == READING, name


def test_every_kpi_definition_has_its_model(empty_build: Built) -> None:
    promised = {path.stem for path in (PROJECT.parent / "okrs/kpis").glob("*.yml")}
    built = {name.removeprefix("kpi_") for name in empty_build.models("kpis")}
    assert promised == built


def test_every_model_is_described(empty_build: Built) -> None:
    models = [model for stage in STAGES for model in empty_build.models(stage).values()]
    assert [model["name"] for model in models if not model["description"]] == []


def test_a_model_lives_in_the_schema_of_its_folder(empty_build: Built) -> None:
    for stage in STAGES:
        assert {model["schema"] for model in empty_build.models(stage).values()} == {stage}


def test_what_guards_read_does_not_wait_for_what_guards_say(empty_build: Built) -> None:
    parents = empty_build.manifest["parent_map"]
    waiting = [f"model.sightline.{name}" for name in _read_by_guards()]
    above: set[str] = set()
    while waiting:
        node = waiting.pop()
        above.add(node)
        waiting.extend(set(parents[node]) - above)
    assert "source.sightline.raw_erp.sorter_day" in above
    said = {node for node in above if ".raw_integrity." in node or ".raw_casebook." in node}
    # When a source was asked is known of every load, of those that land verdicts too.
    assert {node for node in said if not node.endswith(("._receipt", "._dlt_loads"))} == set()


def test_whatever_a_guard_reads_is_built_before_the_guards_run(empty_build: Built) -> None:
    parents = empty_build.manifest["parent_map"]
    built = set(_read_by_guards())
    waiting = [f"model.sightline.{name}" for name in built]
    while waiting:
        node = waiting.pop()
        built.add(node.split(".")[-1])
        waiting.extend(parents[node])
    read = {
        name
        for guard in modules(PACKAGE).values()
        for name in re.findall(r"\b(?:staging|intermediate|marts)\.(\w+)", guard.GUARD.evidence)
    }
    assert "int_kpi_value" in read
    assert read - built == set()


def _read_by_guards() -> tuple[str, ...]:
    from orchestration.defs.models import READ_BY_GUARDS

    return tuple(name.removeprefix("+") for name in READ_BY_GUARDS.split())


def test_no_model_refers_upwards(empty_build: Built) -> None:
    rank = {stage: number for number, stage in enumerate(STAGES)}
    upwards = [
        (name, parent)
        for stage in STAGES
        for name, model in empty_build.models(stage).items()
        for parent in model["depends_on"]["nodes"]
        if parent.startswith("model.")
        and rank[empty_build.manifest["nodes"][parent]["fqn"][1]] > rank[stage]
    ]
    assert upwards == []


def test_every_written_model_can_be_read_at_a_glance() -> None:
    models = [
        path
        for path in (PROJECT / "models").rglob("*.sql")
        if "Do not edit" not in path.read_text()
    ]
    long = {path.name: len(path.read_text().splitlines()) for path in models}
    assert {name: lines for name, lines in long.items() if lines > LONGEST_MODEL} == {}


def test_no_mart_ranks_a_person(empty_build: Built) -> None:
    # Who acts in a role is told where roles are; whatever counts, scores or times names roles only.
    persons = {"person", "deputy", "acting", "owner_person"}
    for name, mart in empty_build.models("marts").items():
        about = persons & set(mart["columns"])
        assert not about or name.startswith("dim_"), f"{name} holds {about}"
    counted = {"decimal(38,9)", "integer", "bigint"}
    columns = empty_build.models("marts")["dim_role"]["columns"].values()
    assert not [column["name"] for column in columns if column["data_type"] in counted]
