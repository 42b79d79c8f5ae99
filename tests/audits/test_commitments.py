"""A case tells what was promised around its KPI: work, help and planned windows."""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb

from sightline.investigation import investigate
from tests.audits.northline_marts import LEVEL_CASE, build

AS_OF = datetime(2026, 10, 26, 6, tzinfo=UTC)


def case_of(marts: duckdb.DuckDBPyConnection) -> str:
    case = investigate(marts, LEVEL_CASE, as_of=AS_OF)
    return "\n".join([*case.consequence, *(cause.text for cause in case.causes)])


def test_work_that_is_to_move_the_kpi_and_help_that_nobody_confirmed_are_on_the_case() -> None:
    with build("as_planned") as marts:
        marts.execute(
            "insert into marts.bridge_initiative_kpi values "
            "('belts', 'sorter_uptime', 'New belts', 'maintenance_lead', 'Maintenance lead'), "
            "('other', 'damage_rate', 'Softer chutes', 'quality_lead', 'Quality lead')"
        )
        marts.execute(
            "insert into marts.dim_dependency values ('a', 'faster_throughput', 'Sorters free', "
            "false, 'operations', 'automation_lead', 'Automation lead'), "
            "('b', 'faster_throughput', 'Budget', true, null, null, null), "
            "('c', 'lower_cost', 'Prices', false, 'operations', 'finance_lead', 'Finance lead')"
        )
        text = case_of(marts)
    assert "“New belts” is to move this KPI; Maintenance lead answers for it." in text
    assert "“Sorters free” is not confirmed by Operations; Automation lead carries" in text
    assert "Softer chutes" not in text
    assert "Budget" not in text
    assert "Prices" not in text


def test_maintenance_approved_after_it_had_begun_is_shown_and_excuses_nothing() -> None:
    with build("as_planned") as marts:
        marts.execute(
            "insert into marts.fct_planned_maintenance values "
            "('sorter_uptime', 'belts', 'north', '2026-08-08 04:00:00', '2026-08-08', "
            "'2026-08-08', 480, 'Belts replaced', 'coo', '2026-08-10', 'approved_late'), "
            "('sorter_uptime', 'motors', 'south', '2026-08-09 04:00:00', '2026-08-09', "
            "'2026-08-09', 480, 'Motors', 'coo', '2026-08-01', 'excluded')"
        )
        text = case_of(marts)
    assert "On 2026-08-08 planned maintenance took 480 minutes (Belts replaced)" in text
    assert "it excuses nothing, for it was approved, or read here, after it had begun" in text
    assert "Motors" not in text
