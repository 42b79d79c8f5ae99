"""The models that judge, as dbt compiled them, over tables made by hand in an in-memory DuckDB."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

PROJECT = Path(__file__).parents[1] / "dbt_project"
MEASURE = pa.decimal128(38, 9)
# What the judgement reads, with the types it arrives in.
INPUTS: dict[str, dict[str, pa.DataType]] = {
    "intermediate.int_kpi_value_version": {
        "kpi_id": pa.string(), "scope": pa.string(), "period_start": pa.date32(),
        "numerator": MEASURE, "denominator": MEASURE, "value": MEASURE,
        "is_current": pa.bool_(), "is_withdrawn": pa.bool_(),
    },
    "staging.stg_definitions__kpi": {
        "kpi_id": pa.string(), "direction": pa.string(), "grain": pa.string(),
        "time_zone": pa.string(), "calendar_id": pa.string(), "fire_n": pa.int64(),
        "fire_m": pa.int64(), "recover_k": pa.int64(), "system_of_record": pa.string(),
        "grace_days": pa.int64(), "unit": pa.string(),
    },
    "staging.stg_definitions__kpi_landed": {
        "kpi_id": pa.string(), "grain": pa.string(), "time_zone": pa.string(),
        "calendar_id": pa.string(), "grace_days": pa.int64(), "load_id": pa.string(),
    },
    "staging.stg_definitions__kpi_target_landed": {
        "kpi_id": pa.string(), "valid_from": pa.date32(), "target": MEASURE, "floor": MEASURE,
        "load_id": pa.string(),
    },
    "staging.stg_definitions__calendar_span": {
        "calendar_id": pa.string(), "kind": pa.string(), "begins_on": pa.date32(),
        "ended_on": pa.date32(),
    },
    "staging.stg_definitions__landing": {
        "load_id": pa.string(), "known_at": pa.timestamp("us"), "landing_number": pa.int32(),
    },
    "staging.stg_receipts__receipt": {"source": pa.string(), "seen_at": pa.timestamp("us")},
    "staging.stg_integrity__verdict": {
        "kpi_id": pa.string(), "scope": pa.string(), "period_start": pa.date32(),
        "verdict": pa.string(), "grade": pa.string(),
    },
    "staging.stg_values__episode": {
        "kpi_id": pa.string(), "scope": pa.string(), "rule": pa.string(),
        "opened_period": pa.date32(), "closed_period": pa.date32(), "episode_id": pa.string(),
        "known_at": pa.timestamp("us"),
    },
    "intermediate.int_as_of": {"as_of": pa.timestamp("us")},
    "intermediate.int_finding_settlement": {
        "kpi_id": pa.string(), "scope": pa.string(), "period_start": pa.date32(),
        "asking": pa.int64(), "contesting": pa.int64(),
    },
    "intermediate.int_kpi_breach": {"kpi_id": pa.string()},
    "intermediate.int_policy_period": {
        "policy_id": pa.string(), "kpi_id": pa.string(), "scope": pa.string(),
        "period_start": pa.date32(), "effort": pa.string(), "pace": pa.string(),
        "is_silent_sacrifice": pa.bool_(),
    },
    "intermediate.int_policy_budget": {
        "policy_id": pa.string(), "period_start": pa.date32(), "window_periods": pa.int64(),
        "budget_allowed": MEASURE,
        "period_used": MEASURE, "recent_used": MEASURE, "is_whole_window": pa.bool_(),
    },
    "intermediate.int_restatement_effect": {
        "kpi_id": pa.string(), "scope": pa.string(), "period_start": pa.date32(),
        "materiality": pa.string(),
    },
    "intermediate.int_key_result_observation": {
        "kpi_id": pa.string(), "scope": pa.string(), "rule": pa.string(),
        "period_start": pa.date32(), "value": MEASURE, "target": MEASURE, "floor": MEASURE,
        "direction": pa.string(), "fire_n": pa.int64(), "fire_m": pa.int64(),
        "recover_k": pa.int64(), "is_bad": pa.bool_(), "fires_at_once": pa.bool_(),
        "is_good": pa.bool_(),
    },
    "intermediate.int_definition_change": {
        "kind": pa.string(), "definition_id": pa.string(), "seen_at": pa.timestamp("us"),
    },
    "intermediate.int_kpi_formula_version": {
        "kpi_id": pa.string(), "model_hash": pa.string(), "old_hash": pa.string(),
        "known_at": pa.timestamp("us"),
    },
}  # fmt: skip

# From the periods on, each after what it reads.
MODELS = (
    "int_kpi_period",
    "int_kpi_terms",
    "int_kpi_target_in_force",
    "int_kpi_judgement",
    "int_integrity_verdict",
    "int_kpi_side_state",
    "int_level_observation",
    "int_data_observation",
    "int_drift_observation",
    "int_burn_observation",
    "int_change_observation",
    "int_episode_observation",
    "int_episode_record",
    "int_episode_state",
    "int_rule_state",
    "int_episode",
)


@dataclass
class Judgement:
    """A warehouse of only what judgement reads; `compiled` is where dbt left the models' SQL."""

    compiled: Path
    threads: int = 2
    connection: duckdb.DuckDBPyConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = duckdb.connect(config={"threads": self.threads})
        self.connection.execute("set timezone = 'UTC'")
        self.connection.execute("attach ':memory:' as warehouse")
        self.connection.execute("use warehouse")
        for schema in ("staging", "intermediate", "marts"):
            self.connection.execute(f"create schema warehouse.{schema}")
        for name in INPUTS:
            self.put(name, [])

    def replace(self, name: str, rows: Iterable[Mapping[str, Any]], schema: pa.Schema) -> None:
        """Put rows where a model of the name `stage.model` would put its own."""
        arriving = pa.Table.from_pylist([dict(row) for row in rows], schema=schema)
        self.connection.register("arriving", arriving)
        self.connection.execute(f"create or replace table {name} as from arriving")
        self.connection.unregister("arriving")

    def put(self, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Replace one input; columns that a row does not name are NULL."""
        self.replace(name, rows, pa.schema(list(INPUTS[name].items())))

    def build(self, *names: str) -> None:
        """Run the models named, all up to the episodes when none is, each into a table."""
        for name in names or MODELS:
            (path,) = self.compiled.glob(f"*/{name}.sql")
            query = f"create or replace table {path.parent.name}.{name} as {path.read_text()}"
            self.connection.execute(query)

    def close(self) -> None:
        """Let go of the warehouse, which is in memory only."""
        self.connection.close()

    def rows(self, query: str) -> list[dict[str, Any]]:
        """The rows of a query as mappings."""
        cursor = self.connection.execute(query)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def compile_models(folder: Path) -> Path:
    """Let dbt compile the project below a folder of its own; gives where the SQL lies."""
    target = folder / "target"
    words = ["compile", "--quiet", "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    settings = {"SIGHTLINE_HOME": str(folder), "DBT_TARGET_PATH": str(target)}
    command = [str(Path(sys.executable).parent / "dbt"), *words]
    subprocess.run(command, env=os.environ | settings, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 our own project
    return compiled_in(target)


def compiled_in(target: Path) -> Path:
    """Where dbt leaves the models it compiled, below its target folder."""
    return target / "compiled/sightline/models"
