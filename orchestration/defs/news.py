"""Wake the pulse at once: an SQL source that has news need not wait for its cadence.

One long look a source: it asks every second for up to 40 seconds and returns with the first news,
so that nothing is paid for but one small query a second. Each pulse carries the mark of what it was
started for; news is a mark that the newest pulse does not carry.
"""

import time
from datetime import UTC, datetime, timedelta

import dagster as dg

from ingestion.source import module
from ingestion.sql.news import Watch
from ingestion.sql.reconcile import reconcilable
from sightline.home import Home

MARK = "sightline/mark"

# The daemon gives a look 60 s. Shorter looks would leave more gaps between them.
_LOOK_SECONDS = 40.0
_PAUSE_SECONDS = 1.0
# A source that never rests makes a pulse every half minute, not one after the other.
_BETWEEN = timedelta(seconds=30)
# News goes before the pulses that are only due: one writes at a time, and each takes seconds.
_FIRST = {"dagster/priority": "1"}
_BEFORE_THE_PULL = {dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTING}


def watch(name: str) -> Watch:
    """Takes the marks of the SQL source of that name."""
    source = module(name)
    return Watch(source.engine(Home.from_env()), source.sql_source())


def newest_pulse(instance: dg.DagsterInstance, name: str) -> dg.RunRecord | None:
    """The pulse of a source that was asked for last, whatever became of it."""
    records = instance.get_run_records(dg.RunsFilter(job_name=f"pulse_{name}"), limit=1)
    return records[0] if records else None


def is_younger(pulse: dg.RunRecord, age: timedelta) -> bool:
    """Whether it was asked for less than this long ago."""
    return datetime.now(UTC) - pulse.create_timestamp < age


def _watching(name: str) -> dg.SensorDefinition:
    @dg.sensor(
        name=f"{name}_news",
        job_name=f"pulse_{name}",
        minimum_interval_seconds=1,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def news(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        looks, seen = watch(name), None
        end = time.monotonic() + _LOOK_SECONDS
        while time.monotonic() < end:
            mark = looks.mark()
            if mark != seen:
                newest = newest_pulse(context.instance, name)
                seen = newest and newest.dagster_run.tags.get(MARK)
                if mark != seen and newest and newest.dagster_run.status in _BEFORE_THE_PULL:
                    return dg.SkipReason(f"{name} has news, and a pulse that will see it waits")
                if mark != seen and not (newest and is_younger(newest, _BETWEEN)):
                    return dg.RunRequest(tags=_FIRST | {MARK: mark})
            time.sleep(_PAUSE_SECONDS)
        return dg.SkipReason(f"{name} has nothing new")

    return news


@dg.definitions
def defs() -> dg.Definitions:
    """One sensor for each source that an SQL file describes."""
    return dg.Definitions(sensors=[_watching(name) for name in reconcilable()])
