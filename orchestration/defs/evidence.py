"""Do leading KPIs lead? Weighed once a week: what 78 weeks say does not change by the minute."""

import dagster as dg

from expectations.link_evidence import weigh_links
from ingestion.pull import land
from ingestion.snapshot import EVIDENCE
from orchestration.catalog import catalog
from orchestration.defs.models import build_kpis
from sightline.home import Home
from sightline.warehouse.duckdb import connect

CADENCE = "0 5 * * 1"


@dg.asset(
    key=dg.AssetKey([EVIDENCE.dataset, "link"]),
    deps=list(build_kpis.keys),
    group_name="integrity",
    kinds={"scipy", "duckdb"},
    owners=["team:data"],
    description=EVIDENCE.description,
    pool="warehouse",
)
def link_evidence() -> dg.MaterializeResult[None]:
    """Test every claimed lead on the closed periods and land a verdict for each."""
    home = Home.from_env()
    now = home.now()
    with connect(home, read_only=True) as connection:
        links = weigh_links(connection, catalog(), as_of=now)
    land(EVIDENCE.dataset, {"link": links}, home=home, seen_at=now)
    verdicts = [link["verdict"] for link in links]
    return dg.MaterializeResult(
        metadata={"links": len(links)} | {each: verdicts.count(each) for each in set(verdicts)}
    )
