"""Judge every KPI's numbers by the guards its definition names; plain rows in, plain rows out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from expectations import evidence, grading
from expectations.evidence import input_hash
from expectations.guarded_kpi import guarded_kpis, require_aware
from expectations.inspection import inspect, sound
from expectations.judgement import Examined, Judgement, still_holds
from expectations.multiplicity import q_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from expectations.guarded_kpi import Definitions, GuardedKpi
    from expectations.inspection import Inspection
    from expectations.multiplicity import Test

__all__ = ["input_hash", "judge", "still_holds"]


def judge(
    connection: DuckDBPyConnection,
    catalog: Definitions,
    *,
    as_of: datetime,
    examined_before: Sequence[Mapping[str, Any]] = (),
    store: Path | None = None,
) -> Judgement:
    """Findings, verdicts and guard runs for all periods closed at `as_of` (aware).

    examined_before: the landed rows of raw_integrity.examination, of any closes; those of the close
    before this one decide whether a watch is seen for the second time running.
    store: the folder of Great Expectations' own stores, from which `data_docs` can be built.

    Reads the schema `intermediate` and writes nothing. The same inputs give the same rows. A guard
    that is missing, breaks, finds no evidence of a number it has to speak of or is not fully
    evaluated ends in a run of status `error`; it never raises and never passes. Raises UsageError
    for a naive `as_of`, and what the warehouse raises when the judged values themselves cannot be
    read.
    """
    require_aware(as_of)
    kpis = guarded_kpis(catalog)
    digest = input_hash(connection, catalog, as_of=as_of)
    judged = [
        (row["kpi_id"], row["scope"], row["period_start"])
        for row in evidence.read(connection, evidence.JUDGED_PERIODS, kpis.values(), as_of)
    ]
    inspections = [
        inspection
        for guard, guarded in evidence.by_guard(kpis).items()
        for inspection in inspect(connection, guard, guarded, as_of, judged=judged, store=store)
    ]
    weighed = grading.weigh(inspections, _watched(kpis, examined_before, as_of))
    runs = [grading.guard_run(inspection, weighed, digest) for inspection in inspections]
    return Judgement(
        findings=tuple(grading.findings(weighed)),
        verdicts=tuple(grading.verdicts(judged, kpis, inspections, weighed)),
        runs=tuple(sorted(runs, key=lambda run: (run.kpi_id, run.guard))),
        examined=tuple(_examined(inspections, as_of)),
    )


def _watched(
    kpis: Mapping[str, GuardedKpi], examined: Sequence[Mapping[str, Any]], as_of: datetime
) -> set[Test]:
    """The tests that were below the watch level at the close before this one."""
    return {
        (row["kpi_id"], row["guard"], row["part"])
        for row in examined
        if row["q_value"] is not None
        and row["q_value"] < grading.WATCH_LEVEL
        and (kpi := kpis.get(row["kpi_id"])) is not None
        and row["closed_until"] == kpi.period_before(kpi.closed_until(as_of))
    }


def _examined(inspections: Sequence[Inspection], as_of: datetime) -> list[Examined]:
    corrected = q_values(inspections)
    return [
        Examined(
            kpi_id=inspection.kpi.kpi_id,
            guard=inspection.guard_name,
            part=part,
            closed_until=inspection.kpi.closed_until(as_of),
            outcome=examination.outcome.value,
            n=examination.n,
            p_value=examination.p_value,
            q_value=corrected.get((inspection.kpi.kpi_id, inspection.guard_name, part)),
            unexpected_count=examination.unexpected_count,
        )
        for inspection, _ in sound(inspections)
        for part, examination in sorted(inspection.examinations.items())
    ]
