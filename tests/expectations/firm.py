"""A small warehouse holding only the relations that guards read, and definitions to go with it."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb

FIRST_WEEK = date(2025, 4, 28)
WEEKS = 78
AS_OF = datetime(2026, 10, 26, 6, tzinfo=UTC)


# What the guards of definitions and milestones read.
OTHERS = {
    "marts.fct_definition_change": "kind varchar, definition_id varchar, field varchar, "
    "change varchar, old_value varchar, new_value varchar, seen_at timestamp, file varchar, "
    "author varchar, commit_id varchar, is_loosening boolean, is_retroactive boolean",
    "marts.fct_restatement": "kpi_id varchar, scope varchar, period_start date, version integer, "
    "restated_at timestamp, class varchar, from_value decimal(38, 9), to_value decimal(38, 9), "
    "is_flip_to_pass boolean",
    "intermediate.int_restatement": "kpi_id varchar, scope varchar, period_start date, "
    "version integer, restated_at timestamp, class varchar, from_value decimal(38, 9), "
    "to_value decimal(38, 9)",
    "intermediate.int_restated_row": "kpi_id varchar, scope varchar, period_start date, "
    "version integer, table_name varchar, row_key varchar, place varchar, fate varchar, "
    "changed_by varchar, changed_at timestamp",
    "intermediate.int_kpi_row_fate": "kpi_id varchar, scope varchar, period_start date, "
    "row_key varchar, is_failing boolean, fate varchar, is_left_out boolean, row_count bigint",
    "staging.stg_definitions__kpi": "kpi_id varchar",
    "staging.stg_definitions__kpi_target": "kpi_id varchar, valid_from date, "
    "target decimal(38, 9), floor decimal(38, 9), approved_by varchar, approved_on date",
    "staging.stg_definitions__kpi_guard": "kpi_id varchar, guard varchar, parameters varchar",
    "staging.stg_tracker__issue": "issue_id varchar, status varchar, labels varchar, "
    "resolved_at timestamp",
    "staging.stg_tracker__issue_version": "issue_id varchar, updated_at timestamp, "
    "spent_seconds bigint, estimate_seconds bigint",
    "intermediate.int_milestone_date": "issue_id varchar, issue_key varchar, summary varchar, "
    "promise_number integer, promised_at timestamp, due_date date, due_date_before date, "
    "days_moved integer, superseded_at timestamp",
    "staging.stg_sheets__typed_figure": "file varchar, scope varchar, period_start date, "
    "column_name varchar, sheet varchar, cell varchar, value_before decimal(38, 9), "
    "value_number decimal(38, 9), modified_by varchar, modified_at timestamp, seen_at timestamp",
    "staging.stg_sheets__saver": "file varchar, saved_by varchar, first_seen_at timestamp",
    "intermediate.int_as_of": "as_of timestamp",
}


def week(number: int) -> date:
    return FIRST_WEEK + timedelta(weeks=number)


@dataclass
class Definitions:
    """Stands for the catalog: `kpis` maps an id to its provenance and its guards."""

    kpis: dict[str, tuple[str, dict[str, dict[str, Any]]]]
    target: Decimal = Decimal(98)
    floor: Decimal | None = Decimal("96.5")
    targets_from: date = FIRST_WEEK
    time_zone: str = "Europe/Berlin"
    content_hash: str = "definitions of the test"
    without_target: set[str] = field(default_factory=set)

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        return {
            "kpi": [
                {
                    "kpi_id": kpi_id,
                    "name": kpi_id.replace("_", " "),
                    "direction": "higher_is_better",
                    "provenance": provenance,
                    "grain": "week",
                    "time_zone": self.time_zone,
                    "grace_days": 7,
                }
                for kpi_id, (provenance, _) in self.kpis.items()
            ],
            "kpi_target": [
                {
                    "kpi_id": kpi_id,
                    "valid_from": self.targets_from,
                    "target": self.target,
                    "floor": self.floor,
                }
                for kpi_id in self.kpis
                if kpi_id not in self.without_target
            ],
            "kpi_guard": [
                {"kpi_id": kpi_id, "guard": guard, "parameters": json.dumps(parameters)}
                for kpi_id, (_, guards) in self.kpis.items()
                for guard, parameters in guards.items()
            ],
        }


class Warehouse:
    """DuckDB in memory with the schema `intermediate`; every method adds rows."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        self.connection.execute("create schema intermediate")
        self.connection.execute(
            "create table intermediate.int_kpi_value (kpi_id varchar, scope varchar, "
            "period_start date, numerator decimal(38, 9), denominator decimal(38, 9), "
            "value decimal(38, 9))"
        )
        self.connection.execute(
            "create table intermediate.int_reported_value (kpi_id varchar, scope varchar, "
            "period_start date, reported_value decimal(38, 9), file varchar, cell varchar)"
        )
        self.connection.execute(
            "create table intermediate.int_workbook_line (kpi_id varchar, scope varchar, "
            "period_start date, file varchar, sheet varchar, row_number bigint, last_period date, "
            "formulas_in_file integer, modified_at timestamp, modified_by varchar, "
            "created_by varchar, rule varchar, odd_sheet varchar, cell varchar, "
            "column_name varchar, observed varchar, expected varchar, is_in_line boolean)"
        )
        for relation, columns in OTHERS.items():
            self.connection.execute(f"create schema if not exists {relation.split('.')[0]}")
            self.connection.execute(f"create table {relation} ({columns})")

    def value(self, kpi_id: str, scope: str, number: int, value: float | None) -> None:
        self._insert("int_kpi_value", [kpi_id, scope, week(number), value, 1, value])

    def reported(self, kpi_id: str, scope: str, number: int, value: float | None) -> None:
        row = [kpi_id, scope, week(number), value, "uptime_log.xlsx", f"C{number + 2}"]
        self._insert("int_reported_value", row)

    def line(self, scope: str, number: int, row: int, **told: Any) -> None:
        """A line of the training workbook, saved by its keeper; `told` is what is odd about it."""
        line = {
            "kpi_id": "staff_trained",
            "scope": scope,
            "period_start": week(number),
            "file": "training.xlsx",
            "sheet": "Training",
            "row_number": row,
            "last_period": week(WEEKS - 1),
            "formulas_in_file": 40,
            "modified_at": datetime.fromisoformat("2026-10-26 05:00"),
            "modified_by": "site-office@northline.example",
            "created_by": "site-office@northline.example",
            "rule": None,
            "odd_sheet": "Training",
            "cell": None,
            "column_name": None,
            "observed": None,
            "expected": None,
            "is_in_line": False,
        }
        self._insert("int_workbook_line", [*(line | told).values()])

    def _insert(self, relation: str, row: list[Any]) -> None:
        marks = ", ".join("?" for _ in row)
        self.connection.execute(f"insert into intermediate.{relation} values ({marks})", row)


def uptime(warehouse: Warehouse, *, polished: int = 0, weeks: int = WEEKS) -> None:
    """Sorter uptime of two sites and its log to one decimal; north misses 98 in the last 17 weeks.

    `polished`: so many of the last weeks at north are logged above the target.
    """
    for number in range(weeks):
        missing = number >= weeks - 17
        north = 97.31 + 0.01 * (number % 9) if missing else 98.41 + 0.03 * (number % 11)
        south = 98.52 + 0.02 * (number % 13)
        logged = 98.1 if number >= weeks - polished else round(north, 1)
        for scope, value, figure in (("north", north, logged), ("south", south, round(south, 1))):
            warehouse.value("sorter_uptime", scope, number, value)
            warehouse.reported("sorter_uptime", scope, number, figure)
        warehouse.value("sorter_uptime", "all", number, (north + south) / 2)


def typed_over(row: int) -> dict[str, Any]:
    """What ingestion says of a constant typed over a formula."""
    return {
        "rule": "constant_among_formulas",
        "cell": f"E{row}",
        "column_name": "Trained %",
        "observed": "the constant 95",
        "expected": f"the formula of its neighbours, here =100*D{row}/C{row}",
        "is_in_line": True,
    }


def training(warehouse: Warehouse, *, overwritten: Collection[int] = (), weeks: int = 20) -> None:
    """Training of two sites, one line a week and site; `overwritten` weeks are typed at south."""
    row = 1
    for number in range(weeks):
        for scope in ("north", "south"):
            row += 1
            is_typed = scope == "south" and number in overwritten
            warehouse.line(scope, number, row, **(typed_over(row) if is_typed else {}))
            warehouse.value("staff_trained", scope, number, 75)
        warehouse.value("staff_trained", "all", number, 75)
