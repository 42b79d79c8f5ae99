"""The verdict the warehouse gives is the one the policy's file says, for random policies."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings

from sightline.catalog import Catalog, load_catalog
from sightline.policy import Policy
from tests.dbt.conftest import PROJECT, Built
from tests.policies import SITUATIONS, policies, verdict

VOCABULARY = load_catalog(PROJECT.parent / "okrs").vocabulary
TABLES = {name: f"staging.stg_definitions__{name}" for name in ("policy", "policy_rule")}
WEEKS = {date(2024, 1, 1) + timedelta(weeks=n): each for n, each in enumerate(SITUATIONS)}


def fill(connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    """Replace the rows of a table; columns that are not named stay empty."""
    connection.execute(f"delete from {table}")
    row = f"({', '.join('?' * len(rows[0]))})"
    connection.execute(
        f"insert into {table} ({', '.join(rows[0])}) values {', '.join([row] * len(rows))}",
        [value for row in rows for value in row.values()],
    )


@pytest.fixture
def warehouse(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """A warehouse in which every situation occurs, one a week, and policies can be put."""
    for table in TABLES.values():
        connection.execute(f"create table staging.emptied as from {table}")
        connection.execute(f"drop view {table}")
        connection.execute(
            f"alter table staging.emptied rename to {table.removeprefix('staging.')}"
        )
    states = [{"policy_id": "p", "period_start": week, **each} for week, each in WEEKS.items()]
    fill(connection, "marts.fct_policy_state", states)
    return connection


# The warehouse is filled anew for each policy.
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(policy=policies())
def test_the_warehouse_reads_a_policy_as_it_is_written(
    empty_build: Built, warehouse: duckdb.DuckDBPyConnection, policy: Policy
) -> None:
    definitions = Catalog(
        objectives={}, kpis={}, policies={"p": policy}, calendars={}, vocabulary=VOCABULARY
    )
    for name, table in TABLES.items():
        rows = definitions.rows()[name]
        fill(warehouse, table, [{k: row[k] for k in row if k != "catalog_hash"} for row in rows])
    model = empty_build.models("marts")["fct_policy_verdict"]["compiled_code"]
    found = warehouse.execute(f"select period_start, verdict from ({model})").fetchall()
    assert dict(found) == {
        week: said for week, each in WEEKS.items() if (said := verdict(policy, each)) is not None
    }
