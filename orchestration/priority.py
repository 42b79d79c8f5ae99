"""What goes first: news before what is only due, alerts before marts, also the next pulse's."""

from datetime import UTC, datetime, timedelta

import dagster as dg

from sightline.home import Home

# Tags of runs: what a pulse was started for, and that it goes before others that wait to write.
NEWS = {"sightline/news": "yes"}
FIRST = {"dagster/priority": "1"}
# Tags of steps.
AFTER_ALERTS = {"dagster/priority": "-1"}
AT_THE_END = {"dagster/priority": "-2"}  # the run has sealed all that it will, and told

# So long a run waits before no news overtakes it any more.
_LONG = timedelta(minutes=2)
# So old the published marts may get while one pulse with news follows the other.
_FRESH = timedelta(minutes=1)


def leaves_marts(instance: dg.DagsterInstance, home: Home) -> bool:
    """Whether a pulse may leave the marts to one that waits with news, because they are fresh."""
    waiting = dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED], tags=NEWS)
    if not home.published.exists() or not instance.get_run_ids(waiting, limit=1):
        return False
    published = datetime.fromtimestamp(home.published.stat().st_mtime, UTC)
    return datetime.now(UTC) - published < _FRESH


def somebody_waits_long(instance: dg.DagsterInstance) -> bool:
    """Whether a run has waited so long that news goes behind it: a source only due has its turn."""
    asked_before = datetime.now(UTC) - _LONG
    waiting = dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED], created_before=asked_before)
    return bool(instance.get_run_ids(waiting, limit=1))
