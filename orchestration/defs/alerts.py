"""Who needs to know, at once: the alert is committed before it is sent, and waits for no audit."""

import dagster as dg

from orchestration.alerting import tell
from orchestration.defs.publication import published
from sightline.home import Home


@dg.asset(deps=[published], group_name="alerts", kinds={"apprise"}, owners=["team:data"])
def alerts(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Announce episodes that opened or closed since the last look, and send what is unsent."""
    told = tell(Home.from_env())
    context.log.info("announced %s, delivered %s", told.announced, told.delivered)
    return dg.MaterializeResult(
        metadata={
            "announced": told.announced,
            "delivered": told.delivered,
            "undelivered": told.undelivered,
            "held_back": told.held_back,
        }
    )
