"""The definitions in force: objectives, KPIs, calendars and policies as the files promise.

Landed as a whole, only when something in them changed, so that any past judgement finds the
targets of its day; with each landing, who committed which file last.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from ingestion.source import Source, Table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ingestion.news import Watch
    from sightline.home import Home

# Columns that are not text must be named even where this firm leaves them empty.
SOURCE = Source(
    name="definitions",
    dataset="raw_definitions",
    cadence="1-59/5 * * * *",  # after the pulses of others, which may make its own needless
    department="data",
    description="Objectives, key results, KPIs, targets and policies, as the definition files say.",
    tables=(
        Table(
            "objective",
            ("objective_id",),
            {
                "objective_id": "text",
                "name": "text",
                "owner": "text",
                "unit": "text",
                "period_from": "date",
                "period_to": "date",
                "supports": "text",
                "position": "bigint",
            },
        ),
        Table(
            "key_result",
            ("key_result_id",),
            {
                "key_result_id": "text",
                "objective_id": "text",
                "position": "bigint",
                "name": "text",
                "kind": "text",
                "owner": "text",
                "baseline": "decimal",
                "target": "decimal",
                "low": "decimal",
                "high": "decimal",
                "weight": "decimal",
                "path": "text",
            },
        ),
        Table(
            "waiver",
            ("key_result_id", "rule", "kpi_id"),
            {
                "key_result_id": "text",
                "rule": "text",
                "kpi_id": "text",
                "reason": "text",
                "signed_by": "text",
                "signed_on": "date",
                "valid_to": "date",
            },
        ),
        Table("initiative", ("initiative_id", "kpi_id"), {"initiative_id": "text"}),
        Table(
            "dependency",
            ("dependency_id",),
            {
                "dependency_id": "text",
                "confirmed_by": "text",
                "confirmed_on": "date",
                "unconfirmed_by": "text",
                "risk_owner": "text",
            },
        ),
        Table(
            "waypoint",
            ("key_result_id", "day"),
            {"key_result_id": "text", "day": "date", "value": "decimal"},
        ),
        Table(
            "link",
            ("key_result_id", "kpi_id", "role", "scope"),
            {
                "key_result_id": "text",
                "kpi_id": "text",
                "role": "text",
                "scope": "text",
                "weight": "decimal",
                "lag_periods": "bigint",
                "execution_owner": "text",
                "valid_from": "date",
                "valid_to": "date",
                "position": "bigint",
            },
        ),
        Table(
            "kpi",
            ("kpi_id",),
            {
                "kpi_id": "text",
                "decimals": "bigint",
                "calendar_id": "text",
                "planned_maintenance": "text",
                "grace_days": "bigint",
                "fire_n": "bigint",
                "fire_m": "bigint",
                "recover_k": "bigint",
            },
        ),
        Table(
            "kpi_target",
            ("kpi_id", "valid_from"),
            {
                "kpi_id": "text",
                "valid_from": "date",
                "target": "decimal",
                "floor": "decimal",
                "approved_by": "text",
                "approved_on": "date",
            },
        ),
        Table("kpi_ask", ("kpi_id", "department")),
        Table("kpi_driver", ("kpi_id", "driver_kpi_id")),
        Table(
            "kpi_factor",
            ("kpi_id", "factor_kpi_id"),
            {"kpi_id": "text", "factor_kpi_id": "text"},
        ),
        Table("kpi_incentive", ("kpi_id", "department"), {"share_of_bonus": "decimal"}),
        Table("kpi_guard", ("kpi_id", "guard")),
        Table("calendar", ("calendar_id",), {"calendar_id": "text", "fiscal_starts_in": "bigint"}),
        Table(
            "calendar_span",
            ("calendar_id", "kind", "begins_on"),
            {
                "calendar_id": "text",
                "kind": "text",
                "begins_on": "date",
                "ended_on": "date",
                "reason": "text",
            },
        ),
        Table(
            "maintenance",
            ("calendar_id", "maintenance_id"),
            {
                "calendar_id": "text",
                "maintenance_id": "text",
                "scope": "text",
                "begins_at": "timestamp",
                "ends_at": "timestamp",
                "reason": "text",
                "approved_by": "text",
                "approved_on": "date",
            },
        ),
        Table(
            "policy",
            ("policy_id",),
            {
                "policy_id": "text",
                "window_periods": "bigint",
                "planned_allowance": "decimal",
                "approved_on": "date",
                "valid_from": "date",
                "valid_to": "date",
            },
        ),
        Table("policy_rule", ("policy_id", "position"), {"position": "bigint"}),
        Table(
            "role",
            ("role_id", "valid_from"),
            {"role_id": "text", "valid_from": "date", "valid_to": "date"},
        ),
        Table("department", ("department_id",)),
        Table("definition_field", ("kind", "definition_id", "field")),
        Table(
            "definition_file",
            ("file",),
            {"file": "text", "commit_id": "text", "author": "text", "committed_at": "timestamp"},
        ),
    ),
)


def watch(home: Home) -> Watch:
    """Looks at the files, stray ones too; what they land as may change with an update of ours."""
    from ingestion.news import Files

    def files() -> Iterator[Path]:
        for pattern in ("*", "[!.]*/*"):
            paths = home.okrs.glob(pattern)
            yield from (path for path in paths if path.is_file() and path.name[0] != ".")

    return Files(files, read_as=str(SOURCE))


def extract(home: Home, seen_at: datetime) -> list[Any]:
    """dlt resources over the catalog's rows; DefinitionError, before anything, when it is wrong."""
    from ingestion.authorship import authorship
    from ingestion.snapshot import resources
    from sightline.catalog import load_catalog

    return resources(
        SOURCE,
        load_catalog(home.okrs).rows(),
        beside={"definition_file": partial(authorship, home.okrs)},
    )
