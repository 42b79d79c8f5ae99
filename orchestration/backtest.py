"""What would a policy have decided? It is put into a copy of the warehouse and judged there.

The same models judge it that judge the policies in force, so no number is computed a second way.
"""

from datetime import date
from typing import Any

from duckdb import CatalogException, DuckDBPyConnection

from orchestration.scratch import scratch
from sightline.catalog import Catalog
from sightline.errors import NothingCheckedError, SightlineEnvironmentError
from sightline.home import Home
from sightline.policy import Policy, Verdict
from sightline.policy_backtest import Backtest, Period
from sightline.warehouse.duckdb import connect

# What lies between a policy and its verdict.
_JUDGE = "stg_definitions__policy+,+fct_policy_verdict"

_PERIODS = """
    with in_force as (
        select verdict.* from marts.fct_policy_verdict as verdict
        inner join marts.dim_policy as policy on policy.policy_id = verdict.policy_id
        where policy.key_result_id = $key_result and policy.guardrail_kpi_id = $kpi
            and policy.guardrail_scope = $scope
    )
    select state.period_start, state.integrity, state.floor, state.budget_used_share, state.budget,
        state.pace, state.effort_share, state.effort, verdict.verdict, verdict.rule,
        in_force.policy_id as in_force_policy, in_force.verdict as in_force_verdict,
        in_force.rule as in_force_rule
    from marts.fct_policy_state as state
    inner join marts.fct_policy_verdict as verdict
        on verdict.policy_id = state.policy_id and verdict.period_start = state.period_start
    left join in_force on in_force.period_start = state.period_start
    where state.policy_id = $proposed
    order by state.period_start
"""


def backtest(
    home: Home, policy: Policy, catalog: Catalog, *, first: date | None, last: date | None
) -> Backtest:
    """Replay a proven policy of a catalog over the closed periods from a day to a day.

    Without days it is the time of the key result's objective: outside it the goal has no pace.
    The policy is taken to be approved and valid all that time. Raises NothingCheckedError when
    nothing has been judged in it yet.
    """
    from orchestration.dbt_runner import invoke, refuse_broken

    objective, _ = catalog.key_results[policy.key_result]
    first, last = first or objective.period.first_day, last or objective.period.last_day
    proposed = f"proposed:{policy.id}"  # no id holds a colon: it stands beside those in force
    over = {
        "policy_id": proposed,
        "approved_on": date.min,
        "valid_from": first,
        "valid_to": last,
    }
    with scratch(home) as trial:
        with connect(trial) as connection:
            _propose(connection, policy.id, catalog, over)
        refuse_broken(invoke(["run", "--select", _JUDGE, "--exclude", "stg_definitions__policy"]))
        with connect(trial) as connection:
            asked = {
                "key_result": policy.key_result,
                "kpi": policy.guardrail.kpi,
                "scope": policy.guardrail.scope,
                "proposed": proposed,
            }
            periods = _periods(connection.execute(_PERIODS, asked))
    if not periods:
        raise NothingCheckedError(
            f"no closed period of {policy.guardrail.kpi}@{policy.guardrail.scope} lies between "
            f"{first} and {last}: there is nothing to replay {policy.id} over"
        )
    return Backtest(policy.id, periods, catalog.kpis[policy.guardrail.kpi].grain.value)


def _propose(
    connection: DuckDBPyConnection, policy_id: str, catalog: Catalog, over: dict[str, Any]
) -> None:
    """Put one policy, with other values, beside those that staging reads from what was landed.

    Raw stays as it is: a row that no load brought would be none there.
    """
    for table in ("policy", "policy_rule"):
        staged = f"stg_definitions__{table}"
        try:
            connection.execute(f"create table staging.proposed as from staging.{staged}")
        except CatalogException as error:
            raise NothingCheckedError("nothing has been judged yet: run a pulse first") from error
        for row in catalog.rows()[table]:
            if row["policy_id"] == policy_id:
                said = {key: over.get(key, row[key]) for key in row if key != "catalog_hash"}
                _insert(connection, said, table)
        connection.execute(f"drop view staging.{staged}")
        connection.execute(f"alter table staging.proposed rename to {staged}")


def _insert(connection: DuckDBPyConnection, row: dict[str, Any], table: str) -> None:
    columns = {name for name, *_ in connection.execute("describe staging.proposed").fetchall()}
    if unknown := sorted(row.keys() - columns):
        raise SightlineEnvironmentError(
            f"the warehouse has no {', '.join(unknown)} for a {table} yet: "
            "let one pulse of this version run first"
        )
    values = ", ".join(f"? as {name}" for name in row)
    connection.execute(
        f"insert into staging.proposed by name select {values}",
        list(row.values()),
    )


def _periods(cursor: DuckDBPyConnection) -> tuple[Period, ...]:
    names = [column[0] for column in cursor.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return tuple(
        Period(
            **row
            | {key: Verdict(row[key]) for key in names if key.endswith("verdict") and row[key]}
        )
        for row in rows
    )
