"""Who needs to know, at once: the alert is committed before it is sent, and waits for no audit."""

import dagster as dg

from orchestration.alerting import open_casebook, send, tell, tell_digest
from orchestration.defs.models import build_verdicts
from orchestration.defs.values import value_record
from sightline.home import Home


@dg.asset(
    deps=[*build_verdicts.keys, value_record],
    group_name="alerts",
    kinds={"apprise"},
    owners=["team:data"],
    pool="warehouse",
)
def alerts(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Announce what the marts call for, and send what is unsent."""
    home = Home.from_env()
    told = tell(home)
    context.log.info("announced %s, delivered %s", told.announced, told.delivered)
    return dg.MaterializeResult(
        metadata={
            "announced": told.announced,
            "delivered": told.delivered,
            "undelivered": told.undelivered,
            "held_back": told.held_back,
        }
    )


@dg.op(out=dg.Out(dg.Nothing))
def send_digest() -> None:
    """Write the day's digest and send it; on a second run of the day there is nothing to write."""
    home = Home.from_env()
    tell_digest(home)
    send(home)


@dg.job(name="digest", executor_def=dg.in_process_executor)
def digest_job() -> None:
    """The day's digest: what is open, due, slipping, asked and sealed."""
    send_digest()


@dg.sensor(job=digest_job, minimum_interval_seconds=60,
           default_status=dg.DefaultSensorStatus.RUNNING)  # fmt: skip
def digest_sensor() -> dg.RunRequest | dg.SkipReason:
    """Once a day, from the hour of the alert policy on; a day slept through has none."""
    from orchestration.catalog import catalog

    home = Home.from_env()
    now, hour = home.now(), catalog().vocabulary.alerting.digest_hour
    if now.hour < hour or not home.published.exists():
        return dg.SkipReason(f"the digest is due from {hour}:00 UTC on")
    if f"digest.{now:%Y-%m-%d}" in open_casebook(home).announced():
        return dg.SkipReason(f"the digest of {now:%Y-%m-%d} was written")
    return dg.RunRequest(run_key=f"digest-{now:%Y-%m-%d}")


@dg.sensor(
    target=None,
    minimum_interval_seconds=15,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def relay_sensor() -> dg.SkipReason:
    """Send what is due to be tried again, in the tick: a run costs seconds, pulses may be rare."""
    home = Home.from_env()
    if not open_casebook(home).undelivered(home.now()):
        return dg.SkipReason("every message has arrived or waits for its next try")
    sent = send(home)
    return dg.SkipReason(f"delivered {sent.delivered}, {sent.undelivered} wait on")


@dg.definitions
def defs() -> dg.Definitions:
    """The alert asset, the digest's job and its sensor, and the sensor that tries again."""
    return dg.Definitions(assets=[alerts], jobs=[digest_job], sensors=[digest_sensor, relay_sensor])
