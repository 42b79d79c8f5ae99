"""What runs: one pulse pulls, builds, judges, publishes and tells, in one run and one process."""

from collections.abc import Collection
from functools import cache
from typing import Any, TypeAlias

import dagster as dg

from ingestion.source import names, sources
from ingestion.sources import casebook
from orchestration.defs.alerts import alerts
from orchestration.defs.evidence import CADENCE, link_evidence
from orchestration.defs.ledger import ATTESTED

UnresolvedAssetJob: TypeAlias = Any  # what define_asset_job gives; Dagster does not export it

# What stores something: views follow from what they read, so a run neither waits for nor reports
# them; their checks run all the same.
EVERYTHING = (
    dg.AssetSelection.all()
    - dg.AssetSelection.assets("audit_case")
    - dg.AssetSelection.kind("view").without_checks()
)
WRITES = {"sightline/writes": "warehouse"}  # dagster.yaml lets one such run through at a time


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


@cache
def pulse_of(name: str) -> UnresolvedAssetJob:
    """The pulse of one source: a feed that is down holds back no other."""
    return _pulse(
        f"pulse_{name}",
        {name},
        f"Pull {name}, then build, judge, publish, tell.",
        selection=EVERYTHING - dg.AssetSelection.assets(link_evidence.key),
    )


def _casebook() -> UnresolvedAssetJob:
    pulled = [dg.AssetKey([casebook.SOURCE.dataset, each.name]) for each in casebook.SOURCE.tables]
    acts = [key for key in pulled if key.path[-1] in casebook.ACTS]
    return dg.define_asset_job(
        "casebook",
        selection=dg.AssetSelection.assets(*pulled, alerts.key)
        | (dg.AssetSelection.assets(*acts).downstream() & EVERYTHING)
        - dg.AssetSelection.groups("strategy")
        | ATTESTED,
        executor_def=dg.in_process_executor,
        description="Bring what people did and what was told into the marts; judge nothing again.",
        tags=WRITES,
    )


def _weekly() -> dg.Definitions:
    """Whether leading KPIs lead, tested at a cadence of its own and brought into the marts."""
    job = dg.define_asset_job(
        "evidence",
        selection=(dg.AssetSelection.assets(link_evidence.key).downstream() & EVERYTHING)
        - dg.AssetSelection.groups("strategy")
        | ATTESTED,
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


@dg.definitions
def defs() -> dg.Definitions:
    """The whole pulse, one a source, and the casebook's and the evidence's share; `news` starts."""
    whole = _pulse("pulse", names(), "Pull every source, build and judge, publish, tell.")
    jobs = [whole, *map(pulse_of, names()), _casebook()]
    return dg.Definitions.merge(dg.Definitions(jobs=jobs), _weekly())
