"""Can we trust the numbers? The guards' verdicts as rows, and as asset checks on the KPIs."""

from collections.abc import Iterator

import dagster as dg
from expectations.judge import judge
from ingestion.pull import land
from orchestration.catalog import catalog
from orchestration.defs.models import build_kpis
from sightline.home import Home
from sightline.warehouse.duckdb import connect

TABLES = ("finding", "verdict", "guard_run")


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            dg.AssetKey(["raw_integrity", table]),
            deps=list(build_kpis.keys),
            group_name="integrity",
            kinds={"greatexpectations", "duckdb"},
            owners=["team:data"],
            description="What the guards found and how far each KPI value can be trusted.",
        )
        for table in TABLES
    ],
    pool="warehouse",
)
def judge_integrity() -> Iterator[dg.MaterializeResult[None]]:
    """Run the guards that the KPI definitions call for and land what they say."""
    home = Home.from_env()
    now = home.now()
    with connect(home, read_only=True) as connection:
        judgement = judge(connection, catalog(), as_of=now)
    tables = judgement.tables()
    land("raw_integrity", tables, home=home, seen_at=now)
    for table in TABLES:
        yield dg.MaterializeResult(
            asset_key=dg.AssetKey(["raw_integrity", table]), metadata={"rows": len(tables[table])}
        )


def _check_specs() -> list[dg.AssetCheckSpec]:
    return [
        dg.AssetCheckSpec(
            name=call.guard,
            asset=dg.AssetKey(["kpis", f"kpi_{kpi.id}"]),
            additional_deps=[dg.AssetKey(["raw_integrity", "guard_run"])],
        )
        for kpi in catalog().kpis.values()
        for call in kpi.guards
    ]


@dg.definitions
def defs() -> dg.Definitions:
    """The verdict tables, and a check for each guard a KPI definition names."""

    @dg.multi_asset_check(specs=_check_specs(), can_subset=True)
    def guards(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        home = Home.from_env()
        with connect(home, read_only=True) as connection:
            rows = latest_guard_runs(connection)
        for key in context.selected_asset_check_keys:
            kpi_id = key.asset_key.path[-1].removeprefix("kpi_")
            yield as_check_result(key, rows[kpi_id, key.name])

    return dg.Definitions(assets=[judge_integrity], asset_checks=[guards])
