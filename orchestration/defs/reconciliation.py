"""Is what we hold still what the source says? SQL sources compared with raw, on a slow cadence."""

import dagster as dg

from ingestion.source import module
from ingestion.sql.reconcile import reconcilable, reconcile
from orchestration.defs.pulse import WRITES
from sightline.home import Home


def _at_its_cadence(name: str) -> dg.Definitions:
    cadence = module(name).sql_source().reconcile

    @dg.op(name=f"compare_{name}", out=dg.Out(dg.Nothing), pool="warehouse")
    def compare(context: dg.OpExecutionContext) -> None:
        home = Home.from_env()
        found = reconcile(name, home=home, seen_at=home.now())
        context.log_event(
            dg.AssetObservation(
                [f"raw_{name}", "source_difference"],
                metadata={
                    "differences": found.differences,
                    "rows_compared": sum(table.rows for table in found.tables),
                    "seen_at": found.seen_at.isoformat(),
                },
            )
        )

    @dg.job(
        name=f"reconcile_{name}",
        executor_def=dg.in_process_executor,
        description=f"Compare every row of {name} with raw; the next pulse uses what was found.",
        tags=WRITES,
    )
    def job() -> None:
        compare()

    schedule = dg.ScheduleDefinition(
        name=f"reconcile_{name}_cadence",
        job=job,
        cron_schedule=cadence,
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
    return dg.Definitions(jobs=[job], schedules=[schedule])


@dg.definitions
def defs() -> dg.Definitions:
    """One job and one schedule for each source that an SQL file describes."""
    return dg.Definitions.merge(*map(_at_its_cadence, reconcilable()))
