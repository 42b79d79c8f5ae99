"""Is raw still what was loaded? Every pulse looks before anything is built on it."""

from collections.abc import Iterator

import dagster as dg

from ingestion.source import sources
from orchestration.keys import raw_keys
from orchestration.priority import AFTER_ALERTS, AT_THE_END
from sightline.home import Home
from sightline.ledger.attesting import attest
from sightline.ledger.watching import watch
from sightline.warehouse.duckdb import connect

BREACH, BROKEN_ROW = (dg.AssetKey(["raw_ledger", name]) for name in ("breach", "broken_row"))

# The casebook's own job brings acts into the marts and looks at nothing again.
LOOKED_AT = [
    dg.AssetKey([source.dataset, table.name])
    for source in sources().values()
    if source.name != "casebook"
    for table in source.tables
]


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            key,
            deps=LOOKED_AT,
            group_name="integrity",
            kinds={"duckdb"},
            owners=["team:data"],
            description="Raw that is not as it was sealed when it was loaded.",
        )
        for key in (BREACH, BROKEN_ROW)
    ],
    pool="warehouse",
)
def watch_raw() -> Iterator[dg.MaterializeResult[None]]:
    """Count the rows of every sealed load, hash those whose turn it is, and land what is broken."""
    home = Home.from_env()
    seen = watch(home, raw_keys(), at=home.now())
    for key in (BREACH, BROKEN_ROW):
        yield dg.MaterializeResult(
            asset_key=key,
            metadata={
                "sealed_rows": seen.sealed_rows,
                "hashed_rows": seen.hashed_rows,
                "breaches": len(seen.breaches),
            },
        )


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec(
            name="as_sealed",
            asset=key,
            additional_deps=[BREACH],
            description="Every row of the table is as it was sealed when it was loaded.",
        )
        for key in LOOKED_AT
    ],
    can_subset=True,
    op_tags=AFTER_ALERTS,
)
def as_sealed(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
    """What the watch found in each raw table; the rows it names do not count."""
    with connect(Home.from_env(), read_only=True) as connection:
        found = connection.execute(
            "select dataset, table_name, observed from raw_ledger.breach "
            "where mended_at is null order by found_at"
        ).fetchall()
    for key in context.selected_asset_check_keys:
        told = [text for *table, text in found if table == list(key.asset_key.path)]
        yield dg.AssetCheckResult(
            asset_key=key.asset_key,
            check_name=key.name,
            passed=not told,
            description="; ".join(told) or "as sealed",
            metadata={"breaches": len(told)},
        )


@dg.asset_check(
    asset=BREACH,
    name="attested",
    description="The newest checkpoint lies where others keep it, as far as that is set.",
    op_tags=AT_THE_END,
)
def attested() -> dg.AssetCheckResult:
    """Push and date what was sealed, at the end of the run, also of one in which a step failed."""
    problems = attest(Home.from_env())
    return dg.AssetCheckResult(
        passed=not problems,
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(problems) or "as set",
    )


ATTESTED = dg.AssetSelection.checks(*attested.check_keys)
