"""How can hundreds of firms be judged at once? Each is one more site of one warehouse.

The demo's story gives each firm's weeks; a week is one row a table here, with the sums that the
demo's own rows add up to. Definitions are the shipped ones with the North site, its key result and
its policy once for each firm. Then the compiled dbt models run as they are, in order, in DuckDB: no
pull, no guard and no Dagster. Verdicts on integrity are laid in as trusted, for guards judge
something else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import duckdb

from demo.issues import effort_share
from demo.story import (
    CLOCK,
    FIRST_MONDAY,
    PROGRAMME_START,
    WEEK_MINUTES,
    Firm,
    Scenario,
    last_closed_monday,
    mondays,
    programme_week,
    week_plan,
)
from sightline.catalog import Catalog, load_catalog

Row = dict[str, Any]
OKRS = Path(__file__).parents[1] / "okrs"
HOUR = 3600
LOAD = "many_firms"
WANTED = ("fct_kpi_episode", "fct_policy_verdict", "fct_key_result_outlook")
KEY_RESULT, SITE = "throughput_1500", "north"
KPIS = ("sorter_uptime", "sorting_throughput", "recalibration_effort", "recalibrations_done")


def judge(
    warehouse: duckdb.DuckDBPyConnection,
    manifest: Mapping[str, Any],
    scenario: Scenario,
    seeds: Sequence[int],
) -> None:
    """Fill an empty warehouse with one firm a seed and build the marts in WANTED from it.

    `manifest` is what a dbt build of that warehouse left; raw tables are emptied before. A firm is
    told apart by its site, `north<seed>`.
    """
    tables = {
        **{("raw_definitions", name): rows for name, rows in _definitions(seeds).items()},
        **{("raw_erp", name): [] for name in ("sorter_day", "downtime", "recalibration")},
        ("raw_tracker", "issue"): [],
        ("raw_integrity", "verdict"): [],
    }
    for seed in seeds:
        for place, row in _rows(Firm(scenario, seed), f"{SITE}{seed}"):
            tables[place].append(row)
    for dataset in ("raw_definitions", "raw_integrity"):
        tables[dataset, "landing"] = [{"row_count": 1}]
    for source in ("erp", "tracker", "sheets"):
        tables[f"raw_{source}", "_receipt"] = [{"source": source, "table_name": "any"}]
    for (dataset, table), rows in tables.items():
        _fill(warehouse, dataset, table, rows)
    for dataset in {dataset for dataset, _ in tables}:
        warehouse.execute(f"delete from {dataset}._dlt_loads")
        warehouse.execute(
            f"insert into {dataset}._dlt_loads (load_id, status) values (?, 0)", [LOAD]
        )
    for model in _in_order(manifest):
        warehouse.execute(
            f"create or replace {'view' if model['config']['materialized'] == 'view' else 'table'} "
            f"{model['schema']}.{model['name']} as {model['compiled_code']}"
        )


def _definitions(seeds: Sequence[int]) -> dict[str, list[Row]]:
    """The shipped definitions, those of North once for each seed."""
    catalog: Catalog = load_catalog(OKRS)
    rows = catalog.rows()
    kept = {name: rows[name] for name in ("objective", "kpi", "kpi_target", "role", "department")}
    for name in ("key_result", "link", "policy", "policy_rule"):
        kept[name] = [
            _of_firm(row, seed)
            for row in rows[name]
            if row.get("key_result_id", KEY_RESULT) == KEY_RESULT
            for seed in seeds
        ]
    return kept


def _of_firm(row: Row, seed: int) -> Row:
    """One firm's copy of a row: its ids and its site carry the seed."""
    mine = dict(row)
    for column in ("key_result_id", "policy_id"):
        if column in row:
            mine[column] = f"{row[column]}_{seed}"
    for column in ("scope", "guardrail_scope", "effort_scope"):
        if row.get(column) == SITE:
            mine[column] = f"{SITE}{seed}"
    return mine


def _rows(firm: Firm, site: str) -> Iterator[tuple[tuple[str, str], Row]]:
    ids = count(firm.seed * 10_000)  # a firm has under 1,000 rows a table
    for monday in mondays(FIRST_MONDAY, last_closed_monday(CLOCK)):
        plan = week_plan(firm, SITE, monday)
        day = monday + timedelta(days=1)
        about = {"site": site, "changed_at": datetime.combine(monday + timedelta(days=6), time(20))}
        yield (
            ("raw_erp", "sorter_day"),
            about
            | {"sorter_day_id": next(ids), "work_date": day, "scheduled_minutes": WEEK_MINUTES}
            | {"parcels_sorted": plan.parcels},
        )
        for reason, minutes in (
            ("jam", plan.base_minutes),
            ("recalibration", plan.recalibration_minutes),
        ):
            lost = {"downtime_id": next(ids), "work_date": day, "minutes": minutes}
            yield ("raw_erp", "downtime"), about | lost | {"reason_code": reason}
        for number in range(plan.recalibrations_planned):
            done = day if number < plan.recalibrations_done else None
            work = {"recalibration_id": next(ids), "planned_on": day}
            yield ("raw_erp", "recalibration"), about | work | {"done_on": done, "minutes": 1}
        if monday >= PROGRAMME_START:
            yield ("raw_tracker", "issue"), _work_package(firm, site, monday)
        for kpi in KPIS:
            verdict = {"kpi_id": kpi, "scope": site, "period_start": monday}
            yield ("raw_integrity", "verdict"), verdict | {"verdict": "trusted", "grade": "A"}


def _work_package(firm: Firm, site: str, monday: date) -> Row:
    estimate = 40 * HOUR
    return {
        "issue_id": f"{site}/{monday}",
        "issue_type": "Work package",
        "due_date": monday + timedelta(days=6),
        "labels": f'["site:{site}"]',
        "estimate_seconds": estimate,
        "spent_seconds": round(estimate * effort_share(firm, programme_week(monday))),
        "updated_at": datetime.combine(monday + timedelta(days=5), time(18)),
    }


def _fill(
    warehouse: duckdb.DuckDBPyConnection, dataset: str, table: str, rows: Sequence[Row]
) -> None:
    """Replace the rows of a raw table; every row is of the one load, numbered and seen now."""
    import pyarrow as pa

    warehouse.execute(f"delete from {dataset}.{table}")
    if rows:
        landed = pa.Table.from_pylist(
            [
                row | {"_row": number, "_dlt_load_id": LOAD, "_seen_at": CLOCK}
                for number, row in enumerate(rows)
            ]
        )
        warehouse.register("landed", landed)
        warehouse.execute(f"insert into {dataset}.{table} by name select * from landed")
        warehouse.unregister("landed")


def _in_order(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The models that WANTED rest on, each after what it reads."""
    ordered: dict[str, Mapping[str, Any]] = {}

    def visit(name: str) -> None:
        if name in ordered or not name.startswith("model."):
            return
        for parent in manifest["parent_map"][name]:
            visit(parent)
        ordered[name] = manifest["nodes"][name]

    for model in WANTED:
        visit(f"model.sightline.{model}")
    return list(ordered.values())
