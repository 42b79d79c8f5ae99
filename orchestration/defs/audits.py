"""Ask why: a level-triggered sensor opens one audit run for all episodes that wait for one."""

import hashlib
import time
from datetime import timedelta

import dagster as dg

from orchestration.auditing import audit, is_at_it, waiting_episodes
from sightline.home import Home

audit_cases = dg.DynamicPartitionsDefinition(name="audit_case")
audit_case = dg.AssetSpec(
    "audit_case",
    partitions_def=audit_cases,
    deps=["published"],
    group_name="audits",
    kinds={"html"},
    owners=["team:data"],
    description="The cross-functional audit of one breach episode, one partition each.",
)

WAITING = "sightline/waiting"
_FIRST_PAUSE = timedelta(seconds=15)  # doubles with each failed attempt at the same episodes
# Between a run's start and its first look; one that is not auditing later than that was killed.
_GRACE_SECONDS = 30


@dg.op(out=dg.Out(dg.Nothing))
def investigate_waiting(context: dg.OpExecutionContext) -> None:
    """Audit every waiting episode and report a materialisation for each finished case."""
    for case in audit(Home.from_env(), run_id=context.run_id):
        context.log_event(
            dg.AssetMaterialization(
                "audit_case",
                partition=case.case_id,
                metadata={
                    "headline": case.headline,
                    "departments": ", ".join(case.departments),
                    "page": dg.MetadataValue.path(case.page),
                },
            )
        )


@dg.job(name="audit", executor_def=dg.in_process_executor)
def audit_job() -> None:
    """One run for the whole batch of waiting episodes."""
    investigate_waiting()


@dg.sensor(
    job=audit_job,
    minimum_interval_seconds=5,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def breach_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Open episodes without a finished audit start one run; what was looked at is always said.

    The state is in the warehouse and the casebook, never in a cursor: a rebuilt instance does
    not fire history again, and a failed run is tried again after a growing pause. A run whose
    process was killed stays started until run monitoring ends it, after 15 minutes; it is not
    waited for.
    """
    home = Home.from_env()
    look = waiting_episodes(home)
    if not look.waiting:
        return dg.SkipReason(
            f"looked at {look.open_episodes} open episodes: every one has its finished audit"
        )
    batch = hashlib.sha256("\n".join(look.waiting).encode()).hexdigest()[:16]
    attempts = context.instance.get_run_records(dg.RunsFilter(tags={WAITING: batch}))
    if any(_is_under_way(home, record) for record in attempts):
        return dg.SkipReason(f"an audit of these {len(look.waiting)} episodes is under way")
    pause = _FIRST_PAUSE * (2 ** (len(attempts) - 1)) if attempts else timedelta(0)
    last_end = max((each.end_time or each.start_time or 0.0 for each in attempts), default=0.0)
    wait = last_end + pause.total_seconds() - time.time()
    if wait > 0:
        return dg.SkipReason(f"{len(attempts)} audit runs failed; the next try is in {wait:.0f} s")
    return dg.SensorResult(
        run_requests=[dg.RunRequest(run_key=f"{batch}-{len(attempts)}", tags={WAITING: batch})],
        dynamic_partitions_requests=[audit_cases.build_add_request(list(look.waiting))],
    )


def _is_under_way(home: Home, record: dg.RunRecord) -> bool:
    if record.dagster_run.is_finished:
        return False
    if record.start_time is None or time.time() - record.start_time < _GRACE_SECONDS:
        return True
    return is_at_it(home)


@dg.definitions
def defs() -> dg.Definitions:
    """The case asset, the audit job and the sensor that starts it."""
    return dg.Definitions(assets=[audit_case], jobs=[audit_job], sensors=[breach_sensor])
