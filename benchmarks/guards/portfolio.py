"""What does one close cost? 50 KPIs, each called on by every guard, judged as in the pipeline."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.guards.families import FAMILIES
from benchmarks.guards.simulator import Kpi, honest
from expectations.guard import PACKAGE
from expectations.judge import judge
from expectations.judgement import Status
from sightline.registry import names
from tests.expectations.firm import AS_OF, WEEKS, Definitions, Warehouse, week

KPIS = 50
SITE, FILE = "north", "report.xlsx"
SEEN = datetime(2026, 10, 26, 5)  # noqa: DTZ001 - as the warehouse has it: naive UTC
BREAKS_NO_RUN = (Status.PASSED, Status.FINDING, Status.NOT_APPLICABLE, Status.NOT_ENOUGH_DATA)


def close_seconds(first_seed: int) -> tuple[int, float]:
    """Expectations evaluated, and CPU seconds of judging them once everything is imported.

    Raises RuntimeError when a run broke: what was not evaluated cost nothing.
    """
    from expectations import row_expectation

    del row_expectation
    warehouse = Warehouse()
    kpis = {f"kpi_{number}": _weekly(number, first_seed) for number in range(KPIS)}
    for kpi_id, kpi in kpis.items():
        _fill(warehouse, kpi_id, kpi)
    guards: dict[str, dict[str, Any]] = {guard: {} for guard in names(PACKAGE)}
    definitions = Definitions(dict.fromkeys(kpis, ("pulled", guards)))
    _tell(warehouse, definitions)
    with TemporaryDirectory() as store:
        begun = time.process_time()
        judgement = judge(warehouse.connection, definitions, as_of=AS_OF, store=Path(store))
        seconds = time.process_time() - begun
    broken = [run for run in judgement.runs if run.status not in BREAKS_NO_RUN]
    if broken:
        raise RuntimeError(f"{broken[0].guard}: {broken[0].detail}")
    return sum(run.expectations_evaluated for run in judgement.runs), seconds


def _weekly(number: int, first_seed: int) -> Kpi:
    return honest(list(FAMILIES)[number % len(FAMILIES)], WEEKS, first_seed + number)


def _fill(warehouse: Warehouse, kpi_id: str, kpi: Kpi) -> None:
    """What the guards read of one KPI: values, report, edits, rows and a workbook in order."""
    values, side = kpi.series.values, kpi.side
    weeks = [week(index) for index in range(len(values))]
    edited = np.flatnonzero(side.restated != values).tolist()

    def insert(relation: str, **columns: Any) -> None:
        count = max(len(column) for column in columns.values() if isinstance(column, list))
        table = pa.table(
            {
                name: column if isinstance(column, list) else [column] * count
                for name, column in {"kpi_id": kpi_id, "scope": SITE, **columns}.items()
            }
        )
        warehouse.connection.register("added", table)
        warehouse.connection.execute(f"insert into {relation} by name from added")
        warehouse.connection.unregister("added")

    insert(
        "intermediate.int_kpi_value",
        period_start=weeks,
        value=values.tolist(),
        numerator=values.tolist(),
        denominator=1,
    )
    insert(
        "intermediate.int_reported_value",
        period_start=weeks,
        reported_value=side.reported.tolist(),
        file=FILE,
        cell="C2",
    )
    insert(
        "intermediate.int_restatement",
        period_start=[weeks[index] for index in edited],
        restated_at=SEEN,
        **{"class": "event"},
        from_value=values[edited].tolist(),
        to_value=side.restated[edited].tolist(),
    )
    insert(
        "intermediate.int_kpi_row_fate",
        period_start=weeks,
        is_failing=side.row_failed.tolist(),
        is_left_out=side.row_left_out.tolist(),
        row_count=1,
    )
    insert(
        "intermediate.int_workbook_line",
        period_start=weeks,
        file=f"{kpi_id}.xlsx",
        sheet="Sheet",
        row_number=list(range(2, 2 + len(weeks))),
        last_period=weeks[-1],
        formulas_in_file=len(weeks),
        modified_at=SEEN,
        is_in_line=False,
    )
    warehouse.connection.execute(
        "insert into staging.stg_sheets__typed_figure by name "
        "select ? as file, scope, period_start, 'Value' as column_name, value as value_number, "
        "? as seen_at from intermediate.int_kpi_value where kpi_id = ?",
        [f"{kpi_id}.xlsx", SEEN, kpi_id],
    )


def _tell(warehouse: Warehouse, definitions: Definitions) -> None:
    """What is there once for all KPIs: their definitions, a milestone, the moment."""
    tell = warehouse.connection.execute
    tell("insert into intermediate.int_as_of values (?)", [SEEN])
    for kpi_id in definitions.kpis:
        tell("insert into staging.stg_definitions__kpi values (?)", [kpi_id])
        guard = "milestone_status_follows_dates"
        tell("insert into staging.stg_definitions__kpi_guard values (?, ?, '{}')", [kpi_id, guard])
    tell(
        "insert into intermediate.int_milestone_date by name "
        "select '1' as issue_id, 'A-1' as issue_key, 'Done' as summary, 1 as promise_number, "
        "cast(? as timestamp) as promised_at, date '2026-12-01' as due_date",
        [SEEN],
    )
    tell("insert into staging.stg_tracker__issue values ('1', 'Open', '[]', null)")
