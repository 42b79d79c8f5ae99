"""Can we trust the numbers? The guards' verdicts as rows, and as asset checks on the KPIs."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
from duckdb import CatalogException, DuckDBPyConnection

from expectations.judge import input_hash, judge, still_holds
from expectations.judgement import Status
from ingestion.pull import land
from ingestion.snapshot import INTEGRITY
from orchestration.catalog import catalog
from orchestration.defs.models import build_kpis
from orchestration.priority import AFTER_ALERTS
from sightline.home import Home
from sightline.warehouse.duckdb import connect

GUARD_RUN = dg.AssetKey(["staging", "stg_integrity__guard_run"])


def landed(connection: DuckDBPyConnection, table: str) -> list[dict[str, Any]]:
    """Rows of judgements landed before, as staged; none before the first build."""
    try:
        cursor = connection.execute(f"from staging.stg_integrity__{table}")
    except CatalogException:
        return []
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            dg.AssetKey(["raw_integrity", table.name]),
            deps=list(build_kpis.keys),
            group_name="integrity",
            kinds={"greatexpectations", "duckdb"},
            owners=["team:data"],
            description=INTEGRITY.description,
        )
        for table in INTEGRITY.tables
    ],
    pool="warehouse",
)
def judge_integrity(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
    """Run the guards that the KPI definitions call for and land what they say.

    Judged is when a period closed, a fact changed or a guard broke. Great Expectations takes
    seconds to import, and statistics looked at at every tick would alarm by chance.
    """
    home = Home.from_env()
    now = home.now()
    with connect(home, read_only=True) as connection:
        if still_holds(
            landed(connection, "guard_run"), input_hash(connection, catalog(), as_of=now)
        ):
            context.log.info("no period closed and no fact changed: the last judgement holds")
            rows = None
        else:
            before = landed(connection, "examination")
            rows = judge(
                connection, catalog(), as_of=now, examined_before=before, store=home.expectations
            ).tables()
    if rows is not None:
        land(INTEGRITY.dataset, rows, home=home, seen_at=now)
    for spec in context.assets_def.specs:
        judged = {} if rows is None else {"rows": len(rows[spec.key.path[-1]])}
        yield dg.MaterializeResult(asset_key=spec.key, metadata=judged)


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec(
            name=call.guard,
            asset=dg.AssetKey(["kpis", f"kpi_{kpi.id}"]),
            additional_deps=[GUARD_RUN],
            description=f"The guard {call.guard} on {kpi.name}.",
        )
        for kpi in catalog().kpis.values()
        for call in kpi.guards
    ],
    can_subset=True,
    op_tags=AFTER_ALERTS,
)
def guards(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
    """What each guard said of each KPI, as landed; too few data is not a pass."""
    with connect(Home.from_env(), read_only=True) as connection:
        runs = {(row["kpi_id"], row["guard"]): row for row in landed(connection, "guard_run")}
    for key in context.selected_asset_check_keys:
        run = runs[key.asset_key.path[-1].removeprefix("kpi_"), key.name]
        yield dg.AssetCheckResult(
            asset_key=key.asset_key,
            check_name=key.name,
            passed=run["status"] == Status.PASSED,
            severity=dg.AssetCheckSeverity[run["severity"].upper()],
            description=run["detail"],
            metadata={
                "status": run["status"],
                "unexpected_count": run["unexpected_count"],
                "expectations_expected": run["expectations_expected"],
                "expectations_evaluated": run["expectations_evaluated"],
            },
        )
