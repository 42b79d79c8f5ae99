"""What came in: one asset a raw table, one step a source, and a schedule a cadence."""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg

from ingestion.pull import pull
from ingestion.source import Source, Table, sources
from sightline.home import Home


def _asset_key(source: Source, table: Table) -> dg.AssetKey:
    return dg.AssetKey([source.dataset, table.name])


def _specs(source: Source) -> list[dg.AssetSpec]:
    return [
        dg.AssetSpec(
            _asset_key(source, table),
            group_name="sources",
            description=f"{source.description} Append-only; every row carries when it was seen.",
            kinds={"dlt", "duckdb"},
            owners=[f"team:{source.department}"],
            freshness_policy=dg.FreshnessPolicy.time_window(
                fail_window=timedelta(days=2), warn_window=timedelta(days=1)
            ),
        )
        for table in source.tables
    ]


def _pull_step(source: Source) -> dg.AssetsDefinition:
    @dg.multi_asset(name=f"pull_{source.name}", specs=_specs(source), pool="warehouse")
    def pull_step() -> Iterator[dg.MaterializeResult[None]]:
        home = Home.from_env()
        receipt = pull(source.name, home=home, seen_at=home.now())
        counted = {table.table: table for table in receipt.tables}
        for table in source.tables:
            row = counted.get(table.name)
            yield dg.MaterializeResult(
                asset_key=_asset_key(source, table),
                metadata={
                    "rows_seen": row.seen if row else 0,
                    "rows_kept": row.kept if row else 0,
                    "rows_rejected": row.rejected if row else 0,
                    "seen_at": receipt.seen_at.isoformat(),
                },
            )

    return pull_step


@dg.definitions
def defs() -> dg.Definitions:
    """One pull step for each module in `ingestion/sources/`."""
    return dg.Definitions(assets=[_pull_step(source) for source in sources().values()])
