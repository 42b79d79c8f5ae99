"""What would a policy have decided? It is landed in a copy of the warehouse and judged there.

The same models judge it that judge the policies in force, so no number is computed a second way.
"""

from datetime import date
from typing import Any

from duckdb import DuckDBPyConnection

from orchestration.scratch import scratch
from sightline.catalog import Catalog
from sightline.errors import NothingCheckedError, SightlineEnvironmentError
from sightline.home import Home
from sightline.policy import Policy, Verdict
from sightline.policy_backtest import Backtest, Period
from sightline.warehouse.duckdb import connect

_JUDGE = "stg_definitions__policy+,+fct_policy_verdict"

_NEWEST_LANDING = """
    select landing._dlt_load_id, landing._seen_at from raw_definitions.landing as landing
    inner join raw_definitions._dlt_loads as load
        on load.load_id = landing._dlt_load_id and load.status = 0
    order by landing._seen_at desc, landing._dlt_load_id desc limit 1
"""
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
            _land(connection, policy.id, catalog, over)
        refuse_broken(invoke(["run", "--select", _JUDGE]))
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
    return Backtest(policy.id, periods)


def _land(
    connection: DuckDBPyConnection, policy_id: str, catalog: Catalog, over: dict[str, Any]
) -> None:
    """Add the rows of one policy to the newest landing of the definitions, with other values."""
    landing = connection.execute(_NEWEST_LANDING).fetchone()
    if landing is None:
        raise NothingCheckedError(
            "no definitions have been landed yet: run `make demo`, or a pulse"
        )
    stamp = dict(zip(("_dlt_load_id", "_seen_at"), landing, strict=True))
    tables = catalog.rows()
    for table in ("policy", "policy_rule"):
        for row in tables[table]:
            if row["policy_id"] == policy_id:
                landed = row | {key: value for key, value in over.items() if key in row} | stamp
                _refuse_older(connection, table, landed)
                names, places = ", ".join(landed), ", ".join("?" * len(landed))
                connection.execute(
                    f"insert into raw_definitions.{table} ({names}) values ({places})",  # noqa: S608 - names of ours
                    list(landed.values()),
                )


def _refuse_older(connection: DuckDBPyConnection, table: str, row: dict[str, Any]) -> None:
    described = connection.execute(f"describe raw_definitions.{table}").fetchall()
    unknown = sorted(row.keys() - {column for column, *_ in described})
    if unknown:
        raise SightlineEnvironmentError(
            f"the warehouse has no {', '.join(unknown)} for a {table} yet: "
            "let one pulse of this version run first"
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
