"""Wake the pulse at once: an SQL source that has news need not wait for its cadence.

One long look a source: it asks every second for up to 40 seconds and returns with the first news,
so that nothing is paid for but one small query a second. A cursor holds the last mark; when it is
lost, the cadence brings what was missed.
"""

import time

import dagster as dg

from ingestion.source import module
from ingestion.sql.news import Watch
from ingestion.sql.reconcile import reconcilable
from sightline.home import Home

# The daemon gives a look 60 s. Shorter looks would leave more gaps between them.
_LOOK_SECONDS = 40.0
_PAUSE_SECONDS = 1.0
# A source that never rests makes a pulse every half minute, not one after the other.
_BETWEEN_SECONDS = 30
# News goes before the pulses that are only due: one writes at a time, and each takes seconds.
_FIRST = {"dagster/priority": "1"}


def _watching(name: str) -> dg.SensorDefinition:
    @dg.sensor(
        name=f"{name}_news",
        job_name=f"pulse_{name}",
        minimum_interval_seconds=_BETWEEN_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def news(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        source = module(name)
        watch = Watch(source.engine(Home.from_env()), source.sql_source())
        end = time.monotonic() + _LOOK_SECONDS
        while (mark := watch.mark()) == context.cursor and time.monotonic() < end:
            time.sleep(_PAUSE_SECONDS)
        is_first, is_news = context.cursor is None, mark != context.cursor
        context.update_cursor(mark)
        if is_first or not is_news:
            return dg.SkipReason("looking from now on" if is_first else f"{name} has nothing new")
        waiting = dg.RunsFilter(job_name=f"pulse_{name}", statuses=[dg.DagsterRunStatus.QUEUED])
        if context.instance.get_runs(waiting, limit=1):
            return dg.SkipReason(f"{name} has news, and a pulse that will see it waits already")
        return dg.RunRequest(tags=_FIRST)

    return news


@dg.definitions
def defs() -> dg.Definitions:
    """One sensor for each source that an SQL file describes."""
    return dg.Definitions(sensors=[_watching(name) for name in reconcilable()])
