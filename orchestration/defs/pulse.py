"""When: one pulse pulls, builds, judges, publishes and tells, in one run and one process."""

import dagster as dg

from ingestion.source import Source, sources

# Read from this machine in a moment, so they ride along with every pulse.
LOCAL = frozenset({"definitions", "casebook"})

EVERYTHING = dg.AssetSelection.all() - dg.AssetSelection.assets("audit_case")
RETRIED = {"dagster/max_retries": "2"}
UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]

pulse = dg.define_asset_job(
    "pulse",
    selection=EVERYTHING,
    executor_def=dg.in_process_executor,
    description="Pull every source, build and judge, publish, tell who must know.",
    tags=RETRIED,
)


def _at_its_cadence(source: Source) -> dg.Definitions:
    """The pulse of one source: a feed that is down holds back no other."""
    left_out = [
        dg.AssetKey([other.dataset, table.name])
        for other in sources().values()
        if other.name not in LOCAL | {source.name}
        for table in other.tables
    ]
    name = f"pulse_{source.name}"
    job = dg.define_asset_job(
        name,
        selection=EVERYTHING - dg.AssetSelection.assets(*left_out),
        executor_def=dg.in_process_executor,
        description=f"Pull {source.name} at its own cadence, then build, judge, publish, tell.",
        tags=RETRIED,
    )

    @dg.schedule(
        name=f"{source.name}_cadence",
        job=job,
        cron_schedule=source.cadence,
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
    def cadence(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        before = context.instance.get_runs(
            dg.RunsFilter(job_name=name, statuses=UNFINISHED), limit=1
        )
        if before:
            return dg.SkipReason(f"the pulse before is still under way: {before[0].run_id}")
        return dg.RunRequest()

    return dg.Definitions(jobs=[job], schedules=[cadence])


@dg.definitions
def defs() -> dg.Definitions:
    """The whole pulse, and one at its own cadence for each source that is not local."""
    remote = (source for source in sources().values() if source.name not in LOCAL)
    return dg.Definitions.merge(dg.Definitions(jobs=[pulse]), *map(_at_its_cadence, remote))
