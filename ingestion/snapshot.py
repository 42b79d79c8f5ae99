"""Snapshots made here rather than read elsewhere: definitions, findings, evidence of leads."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from ingestion.columns import arrow_table, hints
from ingestion.source import Source, Table, sources
from sightline.errors import UsageError

INTEGRITY = Source(
    name="integrity",
    dataset="raw_integrity",
    cadence="",  # landed by the cycle that judges, never pulled
    department="data",
    description="What the guards found: findings, verdicts, every test, and how each guard ran.",
    tables=(
        Table(
            "finding",
            ("finding_id",),
            {
                "finding_id": "text",
                "kpi_id": "text",
                "scope": "text",
                "period_start": "date",
                "guard": "text",
                "kind": "text",
                "grade": "text",
                "n": "bigint",
                "observed": "text",
                "expected": "text",
                "p_value": "decimal",
                "question": "text",
                "contests": "bool",
                "evidence": "text",
                "innocent_explanations": "text",
                "false_alarm_rate": "decimal",
            },
        ),
        Table(
            "finding_period",
            ("finding_id", "period_start"),
            {
                "finding_id": "text",
                "kpi_id": "text",
                "scope": "text",
                "period_start": "date",
            },
        ),
        Table(
            "examination",
            ("kpi_id", "guard", "part", "closed_until"),
            {
                "kpi_id": "text",
                "guard": "text",
                "part": "text",
                "closed_until": "date",
                "outcome": "text",
                "n": "bigint",
                "p_value": "decimal",
                "q_value": "decimal",
                "unexpected_count": "bigint",
            },
        ),
        Table(
            "verdict",
            ("kpi_id", "scope", "period_start"),
            {
                "kpi_id": "text",
                "scope": "text",
                "period_start": "date",
                "verdict": "text",
                "grade": "text",
            },
        ),
        Table(
            "guard_run",
            ("kpi_id", "guard"),
            {
                "kpi_id": "text",
                "guard": "text",
                "status": "text",
                "expectations_expected": "bigint",
                "expectations_evaluated": "bigint",
                "unexpected_count": "bigint",
                "severity": "text",
                "detail": "text",
                "input_hash": "text",
            },
        ),
    ),
)

EVIDENCE = Source(
    name="evidence",
    dataset="raw_evidence",
    cadence="",  # landed by the job that weighs leading links, never pulled
    department="data",
    description="Whether each KPI that is said to lead a key result leads it, as tested weekly.",
    tables=(
        Table(
            "link",
            ("key_result_id", "kpi_id", "scope"),
            {
                "key_result_id": "text",
                "kpi_id": "text",
                "scope": "text",
                "measure_kpi_id": "text",
                "measure_scope": "text",
                "declared_lag": "bigint",
                "best_lag": "bigint",
                "n": "bigint",
                "correlation": "decimal",
                "p_value": "decimal",
                "q_value": "decimal",
                "verdict": "text",
                "reason": "text",
                "method": "text",
                "computed_at": "timestamp",
            },
        ),
    ),
)

SNAPSHOTS = (INTEGRITY, EVIDENCE)

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
Beside = Mapping[str, Callable[[], Sequence[Mapping[str, Any]]]]
NOTHING: Beside = {}


def described(dataset: str, tables: Rows) -> Source:
    """The description of a snapshot dataset, with any further tables of this snapshot.

    Raises UsageError when no snapshot is described under that dataset.
    """
    candidates = [*SNAPSHOTS, *sources().values()]
    for found in candidates:
        if found.dataset == dataset:
            known = {table.name for table in found.tables}
            extra = tuple(Table(name, ()) for name in sorted(tables) if name not in known)
            return Source(
                name=found.name,
                dataset=found.dataset,
                cadence=found.cadence,
                department=found.department,
                description=found.description,
                tables=found.tables + extra,
            )
    raise UsageError(f"no snapshot lands in the dataset {dataset!r}")


def resources(source: Source, tables: Rows, *, beside: Beside = NOTHING) -> list[Any]:
    """dlt resources that yield the snapshot as a whole, or nothing when it was the last landed.

    Tables `beside` it are asked for only when it lands: they do not make it new.
    """
    import dlt

    digest = content_hash(tables)

    @cache
    def landed() -> Rows:
        return {**tables, **{name: make() for name, make in beside.items()}}

    @cache
    def is_new() -> bool:
        return bool(dlt.current.resource_state("landing").get("content_hash") != digest)

    def rows(table: Table) -> Any:
        if is_new():
            yield arrow_table(landed().get(table.name, ()), table.columns, name=table.name)

    def landing() -> Any:
        if is_new():
            count = sum(len(rows) for rows in landed().values())
            yield arrow_table([{"content_hash": digest, "row_count": count}], {}, name="landing")
            dlt.current.resource_state("landing")["content_hash"] = digest

    made = [
        dlt.resource(
            rows(table),
            name=table.name,
            columns=hints(name for name, kind in table.columns.items() if kind == "timestamp"),
        )
        for table in source.tables
    ]
    return [*made, dlt.resource(landing(), name="landing")]


def content_hash(tables: Rows) -> str:
    """SHA-256 over all rows of all tables, whatever their order."""
    canonical = {
        name: sorted(json.dumps(row, default=str, sort_keys=True) for row in rows)
        for name, rows in tables.items()
    }
    return hashlib.sha256(json.dumps(canonical, sort_keys=True).encode()).hexdigest()
