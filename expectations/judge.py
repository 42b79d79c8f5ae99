"""Judge every KPI's numbers by the guards its definition names; plain rows in, plain rows out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations import evidence, grading
from expectations.evidence import input_hash
from expectations.guarded_kpi import guarded_kpis, require_aware
from expectations.inspection import inspect
from expectations.judgement import Judgement, still_holds

if TYPE_CHECKING:
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from expectations.guarded_kpi import Definitions

__all__ = ["input_hash", "judge", "still_holds"]


def judge(connection: DuckDBPyConnection, catalog: Definitions, *, as_of: datetime) -> Judgement:
    """Findings, verdicts and guard runs for all periods closed at `as_of` (aware).

    Reads the schema `intermediate` and writes nothing. The same inputs give the same rows. A guard
    that is missing, breaks, finds no evidence or is not fully evaluated ends in a run of status
    `error`; it never raises and never passes. Raises UsageError for a naive `as_of`, and what the
    warehouse raises when the judged values themselves cannot be read.
    """
    require_aware(as_of)
    kpis = guarded_kpis(catalog)
    digest = input_hash(connection, catalog, as_of=as_of)
    values = evidence.read(connection, evidence.JUDGED_PERIODS, kpis.values(), as_of)
    inspections = [
        inspection
        for guard, guarded in evidence.by_guard(kpis).items()
        for inspection in inspect(connection, guard, guarded, as_of)
    ]
    weighed = grading.weigh(inspections)
    runs = [grading.guard_run(inspection, weighed, digest) for inspection in inspections]
    return Judgement(
        findings=tuple(grading.findings(weighed)),
        verdicts=tuple(
            grading.verdicts(
                ((row["kpi_id"], row["scope"], row["period_start"]) for row in values),
                kpis,
                inspections,
                weighed,
            )
        ),
        runs=tuple(sorted(runs, key=lambda run: (run.kpi_id, run.guard))),
    )
