"""What BI reads: all marts of one build, swapped in at once, and the pages drawn from them."""

import dagster as dg

from orchestration.catalog import catalog
from orchestration.defs.models import build_marts, build_verdicts
from orchestration.defs.values import value_record
from reports.board import render_board
from reports.finding_page import render_findings
from sightline.home import Home
from sightline.warehouse.duckdb import publish, read_published


@dg.asset(
    deps=[*build_verdicts.keys, *build_marts.keys, value_record],
    group_name="publication",
    kinds={"duckdb", "parquet"},
    owners=["team:data"],
    pool="warehouse",
)
def published(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """The marts as a read-only database and as Parquet, never locked by the pipeline."""
    home = Home.from_env()
    publish(home, context.run_id, home.now())
    return dg.MaterializeResult(metadata={"database": dg.MetadataValue.path(home.published)})


@dg.asset(deps=[published], group_name="publication", kinds={"html"}, owners=["team:data"])
def finding_pages() -> dg.MaterializeResult[None]:
    """One page for each finding about a number; pages of findings that are gone are taken away."""
    home = Home.from_env()
    with read_published(home) as connection:
        rendered = render_findings(connection, catalog().vocabulary.answer_codes)
        pages = {home.finding_page(finding_id): page for finding_id, page in rendered}
    for path in home.findings.glob("*.html"):
        if path not in pages:
            path.unlink()
    for path, page in pages.items():
        path.write_text(page, encoding="utf-8")
    return dg.MaterializeResult(metadata={"pages": len(pages)})


@dg.asset(deps=[published], group_name="publication", kinds={"html"}, owners=["team:data"])
def board() -> dg.MaterializeResult[None]:
    """The one-glance board as a page that needs no server."""
    home = Home.from_env()
    with read_published(home) as connection:
        page = render_board(connection)
    path = home.reports / "index.html"
    path.write_text(page, encoding="utf-8")
    return dg.MaterializeResult(
        metadata={"page": dg.MetadataValue.path(path), "bytes": len(page.encode())}
    )
