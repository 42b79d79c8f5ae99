"""When: one pulse pulls, builds, judges, publishes and tells, in one run and one process."""

import dagster as dg
from ingestion.source import Source, sources

# Read from this machine in a moment, so they ride along with every pulse.
LOCAL = frozenset({"definitions", "casebook"})

pulse = dg.define_asset_job(
    "pulse",
    selection=dg.AssetSelection.all() - dg.AssetSelection.assets("audit_case"),
    executor_def=dg.in_process_executor,
    description="Pull every source, build and judge, publish, tell who must know.",
    tags={"dagster/max_retries": "2"},
)


def _job(source: Source) -> dg.UnresolvedAssetJobDefinition:
    left_out = [
        dg.AssetKey([other.dataset, table.name])
        for other in sources().values()
        if other.name not in LOCAL | {source.name}
        for table in other.tables
    ]
    return dg.define_asset_job(
        f"pulse_{source.name}",
        selection=dg.AssetSelection.all()
        - dg.AssetSelection.assets("audit_case")
        - dg.AssetSelection.assets(*left_out),
        executor_def=dg.in_process_executor,
        description=f"The pulse of {source.name} at its own cadence; a feed that is down holds "
        "back no other.",
        tags={"dagster/max_retries": "2"},
    )


def _schedule(source: Source, job: dg.UnresolvedAssetJobDefinition) -> dg.ScheduleDefinition:
    @dg.schedule(
        name=f"{source.name}_cadence",
        job=job,
        cron_schedule=source.cadence,
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
    def cadence(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        unfinished = context.instance.get_runs(
            dg.RunsFilter(
                job_name=job.name,
                statuses=[
                    dg.DagsterRunStatus.QUEUED,
                    dg.DagsterRunStatus.STARTING,
                    dg.DagsterRunStatus.STARTED,
                ],
            ),
            limit=1,
        )
        if unfinished:
            return dg.SkipReason(f"the pulse before is still under way: {unfinished[0].run_id}")
        return dg.RunRequest()

    return cadence


@dg.definitions
def defs() -> dg.Definitions:
    """The whole pulse, and one at its own cadence for each source that is not local."""
    jobs = [(source, _job(source)) for source in sources().values() if source.name not in LOCAL]
    return dg.Definitions(
        jobs=[pulse, *(job for _, job in jobs)],
        schedules=[_schedule(source, job) for source, job in jobs],
    )
