"""When: one pulse pulls, builds, judges, publishes and tells, in one run and one process."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any, TypeAlias

import dagster as dg
from sqlalchemy.exc import SQLAlchemyError

from ingestion.source import Source, sources
from ingestion.sql.reconcile import reconcilable
from orchestration.defs.evidence import CADENCE, link_evidence
from orchestration.defs.news import MARK, is_younger, newest_pulse, watch
from sightline.errors import SightlineEnvironmentError

# Read from this machine in a moment, so they ride along with every pulse.
LOCAL = frozenset({"definitions", "casebook"})

# Acts that change verdicts: answers to findings, and what people expect. They wait for a pulse.
CHANGES_VERDICTS = frozenset({"finding_act", "checkin"})

UnresolvedAssetJob: TypeAlias = Any  # what define_asset_job gives; Dagster does not export it

# What stores something: views follow from what they read, so a run neither waits for nor reports
# them; their checks run all the same.
EVERYTHING = (
    dg.AssetSelection.all()
    - dg.AssetSelection.assets("audit_case")
    - dg.AssetSelection.kind("view").without_checks()
)
WRITES = {"sightline/writes": "warehouse"}  # dagster.yaml lets one such run through at a time
UNFINISHED = {
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
}
# A pulse without news still sees deleted rows, what people wrote, and that time has passed.
WITHOUT_NEWS = timedelta(minutes=5)


def _pulse(
    name: str,
    pulled: Collection[str],
    description: str,
    *,
    selection: dg.AssetSelection = EVERYTHING,
) -> UnresolvedAssetJob:
    """A job that pulls the named sources, then builds, judges, publishes and tells."""
    left_out = [
        dg.AssetKey([source.dataset, table.name])
        for source in sources().values()
        if source.name not in pulled
        for table in source.tables
    ]
    return dg.define_asset_job(
        name,
        selection=selection - dg.AssetSelection.assets(*left_out),
        executor_def=dg.in_process_executor,
        description=description,
        tags=WRITES | {"dagster/max_retries": "2"},
    )


def _casebook() -> UnresolvedAssetJob:
    pulled = {
        table.name: dg.AssetKey(["raw_casebook", table.name])
        for table in sources()["casebook"].tables
    }
    acts = [key for name, key in pulled.items() if name not in CHANGES_VERDICTS]
    return dg.define_asset_job(
        "casebook",
        selection=dg.AssetSelection.assets(*pulled.values())
        | (dg.AssetSelection.assets(*acts).downstream() & EVERYTHING)
        - dg.AssetSelection.groups("strategy"),
        executor_def=dg.in_process_executor,
        description="Bring what people did and what was told into the marts; judge nothing again.",
        tags=WRITES,
    )


def _weekly() -> dg.Definitions:
    """Whether leading KPIs lead, tested at a cadence of its own and brought into the marts."""
    job = dg.define_asset_job(
        "evidence",
        selection=(dg.AssetSelection.assets(link_evidence.key).downstream() & EVERYTHING)
        - dg.AssetSelection.groups("strategy"),
        executor_def=dg.in_process_executor,
        description="Test every claimed lead, and bring the verdicts into the marts.",
        tags=WRITES,
    )
    weekly = dg.ScheduleDefinition(
        name="evidence_cadence",
        job=job,
        cron_schedule=CADENCE,
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
    return dg.Definitions(jobs=[job], schedules=[weekly])


def _mark(source: str) -> str | None:
    """What to know news by; None for a source that cannot be asked.

    None too for one that does not answer: its pulse is started all the same, and says why.
    """
    if source not in reconcilable():
        return None
    try:
        return watch(source).mark()
    except (SQLAlchemyError, SightlineEnvironmentError):
        return None


def _at_its_cadence(source: Source) -> dg.Definitions:
    """The pulse of one source: a feed that is down holds back no other."""
    job = _pulse(
        f"pulse_{source.name}",
        {source.name, *LOCAL},
        f"Pull {source.name} at its own cadence, then build, judge, publish, tell.",
        selection=EVERYTHING - dg.AssetSelection.assets(link_evidence.key),
    )

    @dg.schedule(
        name=f"{source.name}_cadence",
        job=job,
        cron_schedule=source.cadence,
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
    def cadence(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        newest = newest_pulse(context.instance, source.name)
        status = newest and newest.dagster_run.status
        if newest and status in UNFINISHED:
            run_id = newest.dagster_run.run_id
            return dg.SkipReason(f"the pulse before is still under way: {run_id}")
        mark = _mark(source.name)
        if newest and mark and status is dg.DagsterRunStatus.SUCCESS:
            is_same = newest.dagster_run.tags.get(MARK) == mark
            if is_same and is_younger(newest, WITHOUT_NEWS):
                return dg.SkipReason(f"{source.name} has nothing new")
        return dg.RunRequest(tags={MARK: mark} if mark else {})

    return dg.Definitions(jobs=[job], schedules=[cadence])


@dg.definitions
def defs() -> dg.Definitions:
    """The whole pulse, the casebook's and the evidence's share, and one a source at its cadence."""
    remote = [source for source in sources().values() if source.name not in LOCAL]
    jobs = [
        _pulse("pulse", sources(), "Pull every source, build and judge, publish, tell."),
        _casebook(),
    ]
    return dg.Definitions.merge(dg.Definitions(jobs=jobs), _weekly(), *map(_at_its_cadence, remote))
