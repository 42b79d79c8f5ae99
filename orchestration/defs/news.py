"""When a pulse runs: at once for news of its source, and at a cadence for what no mark tells.

A long look asks every second for up to 40 seconds and returns with the first news, so that nothing
is paid for but small questions. Each pulse carries the mark of what it was started for; news is a
mark that the newest pulse of its source does not carry.
"""

import time
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import dagster as dg
from sqlalchemy.exc import SQLAlchemyError

from ingestion.source import Source, module, names, sources, watched
from ingestion.sources import casebook
from ingestion.sql.reconcile import reconcilable
from orchestration.defs.pulse import pulse_of
from orchestration.priority import FIRST, NEWS, somebody_waits_long
from sightline.errors import SightlineEnvironmentError
from sightline.home import Home

MARK = "sightline/mark"

# The daemon gives a look 60 s. Shorter looks would leave more gaps between them.
_LOOK_SECONDS = 40.0
_PAUSE_SECONDS = 1.0
# A source that never rests makes a pulse every half minute, not one after the other.
_BETWEEN = timedelta(seconds=30)
# That time has passed is judged so often, whichever source the pulse pulls.
_TIME_PASSES = timedelta(minutes=5)
# A run is made some seconds after the minute for which it is due.
_SOME_SECONDS = timedelta(seconds=15)
_BEFORE_THE_PULL = {dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTING}
_UNFINISHED = {*_BEFORE_THE_PULL, dg.DagsterRunStatus.STARTED}
_SUCCESS = {dg.DagsterRunStatus.SUCCESS}
_NO_ANSWER = (SQLAlchemyError, SightlineEnvironmentError, OSError)


def _newest(
    instance: dg.DagsterInstance, job: str, statuses: Collection[dg.DagsterRunStatus] = ()
) -> dg.RunRecord | None:
    """The run of a job that was asked for last, of any status or of these."""
    asked = dg.RunsFilter(job_name=job, statuses=list(statuses) or None)
    records = instance.get_run_records(asked, limit=1)
    return records[0] if records else None


def _is_younger(run: dg.RunRecord, age: timedelta) -> bool:
    """Whether it was asked for less than this long ago."""
    return datetime.now(UTC) - run.create_timestamp < age


def _carries(run: dg.RunRecord, mark: str | None) -> bool:
    return mark is not None and run.dagster_run.tags.get(MARK) == mark


def _may_judge(instance: dg.DagsterInstance, source: str) -> bool:
    """Definitions come first: a value is put on record with what it was promised to be."""
    return source == "definitions" or any(
        _newest(instance, job, _SUCCESS) for job in ("pulse_definitions", "pulse")
    )


class _Look:
    """One look at one source."""

    def __init__(self, instance: dg.DagsterInstance, source: str) -> None:
        self._instance = instance
        self.source = source
        self._watch = module(source).watch(Home.from_env())
        self._known: str | None = None

    def request(self) -> dg.RunRequest | None:
        """The pulse for what is new; None also while one that will see it waits."""
        mark, job = self._watch.mark(), f"pulse_{self.source}"
        if mark is None or mark == self._known:
            return None
        newest = _newest(self._instance, job)
        if newest and _carries(newest, mark):
            self._known = mark
            return None
        is_seen_soon = newest and newest.dagster_run.status in _BEFORE_THE_PULL
        was_news = newest and NEWS.items() <= newest.dagster_run.tags.items()
        is_restless = newest and was_news and _is_younger(newest, _BETWEEN)
        if is_seen_soon or is_restless or not _may_judge(self._instance, self.source):
            return None
        goes = {} if somebody_waits_long(self._instance) else FIRST
        return dg.RunRequest(job_name=job, tags=NEWS | goes | {MARK: mark})


def _watching(name: str, looked_at: Collection[str]) -> dg.SensorDefinition:
    @dg.sensor(
        name=f"{name}_news",
        jobs=[pulse_of(source) for source in looked_at],
        minimum_interval_seconds=1,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"Starts a pulse at once for news of {', '.join(looked_at)}.",
    )
    def news(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        looks = [_Look(context.instance, source) for source in looked_at]
        unanswered: dict[str, Exception] = {}
        end = time.monotonic() + _LOOK_SECONDS
        while time.monotonic() < end:
            unanswered.clear()
            for look in looks:
                try:
                    if request := look.request():
                        return request
                except _NO_ANSWER as error:  # it holds back no news of another
                    unanswered[look.source] = error
            time.sleep(_PAUSE_SECONDS)
        if unanswered:
            raise ExceptionGroup(f"no answer from {', '.join(unanswered)}", [*unanswered.values()])
        return dg.SkipReason("nothing new")

    return news


def _sensors() -> list[dg.SensorDefinition]:
    """A look for each database of somebody else, who may be slow to answer, and one for our own.

    A look holds a thread of the code server, which has four and one for each core.
    """
    own = [source for source in watched() if source not in reconcilable()]
    looks = {source: [source] for source in reconcilable()} | {"own": own}
    return [_watching(name, looked_at) for name, looked_at in looks.items()]


def _answer(source: str) -> tuple[str | None, timedelta]:
    """The mark of a source, and how long it holds; no mark of one that cannot be asked.

    Nor of one that does not answer: its pulse is started all the same, and says why.
    """
    if source in watched():
        try:
            watch = module(source).watch(Home.from_env())
            return watch.mark(), watch.holds_for
        except _NO_ANSWER:
            pass
    return None, timedelta(0)


def _was_judged(instance: dg.DagsterInstance) -> bool:
    """Whether any pulse that was asked for lately has judged what time alone changes, or will."""
    pulses = ("pulse", *(f"pulse_{name}" for name in names()))
    found = [_newest(instance, job, _UNFINISHED | _SUCCESS) for job in pulses]
    lately = _TIME_PASSES - _SOME_SECONDS
    return any(newest and _is_younger(newest, lately) for newest in found)


def _at_its_cadence(source: Source) -> dg.ScheduleDefinition:
    @dg.schedule(
        name=f"{source.name}_cadence",
        job_name=f"pulse_{source.name}",
        cron_schedule=source.cadence,
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
    def cadence(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        instance = context.instance
        newest = _newest(instance, f"pulse_{source.name}")
        if newest and newest.dagster_run.status in _UNFINISHED:
            run_id = newest.dagster_run.run_id
            return dg.SkipReason(f"the pulse before is still under way: {run_id}")
        if not _may_judge(instance, source.name):
            return dg.SkipReason("the definitions come first")
        mark, holds_for = _answer(source.name)
        is_known = (
            newest is not None
            and newest.dagster_run.status in _SUCCESS
            and _carries(newest, mark)
            and _is_younger(newest, holds_for - _SOME_SECONDS)
        )
        if is_known and _was_judged(instance):
            return dg.SkipReason(f"{source.name} has nothing new")
        return dg.RunRequest(tags={MARK: mark} if mark else {})

    return cadence


@dg.schedule(
    job_name="casebook",
    cron_schedule=casebook.SOURCE.cadence,
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def acts_cadence(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Bring acts that change no verdict into the marts, when there are new ones."""
    if not _may_judge(context.instance, "casebook"):
        return dg.SkipReason("the definitions come first")
    newest = _newest(context.instance, "casebook", _UNFINISHED | _SUCCESS)
    mark = casebook.watch(Home.from_env(), casebook.ACTS).mark()
    if newest and _carries(newest, mark):
        return dg.SkipReason("nothing was done, told or delivered")
    return dg.RunRequest(tags={MARK: mark} if mark else {})


@dg.definitions
def defs() -> dg.Definitions:
    """Sensors for the sources that can be asked for news, and a schedule for each source."""
    cadences = [_at_its_cadence(source) for source in sources().values()]
    return dg.Definitions(sensors=_sensors(), schedules=[*cadences, acts_cadence])
