"""What became of it: recoveries, relapses and missed due dates of the cases people have in hand."""

import dagster as dg

from orchestration.casework import follow_up
from orchestration.defs.alerts import alerts
from orchestration.defs.publication import published
from orchestration.heartbeat import beat
from sightline.home import Home


@dg.asset(deps=[alerts, published], group_name="alerts", kinds={"python"}, owners=["team:data"])
def case_follow_up() -> dg.MaterializeResult[None]:
    """Record what the marts and the calendar say about open cases, and that a pulse has ended."""
    home = Home.from_env()
    done = follow_up(home)
    beat(home)
    return dg.MaterializeResult(
        metadata={"cases": done.cases, "observed": done.observed, "overdue": done.overdue}
    )
