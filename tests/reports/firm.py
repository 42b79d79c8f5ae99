"""A small firm's marts in an in-memory DuckDB: the columns the reports read, with known troubles.

Three objectives, seven key results, eighteen links. Sorter uptime at North is in breach under a
policy, the number of trained staff is contested, complaints cannot be verified, and the cost of a
parcel is off track.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb

AS_OF = datetime(2026, 10, 26, 6, 0)  # noqa: DTZ001 - the warehouse keeps naive UTC
PERIOD = (date(2026, 6, 29), date(2026, 12, 27))
LAST_WEEK = date(2026, 10, 19)
CASE = "sorter_uptime.north.level.2026-06-29"

TABLES = {
    "rpt_one_glance": """as_of timestamp, objective_id text, objective_name text,
        objective_owner text, objective_position int, objective_status text,
        objective_progress decimal(18,6), objective_expected_progress decimal(18,6),
        period_from date, period_to date, key_result_id text, key_result_name text,
        key_result_position int, key_result_status text, key_result_progress decimal(18,6),
        key_result_expected_progress decimal(18,6), kpi_id text, kpi_name text, scope text,
        role text, weight decimal(18,6), lag_periods int, link_position int, kpi_owner text,
        department text, unit_symbol text, decimals int, direction text, grain text default 'week',
        period_start date, value decimal(38,9), target decimal(38,9), floor decimal(38,9),
        status text, integrity_verdict text, integrity_grade text, provenance text,
        source_last_seen_at timestamp, open_episode_id text""",
    "fct_kpi_evaluation": """kpi_id text, scope text, period_start date, value decimal(38,9),
        target decimal(38,9), floor decimal(38,9), is_closed boolean, is_latest boolean,
        is_beyond_target boolean,
        status text, integrity_verdict text, integrity_grade text""",
    "dim_key_result": "key_result_id text, objective_id text, kind text",
    "fct_key_result_progress": """key_result_id text, value decimal(38,9), baseline decimal(38,9),
        target decimal(38,9), progress decimal(18,6), expected_progress decimal(18,6),
        coverage decimal(18,6), overshoot boolean, worst_run int, is_latest boolean""",
    "fct_key_result_outlook": """key_result_id text, confidence text, declared_at timestamp,
        divergent_periods int, forecast text, forecast_value decimal(38,9),
        forecast_progress decimal(38,9), no_forecast_because text,
        is_stagnant boolean, is_watermelon boolean,
        score decimal(38,9), relapsed_period date, is_latest boolean""",
    "fct_objective_progress": """objective_id text, coverage decimal(18,6),
        weakest_key_result_id text, weakest_progress decimal(18,6), is_latest boolean""",
    "fct_integrity_finding": """finding_id text, kpi_id text, scope text, period_start date,
        guard text, kind text, grade text, n int, observed text, expected text,
        p_value decimal(38,9), question text, evidence text, innocent_explanations text,
        false_alarm_rate decimal(38,9), answer_state text, answer_reason text, answer text,
        answered_by text, answered_at timestamp, decided_by text, decided_at timestamp,
        decision text""",
    "fct_link_health": """key_result_id text, kpi_id text, scope text, role text,
        execution_owner text, freshness decimal(38,9), coverage decimal(38,9),
        integrity decimal(38,9), provenance decimal(38,9), evidence decimal(38,9),
        cases_in_time decimal(38,9), policy decimal(38,9), score decimal(38,9),
        is_sound boolean, waiver text""",
    "dim_dependency": """dependency_id text, objective_id text, needs text, is_confirmed boolean,
        unconfirmed_by text, risk_owner text, risk_owner_name text""",
    "fct_load_seal": "seal_number bigint, log_root text, is_latest boolean",
    "fct_link_evidence": "key_result_id text, kpi_id text, scope text, verdict text",
    "fct_kpi_episode": """episode_id text, kpi_id text, scope text, rule text, opened_period date,
        closed_period date, state text, is_open boolean, is_alerted boolean default true,
        last_value decimal(38,9), target decimal(38,9), floor decimal(38,9), periods int,
        as_of timestamp""",
    "fct_audit_case": """case_id text, kpi_id text, scope text, state text, due_on date,
        cause_code text, closed_at timestamp""",
    "dim_kpi": """kpi_id text, name text, unit_symbol text, decimals int, direction text,
        grain text default 'week',
        owner text, department text, system_of_record text""",
    "dim_role": """role_id text, name text, department text, person text, deputy text,
        acting text""",
    "dim_episode_rule": "rule text, description text",
    "fct_source_freshness": "source text, last_seen_at timestamp, status text",
    "fct_restatement": """kpi_id text, scope text, period_start date, version int,
        restated_at timestamp, class text, from_value decimal(38,9), to_value decimal(38,9),
        materiality text, is_flip_to_pass boolean, is_flip_to_fail boolean""",
    "fct_restated_row": """kpi_id text, scope text, period_start date, version int,
        table_name text, row_key text, place text, fate text, changed_by text,
        changed_at timestamp""",
    "fct_definition_change": """kind text, definition_id text, field text, change text,
        compared_value text, new_value text, seen_at timestamp, author text, is_loosening boolean,
        is_retroactive boolean""",
    "dim_definition_history": """kind text, definition_id text, field text, value text,
        known_from timestamp, known_to timestamp""",
    "fct_kpi_rejection": """kpi_id text, period_start date, source text, table_name text,
        rejected_rows bigint""",
    "rpt_response_time": """rule text, cases int, alerts_timed int,
        median_seconds_to_alert decimal(38,9), p95_seconds_to_alert decimal(38,9),
        median_days_to_detect decimal(38,9), median_days_to_decide decimal(38,9),
        median_days_to_act decimal(38,9)""",
    "dim_objective": "objective_id text, owner text",
    "dim_policy": """policy_id text, name text, key_result_id text, guardrail_kpi_id text,
        guardrail_scope text""",
    "fct_policy_verdict": """policy_id text, rule text, verdict text, instruction text,
        approved_on date, approved_by text, is_latest boolean""",
}

HIGHER, LOWER = "higher_is_better", "lower_is_better"
# fmt: off
# kpi_id: name, unit, decimals, direction, department, provenance, status, integrity, grade,
#         first value, last value, target, floor
KPIS: dict[str, tuple[Any, ...]] = {
    "sorting_throughput": ("Sorting throughput", "parcels/h", 0, HIGHER, "operations", "pulled",
                           "healthy", "trusted", "A", 1250, 1411, 1250, 1150),
    "recalibrations_done": ("Recalibrations done", "per week", 0, HIGHER, "automation", "pulled",
                            "healthy", "trusted", "A", 0, 9, 8, 4),
    "sorter_uptime": ("Sorter uptime", "%", 2, HIGHER, "maintenance", "pulled",
                      "breached", "trusted", "B", 98.6, 97.35, 98, 96.5),
    "manual_touches": ("Manual touches", "per parcel", 2, LOWER, "operations", "pulled",
                       "healthy", "trusted", "A", 3.1, 2.45, 3.2, 3.6),
    "staff_trained": ("Staff trained", "%", 2, HIGHER, "people", "typed",
                      "contested", "contested", "C", 41, 78, None, None),
    "damage_rate": ("Damage rate", "%", 2, LOWER, "quality", "pulled",
                    "healthy", "trusted", "A", 0.35, 0.34, 0.40, 0.60),
    "milestones_done": ("Milestones done", "%", 0, HIGHER, "automation", "pulled",
                        "no_target", "trusted", "A", 0, 50, None, None),
    "recalibration_effort": ("Recalibration effort", "%", 0, HIGHER, "automation", "pulled",
                             "healthy", "trusted", "A", 98, 101, 85, 50),
    "cost_per_parcel": ("Cost per parcel", "EUR", 2, LOWER, "finance", "pulled",
                        "at_risk", "trusted", "A", 2.84, 2.97, 2.95, 3.2),
    "on_time_in_full": ("On time in full", "%", 2, HIGHER, "customer_operations", "pulled",
                        "healthy", "trusted", "A", 93, 95.1, 92.5, 90),
    "complaint_rate": ("Complaint rate", "per 10,000", 1, LOWER, "customer_operations", "typed",
                       "healthy", "insufficient", "U", 14, 11, 14.5, 18),
}
# objective: name, owner, status, progress, weakest, key results
# key result: name, kind, baseline, target, value, progress, status, links (kpi, role, scope, lag)
FIRM: dict[str, tuple[Any, ...]] = {
    "faster_throughput": (
        "Achieve 20 % faster throughput at the North hub by year-end", "Automation lead",
        "healthy", 0.597, "programme_milestones", {
            "throughput_1500": (
                "Sorting throughput at North from 1,250 to 1,500 parcels per hour",
                "increase_to", 1250, 1500, 1411, 0.644, "healthy",
                [("sorting_throughput", "measure", "north", 0),
                 ("recalibrations_done", "leading", "north", 3),
                 ("sorter_uptime", "guardrail", "north", 0)]),
            "manual_touches_2": (
                "Manual touches per parcel from 3.1 to 2.0", "decrease_to", 3.1, 2.0, 2.45, 0.591,
                "healthy",
                [("manual_touches", "measure", "all", 0), ("staff_trained", "leading", "all", 4),
                 ("damage_rate", "guardrail", "all", 0)]),
            "programme_milestones": (
                "All milestones of the recalibration programme reached", "milestone", 0, 100, 50,
                0.5, "at_risk",
                [("milestones_done", "measure", "all", 0),
                 ("recalibration_effort", "leading", "north", 0),
                 ("cost_per_parcel", "guardrail", "all", 0)])}),
    "keep_customers": (
        "Keep customers while the warehouse changes", "Customer operations lead", "healthy",
        0.65, "complaints_9", {
            "on_time_96": (
                "On-time in-full from 93 % to 96 %", "increase_to", 93, 96, 95.1, 0.7, "healthy",
                [("on_time_in_full", "measure", "all", 0),
                 ("cost_per_parcel", "guardrail", "all", 0)]),
            "complaints_9": (
                "Complaints per 10,000 parcels from 14 to 9", "decrease_to", 14, 9, 11, 0.6,
                "healthy",
                [("complaint_rate", "measure", "all", 0), ("damage_rate", "leading", "all", 2),
                 ("sorting_throughput", "guardrail", "all", 0)])}),
    "lower_cost": (
        "Cut cost per parcel without cutting quality", "Finance lead", "breached", 0.31,
        "cost_255", {
            "cost_255": (
                "Cost per parcel from 2.84 to 2.55 EUR", "decrease_to", 2.84, 2.55, 2.97, 0,
                "breached",
                [("cost_per_parcel", "measure", "all", 0),
                 ("damage_rate", "guardrail", "all", 0)]),
            "damage_under_040": (
                "Damage rate at or below 0.40 %", "stay_at_or_below", None, 0.40, 0.34, 1,
                "healthy",
                [("damage_rate", "measure", "all", 0),
                 ("on_time_in_full", "guardrail", "all", 0)])}),
}
# fmt: on


class Firm:
    """The tables; `marts` is the connection the reports read."""

    def __init__(self, rename: dict[str, str] | None = None) -> None:
        self._names = rename or {}
        self.marts = duckdb.connect(":memory:")
        self.marts.execute("set TimeZone = 'UTC'")
        self.marts.execute("create schema marts")
        for table, columns in TABLES.items():
            self.marts.execute(f"create table marts.{table} ({columns})")
        self._definitions()
        self._evaluations()
        self._troubles()

    def add(self, table: str, **row: Any) -> None:
        """One row; columns not named are null."""
        self.add_all(table, [row])

    def add_all(self, table: str, rows: list[dict[str, Any]]) -> None:
        """Rows that name the same columns, in one statement."""
        self.marts.execute(
            f"insert into marts.{table} by name select unnest(?, recursive := true)", [rows]
        )

    def close_episode(self, case_id: str = CASE) -> None:
        """The breach is over: what the warehouse says two good weeks later."""
        self.marts.execute(
            "update marts.fct_kpi_episode set is_open = false, state = 'closed', "
            "closed_period = ?, last_value = 98.4 where episode_id = ?",
            [LAST_WEEK, case_id],
        )

    def _name(self, name: str) -> str:
        return self._names.get(name, name)

    def _definitions(self) -> None:
        for position, (objective_id, objective) in enumerate(FIRM.items()):
            name, owner, status, progress, weakest, key_results = objective
            self.add("dim_objective", objective_id=objective_id,
                     owner=owner.lower().replace(" ", "_"))  # fmt: skip
            self.add("fct_objective_progress", objective_id=objective_id, coverage=1,
                     weakest_key_result_id=weakest, is_latest=True,
                     weakest_progress=key_results[weakest][5])  # fmt: skip
            about = {
                "as_of": AS_OF, "objective_id": objective_id, "objective_name": self._name(name),
                "objective_owner": owner, "objective_position": position,
                "objective_status": status, "objective_progress": progress,
                "objective_expected_progress": 0.654, "period_from": PERIOD[0],
                "period_to": PERIOD[1],
            }  # fmt: skip
            for place, (key_result_id, key_result) in enumerate(key_results.items()):
                self._key_result(key_result_id, key_result, objective_id)
                about |= {
                    "key_result_id": key_result_id, "key_result_name": self._name(key_result[0]),
                    "key_result_position": place, "key_result_status": key_result[6],
                    "key_result_progress": key_result[5], "key_result_expected_progress": 0.654,
                }  # fmt: skip
                self.add_all("rpt_one_glance", [
                    about | self._link(*link) | {"link_position": order}
                    for order, link in enumerate(key_result[7])
                ])  # fmt: skip

    def _key_result(
        self, key_result_id: str, key_result: tuple[Any, ...], objective_id: str
    ) -> None:
        _, kind, baseline, target, value, progress, _, _ = key_result
        self.add("dim_key_result", key_result_id=key_result_id, kind=kind,
                 objective_id=objective_id)  # fmt: skip
        self.add("fct_key_result_progress", key_result_id=key_result_id, value=value,
                 baseline=baseline, target=target, progress=progress, expected_progress=0.654,
                 coverage=1, overshoot=False, worst_run=0, is_latest=True)  # fmt: skip
        self.add("fct_key_result_outlook", key_result_id=key_result_id, divergent_periods=0,
                 forecast="insufficient", is_stagnant=False, is_watermelon=False,
                 is_latest=True)  # fmt: skip

    def _link(self, kpi_id: str, role: str, scope: str, lag: int) -> dict[str, Any]:
        (name, unit, decimals, direction, department, provenance, status, verdict, grade, _, value,
         target, floor) = KPIS[kpi_id]  # fmt: skip
        return {
            "kpi_id": kpi_id, "kpi_name": self._name(name), "scope": scope, "role": role,
            "weight": 1, "lag_periods": lag, "department": department,
            "kpi_owner": f"{department.replace('_', ' ').capitalize()} lead",
            "unit_symbol": unit, "decimals": decimals, "direction": direction,
            "period_start": LAST_WEEK, "value": value, "target": target, "floor": floor,
            "status": status, "integrity_verdict": verdict, "integrity_grade": grade,
            "provenance": provenance, "source_last_seen_at": AS_OF - timedelta(hours=2),
            "open_episode_id": CASE if (kpi_id, scope) == ("sorter_uptime", "north") else None,
        }  # fmt: skip

    def _evaluations(self) -> None:
        for kpi_id, kpi in KPIS.items():
            name, unit, decimals, direction, department = kpi[:5]
            self.add("dim_kpi", kpi_id=kpi_id, name=self._name(name), unit_symbol=unit,
                     decimals=decimals, direction=direction, department=department,
                     owner=f"{department}_lead", system_of_record="erp")  # fmt: skip
            self.add("dim_role", role_id=f"{department}_lead", department=department,
                     name=f"{department.replace('_', ' ').capitalize()} lead",
                     person=f"{department}-lead@northline.example",
                     deputy=f"{department}-deputy@northline.example",
                     acting=f"{department}-lead@northline.example")  # fmt: skip
            about = {
                "kpi_id": kpi_id, "is_closed": True, "target": kpi[11], "floor": kpi[12],
                "integrity_verdict": kpi[7], "integrity_grade": kpi[8], "status": "healthy",
            }  # fmt: skip
            self.add_all("fct_kpi_evaluation", [
                about | {
                    "scope": scope, "period_start": LAST_WEEK - timedelta(weeks=29 - week),
                    "value": value_in(kpi_id, week), "is_latest": week == 29,
                }
                for scope in ("north", "all")
                for week in range(30)
            ])  # fmt: skip

    def _troubles(self) -> None:
        self.add("fct_kpi_episode", episode_id=CASE, kpi_id="sorter_uptime", scope="north",
                 rule="level", opened_period=PERIOD[0], state="firing", is_open=True,
                 last_value=97.35, target=98, floor=96.5, periods=17, as_of=AS_OF)  # fmt: skip
        for key_result_id, kpi_id, scope, verdict in (
            ("throughput_1500", "recalibrations_done", "north", "supported"),
            ("manual_touches_2", "staff_trained", "all", "not_supported"),
            ("programme_milestones", "recalibration_effort", "north", "insufficient"),
        ):
            self.add("fct_link_evidence", key_result_id=key_result_id, kpi_id=kpi_id, scope=scope,
                     verdict=verdict)  # fmt: skip
        self.add("dim_policy", policy_id="throughput_over_uptime",
                 name="Throughput outranks sorter uptime, within an allowance",
                 key_result_id="throughput_1500", guardrail_kpi_id="sorter_uptime",
                 guardrail_scope="north")  # fmt: skip
        self.add("fct_policy_verdict", policy_id="throughput_over_uptime", rule="budget_low",
                 verdict="slow_down",
                 instruction="Keep recalibrating, but only the sorter that gains most. "
                 "Under a quarter of the allowance is left.",
                 approved_on=date(2026, 6, 20), approved_by="operations_lead, finance_lead",
                 is_latest=True)  # fmt: skip
        self.add("fct_integrity_finding", finding_id="f1", kpi_id="staff_trained", scope="all",
                 period_start=LAST_WEEK, guard="workbook_structure_intact", kind="structural",
                 grade="C", n=78, observed="a constant, 91.0, in Training!E42",
                 expected="the formula of its neighbours", evidence='{"cell": "E42"}',
                 question="Why was the formula in E42 replaced?", false_alarm_rate=0,
                 innocent_explanations='["The inputs were not there yet."]',
                 answer_state="open")  # fmt: skip
        self.add("dim_episode_rule", rule="drift", description="Moves the bad way.")
        self.add("fct_source_freshness", source="erp", status="healthy",
                 last_seen_at=AS_OF - timedelta(hours=2))  # fmt: skip
        self.add("fct_load_seal", seal_number=41, log_root="5bb3d325" * 8, is_latest=True)


def value_in(kpi_id: str, week: int) -> Decimal:
    """A plausible course: uptime drops when recalibration begins, everything else drifts."""
    first, last = (Decimal(str(x)) for x in KPIS[kpi_id][9:11])
    wobble = (Decimal(week * 7 % 5) - 2) / 60
    if kpi_id == "sorter_uptime":
        level = first if week < 13 else last
        return level + wobble * 4
    return first + (last - first) * (Decimal(week) / 29 + (wobble if 0 < week < 29 else 0))
