"""Run one guard over every KPI that declares it; what goes wrong is an error, never a pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from expectations import evidence
from expectations.coverage import left_out, numbers_of, without_evidence
from expectations.guard import Examination, Guard, GuardModule, Row, load

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from expectations.coverage import Numbers
    from expectations.guarded_kpi import GuardedKpi
    from expectations.row_expectation import RowExpectation

LONGEST_MESSAGE = 400

Parts = dict[str, list[Row]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """One KPI seen by one guard: examinations by part, or the error that makes them worthless."""

    kpi: GuardedKpi
    guard_name: str
    guard: Guard | None
    expected: int
    examinations: Mapping[str, Examination]
    error: str | None


def inspect(
    connection: DuckDBPyConnection,
    guard_name: str,
    kpis: Sequence[GuardedKpi],
    as_of: datetime,
    *,
    judged: Collection[tuple[str, str, date]],
    store: Path | None = None,
) -> list[Inspection]:
    """One inspection per KPI, in the order given; never raises for what a guard does wrong.

    judged: kpi_id, scope and period_start of every number that is judged: what there has to be
    evidence of is read from these, never from the evidence itself.
    store: a folder where Great Expectations keeps suite, checkpoint and validation result.
    """
    try:
        module = load(guard_name)
        rows: dict[str, list[Row]] = {kpi.kpi_id: [] for kpi in kpis}
        for row in evidence.read(connection, module.GUARD.evidence, kpis, as_of):
            rows[row["kpi_id"]].append(row)
        parts = {kpi.kpi_id: _parts(module.GUARD, kpi, rows[kpi.kpi_id]) for kpi in kpis}
    except Exception as problem:
        return [_failed(kpi, guard_name, problem) for kpi in kpis]
    numbers = numbers_of(kpis, judged)
    lost = {
        kpi_id: without_evidence(module.GUARD, rows[kpi_id], own) for kpi_id, own in numbers.items()
    }
    plans = {
        kpi.kpi_id: _plan(module, kpi.guards[guard_name], parts[kpi.kpi_id], lost[kpi.kpi_id])
        for kpi in kpis
    }
    planned = [kpi_id for kpi_id, plan in plans.items() if isinstance(plan, list)]
    answers: Mapping[str, Examination | str] | Exception = {}
    if planned:
        answers = _evaluate(
            [row for kpi_id in planned for part in parts[kpi_id].values() for row in part],
            [item for plan in plans.values() if isinstance(plan, list) for item in plan],
            name=guard_name,
            at=as_of,
            store=store,
        )
    inspections = []
    for kpi in kpis:
        plan = plans[kpi.kpi_id]
        usable = plan if isinstance(plan, Exception) else answers
        if isinstance(usable, Exception):
            due = parts[kpi.kpi_id].keys() | left_out(kpi.kpi_id, lost[kpi.kpi_id]).keys()
            inspections.append(_failed(kpi, guard_name, usable, len(due)))
        else:
            answered = {part: usable.get(part) for part in parts[kpi.kpi_id]}
            answered |= left_out(kpi.kpi_id, lost[kpi.kpi_id])
            inspections.append(_inspection(kpi, guard_name, module.GUARD, answered))
    return inspections


def sound(inspections: Iterable[Inspection]) -> list[tuple[Inspection, Guard]]:
    """The inspections that ended without an error; nothing is concluded from the others."""
    return [(one, one.guard) for one in inspections if one.error is None and one.guard is not None]


def _parts(guard: Guard, kpi: GuardedKpi, rows: Sequence[Row]) -> Parts:
    """The KPI's evidence by part, each row with the promise in force in its period."""
    parts: Parts = {}
    for row in rows:
        period = row["period_start"]
        promise = kpi.promise_at(period) if period is not None else None
        part = " / ".join([kpi.kpi_id, *(str(row[column]) for column in guard.part)])
        promised = {
            "part": part,
            "kpi_name": kpi.name,
            "direction": kpi.direction,
            "target": promise.target if promise else None,
            "floor": promise.floor if promise else None,
            "grace_days": kpi.grace_days,
            "grain": kpi.grain,
            "time_zone": kpi.time_zone,
        }
        parts.setdefault(part, []).append(row | promised)
    return parts


def _plan(
    module: GuardModule, parameters: Mapping[str, object], parts: Parts, lost: Numbers
) -> list[RowExpectation] | Exception:
    """The expectations to evaluate for one KPI, or why there can be none."""
    try:
        if not parts:
            raise LookupError("there is no evidence of a closed period to judge")
        if lost and module.GUARD.every_number:
            scope, period = min(lost)
            raise LookupError(
                f"there is no evidence of {len(lost)} judged numbers, "
                f"of {scope} in the period of {period} first"
            )
        from expectations.row_expectation import severity_of

        expectation = module.expectation()
        severity = severity_of(module.GUARD.kind)
        return [expectation(part=part, severity=severity, **parameters) for part in sorted(parts)]
    except Exception as problem:
        return problem


def _evaluate(
    rows: Sequence[Row],
    expectations: Sequence[RowExpectation],
    *,
    name: str,
    at: datetime,
    store: Path | None,
) -> Mapping[str, Examination | str] | Exception:
    try:
        from expectations import row_expectation

        return row_expectation.evaluate(rows, expectations, name=name, at=at, store=store)
    except Exception as problem:
        return problem


def _inspection(
    kpi: GuardedKpi, guard_name: str, guard: Guard, answered: Mapping[str, Examination | str | None]
) -> Inspection:
    examinations = {p: a for p, a in answered.items() if isinstance(a, Examination)}
    errors = [f"{part}: {a}" for part, a in sorted(answered.items()) if isinstance(a, str)]
    missing = len(answered) - len(examinations)
    if missing and not errors:
        errors = [f"{missing} of {len(answered)} expectations were not evaluated"]
    return Inspection(
        kpi=kpi,
        guard_name=guard_name,
        guard=guard,
        expected=len(answered),
        examinations=examinations,
        error="; ".join(errors)[:LONGEST_MESSAGE] if errors else None,
    )


def _failed(kpi: GuardedKpi, guard_name: str, problem: Exception, expected: int = 0) -> Inspection:
    # At least one expectation was due, so that "evaluated fewer than expected" shows in the row.
    return Inspection(
        kpi=kpi,
        guard_name=guard_name,
        guard=None,
        expected=max(expected, 1),
        examinations={},
        error=f"{type(problem).__name__}: {problem}"[:LONGEST_MESSAGE],
    )
