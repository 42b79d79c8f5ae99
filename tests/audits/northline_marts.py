"""A small schema `marts` of the demo firm, enough for an audit: one builder for every test here.

`as_planned`: recalibration takes the North sorters under the uptime target. `throttled`: it is held
back, uptime stays green and the goal starves. `contested`: as planned, with an overwritten log.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache

import duckdb

Rows = dict[str, list[tuple[object, ...]]]

AS_OF = datetime(2026, 10, 26, 6, 0, tzinfo=UTC)
HEARD = AS_OF.replace(tzinfo=None)
RECALIBRATED = date(2026, 6, 29)
OPENED = date(2026, 7, 6)
STARVED = date(2026, 8, 10)
WEEKS = [date(2026, 4, 27) + timedelta(weeks=week) for week in range(26)]
LEVEL_CASE = f"sorter_uptime.north.level.{OPENED}"
SACRIFICE_CASE = f"sorter_uptime.north.silent_sacrifice.{STARVED}"
LONELY_CASE = "damage_rate.all.level.2026-10-19"

_TABLES = {
    "dim_department": "department_id text, name text",
    "dim_role": "role_id text, name text, department text, person text, deputy text",
    "dim_objective": "objective_id text, name text, owner text, period_from date, period_to date",
    "dim_key_result": "key_result_id text, objective_id text, name text, kind text, owner text",
    "dim_kpi": "kpi_id text, name text, unit_symbol text, decimals int, direction text, "
    "owner text, department text, system_of_record text, provenance text, definition_hash text",
    "dim_kpi_target": "kpi_id text, valid_from date, target decimal(38, 9), "
    "floor decimal(38, 9), approved_by text, approved_on date",
    "dim_policy": "policy_id text, name text, key_result_id text, guardrail_kpi_id text, "
    "guardrail_scope text, effort_kpi_id text, effort_scope text, window_periods int, "
    "valid_from date, dispute_route text",
    "dim_episode_rule": "rule text, description text",
    "bridge_kpi_ask": "kpi_id text, department text",
    "bridge_kpi_driver": "kpi_id text, driver_kpi_id text, is_factor boolean",
    "bridge_kpi_incentive": "kpi_id text, department text, share_of_bonus decimal(9, 4)",
    "bridge_key_result_kpi": "key_result_id text, kpi_id text, role text, scope text",
    "fct_kpi_value": "kpi_id text, scope text, period_start date, numerator decimal(38, 9), "
    "denominator decimal(38, 9), value decimal(38, 9), is_current boolean, "
    "model_hash text",
    "fct_kpi_evaluation": "kpi_id text, scope text, period_start date, value decimal(38, 9), "
    "target decimal(38, 9), floor decimal(38, 9), target_valid_from date, is_closed boolean, "
    "is_beyond_target boolean, is_beyond_floor boolean, integrity_verdict text, "
    "integrity_grade text, status text, rule text",
    "fct_kpi_contribution": "kpi_id text, scope text, period_start date, dimension text, "
    "member text, numerator_part decimal(38, 9), denominator decimal(38, 9), "
    "denominator_part decimal(38, 9)",
    "fct_kpi_episode": "episode_id text, kpi_id text, scope text, rule text, opened_period date, "
    "state text, is_open boolean, periods int",
    "fct_key_result_progress": "key_result_id text, value decimal(38, 9), "
    "baseline decimal(38, 9), target decimal(38, 9), progress decimal(38, 9), "
    "expected_progress decimal(38, 9), status text, is_latest boolean",
    "fct_policy_state": "policy_id text, period_start date, budget_used decimal(38, 9), "
    "budget_allowed decimal(38, 9), budget_used_share decimal(38, 9), budget text, pace text, "
    "effort_share decimal(38, 9), effort text",
    "fct_policy_verdict": "policy_id text, period_start date, rule text, verdict text, "
    "instruction text, approved_on date, approved_by text, is_latest boolean",
    "fct_source_freshness": "source text, last_seen_at timestamp",
    "fct_source_load": "source text, load_id text, is_latest boolean",
    "rpt_one_glance": "objective_id text, objective_name text, objective_position int, "
    "objective_status text, key_result_id text, key_result_name text, key_result_position int, "
    "key_result_status text, kpi_id text, kpi_name text, scope text, role text, "
    "lag_periods int, link_position int, status text, provenance text, "
    "source_last_seen_at timestamp",
}

_FINDING = (
    "finding_id text, kpi_id text, scope text, period_start date, "
    "guard text, kind text, grade text, observed text, expected text, question text, "
    "evidence text, innocent_explanations text, answer_state text, answer_reason text, "
    "answer text, answered_by text, decided_by text, decision text"
)

_WARNING = (
    "episode_id text, key_result_id text, declared_by text, confidence text, "
    "declared_at timestamp, reason text, days_ahead int"
)

_COMPARISON = (
    "kpi_id text, scope text, period_start date, system_of_record text, "
    "value_of_record decimal(38, 9), rows_of_record bigint, other_source text, "
    "other_value decimal(38, 9), other_row text, outcome text, precedence text"
)

# What else changed and what happened before: empty unless a test puts something there.
_BESIDE = {
    "dim_dependency": "dependency_id text, objective_id text, needs text, is_confirmed boolean, "
    "unconfirmed_by text, risk_owner text, risk_owner_name text",
    "fct_kpi_rejection": "kpi_id text, period_start date, source text, table_name text, "
    "rejected_rows bigint",
    "dim_day_off": "calendar_id text, day date",
    "bridge_initiative_kpi": "initiative_id text, kpi_id text, name text, owner text, "
    "owner_name text",
    "fct_planned_maintenance": "kpi_id text, maintenance_id text, scope text, "
    "begins_at timestamp, begins_on date, ends_on date, minutes decimal(38, 9), reason text, "
    "approved_by text, approved_on date, effect text",
    "fct_definition_change": "kind text, definition_id text, field text, change text, "
    "old_value text, new_value text, seen_at timestamp, file text, author text, "
    "is_loosening boolean",
    "fct_restatement": "kpi_id text, scope text, period_start date, version int, "
    "restated_at timestamp, class text, materiality text",
    "fct_restated_row": "kpi_id text, scope text, period_start date, version int, "
    "table_name text, row_key text, place text, fate text, changed_by text, changed_at timestamp",
    "fct_tracker_change": "issue_key text, issue_type text, summary text, labels text, field text, "
    "changed_at timestamp, old_value text, new_value text",
    "fct_key_result_outlook": "key_result_id text, period_start date, "
    "forecast_progress decimal(38, 9), forecast_low decimal(38, 9), forecast_high decimal(38, 9)",
    "fct_audit_case": "case_id text, kpi_id text, scope text, closed_at timestamp, "
    "cause_code text, what_helped text, state text",
}

# kpi: name, symbol, decimals, direction, owner, department, source, target, floor
_KPIS = {
    "sorter_uptime": ("Sorter uptime", "%", 2, "higher", "maintenance", "erp", 98, 96.5),
    "sorting_throughput": (
        "Sorting throughput",
        "parcels/h",
        0,
        "higher",
        "operations",
        "erp",
        1250,
        1150,
    ),
    "recalibration_effort": (
        "Recalibration effort",
        "%",
        0,
        "higher",
        "automation",
        "tracker",
        85,
        50,
    ),
    "unplanned_downtime": ("Unplanned downtime", "%", 2, "lower", "maintenance", "erp", 1.6, 3),
    "damage_rate": ("Damage rate", "%", 2, "lower", "quality", "erp", 0.4, 0.6),
    "milestones_done": ("Milestones done", "%", 0, "higher", "automation", "tracker", None, None),
}


def build(scenario: str) -> duckdb.DuckDBPyConnection:
    """A database in memory with the schema `marts` of one scenario."""
    marts = duckdb.connect()
    marts.execute("create schema marts")
    for table, columns in _BESIDE.items():
        marts.execute(f"create table marts.{table} ({columns})")
    for table, rows in _rows(scenario).items():
        marts.execute(f"create table marts.{table} ({_TABLES[table]})")
        marks = ", ".join(f"({', '.join('?' * len(row))})" for row in rows)
        values = [value for row in rows for value in row]
        marts.execute(f"insert into marts.{table} values {marks}", values)
    for table in ("dim_kpi", "rpt_one_glance"):
        marts.execute(f"alter table marts.{table} add column grain text default 'week'")
    marts.execute("alter table marts.dim_kpi add column calendar_id text")
    marts.execute("alter table marts.fct_kpi_episode add column visible_on date")
    marts.execute("update marts.fct_kpi_episode set visible_on = opened_period + 7")
    marts.execute(f"create table marts.fct_integrity_finding ({_FINDING})")
    marts.execute(f"create table marts.fct_source_comparison ({_COMPARISON})")
    marts.execute(f"create table marts.fct_early_warning ({_WARNING})")
    if scenario == "contested":
        _contest(marts)
    return marts


@cache
def _rows(scenario: str) -> Rows:
    rows: Rows = {table: [] for table in _TABLES}
    _definitions(rows)
    for week, period in enumerate(WEEKS):
        _week(rows, week, period, throttled=scenario == "throttled")
    _goals(rows, throttled=scenario == "throttled")
    _episodes(rows)
    return rows


def put(rows: Rows, table: str, *row: object) -> None:
    """Adds one row, columns in the order of the table."""
    rows[table].append(row)


def _definitions(rows: Rows) -> None:
    for rule in ("silent_sacrifice", "no_data", "budget_burn_fast", "relapse", "drift"):
        put(rows, "dim_episode_rule", rule, f"When {rule} opens.")
    names = {"automation": "Automation programme", "customer_operations": "Customer operations"}
    for department in (
        *("operations", "maintenance", "automation", "customer_operations"),
        *("quality", "finance", "people", "data"),
    ):
        put(rows, "dim_department", department, names.get(department, department.capitalize()))
        lead, mailbox = f"{department}_lead", f"{department}-lead@northline.example"
        put(rows, "dim_role", lead, lead.replace("_", " ").capitalize(), department, mailbox, None)
    put(
        rows,
        "dim_role",
        "coo",
        "Chief operating officer",
        "operations",
        "coo@northline.example",
        None,
    )
    for kpi_id, definition in _KPIS.items():
        name, symbol, decimals, direction, department, source, target, floor = definition
        owner, hash_ = f"{department}_lead", f"hash-of-{kpi_id}"
        way = f"{direction}_is_better"
        put(
            rows,
            "dim_kpi",
            kpi_id,
            name,
            symbol,
            decimals,
            way,
            owner,
            department,
            source,
            "pulled",
            hash_,
        )
        if target is not None:
            put(rows, "dim_kpi_target", kpi_id, "2025-04-28", target, floor, "coo", "2025-04-21")
    for department in ("automation", "operations"):
        put(rows, "bridge_kpi_ask", "sorter_uptime", department)
    put(rows, "bridge_kpi_driver", "sorter_uptime", "unplanned_downtime", False)
    put(rows, "bridge_kpi_incentive", "sorter_uptime", "operations", Decimal("0.3"))
    goal = "Achieve 20 % faster throughput at the North hub by year-end"
    put(
        rows,
        "dim_objective",
        "faster_throughput",
        goal,
        "automation_lead",
        "2026-06-29",
        "2026-12-27",
    )
    put(
        rows,
        "dim_key_result",
        "throughput_1500",
        "faster_throughput",
        "1,250 to 1,500 parcels/h",
        "increase_to",
        "automation_lead",
    )
    policy = "Throughput outranks sorter uptime, within an allowance"
    put(
        rows,
        "dim_policy",
        *("throughput_over_uptime", policy, "throughput_1500", "sorter_uptime", "north"),
        *("recalibration_effort", "north", 4, RECALIBRATED, "Ask the coo in writing."),
    )
    put(rows, "bridge_key_result_kpi", "throughput_1500", "sorting_throughput", "measure", "north")
    put(rows, "bridge_key_result_kpi", "throughput_1500", "sorter_uptime", "guardrail", "north")
    for source in ("erp", "tracker"):
        put(rows, "fct_source_freshness", source, HEARD)
        put(rows, "fct_source_load", source, f"1792994400.{source}", True)
        put(rows, "fct_source_load", source, f"1792389600.{source}", False)


def _week(rows: Rows, week: int, period: date, *, throttled: bool) -> None:
    running = period >= RECALIBRATED and not (throttled and period >= date(2026, 7, 20))
    stops = {"jam": 96 + week % 3 * 7, "belt": 60 + week % 4 * 5}
    if running:
        stops["recalibration"] = 240 if not throttled else 80
    scheduled = 14400
    _value(
        rows, "sorter_uptime", "north", period, 100 * (scheduled - sum(stops.values())), scheduled
    )
    part = ("sorter_uptime", "north", period)
    reasons = {"scheduled": scheduled} | {name: -minutes for name, minutes in stops.items()}
    for reason, minutes in reasons.items():
        added = ("reason_code", reason, 100 * minutes, scheduled, None)
        put(rows, "fct_kpi_contribution", *part, *added)
    lost = sum(stops.values())
    for sorter, minutes in (("N1", lost // 2), ("N2", lost - lost // 2)):
        kept = 100 * (scheduled // 2 - minutes)
        added = ("sorter", sorter, kept, scheduled, scheduled // 2)
        put(rows, "fct_kpi_contribution", *part, *added)
    programme = max(0, week - 8)
    pace = 10 if not throttled else 2
    _value(rows, "sorting_throughput", "north", period, (1250 + pace * programme) * 240, 240)
    effort = 100 if running else 36
    if period >= RECALIBRATED:
        _value(rows, "recalibration_effort", "north", period, effort * 40, 40)
    failed = sum(minutes for reason, minutes in stops.items() if reason != "recalibration")
    _value(rows, "unplanned_downtime", "north", period, 100 * failed, scheduled)
    _value(rows, "damage_rate", "all", period, 100 * (340 + week % 5), 100_000)
    _value(rows, "milestones_done", "all", period, 100 * week, 50)


def _value(
    rows: Rows,
    kpi_id: str,
    scope: str,
    period: date,
    numerator: int,
    denominator: int,
) -> None:
    value = Decimal(numerator) / Decimal(denominator)
    said = (numerator, denominator, value, True, f"sql-of-{kpi_id}")
    put(rows, "fct_kpi_value", kpi_id, scope, period, *said)
    *_, direction, _, _, target, floor = _KPIS[kpi_id]
    beyond = floored = False
    if target is not None and floor is not None:
        beyond = (
            value < Decimal(str(target)) if direction == "higher" else value > Decimal(str(target))
        )
        floored = (
            value < Decimal(str(floor)) if direction == "higher" else value > Decimal(str(floor))
        )
    status = "no_target" if target is None else "healthy"
    if beyond:
        status = "breached" if floored or kpi_id == "sorter_uptime" else "at_risk"
    limits = (value, target, floor, "2025-04-28", True, beyond, floored)
    judged = (*limits, "trusted", "A", status, "2 of 2")
    put(rows, "fct_kpi_evaluation", kpi_id, scope, period, *judged)


def _goals(rows: Rows, *, throttled: bool) -> None:
    value = Decimal(1250 + 17 * (2 if throttled else 10))
    progress, expected = (value - 1250) / 250, Decimal(17) / Decimal(26)
    status = "breached" if throttled else "healthy"
    reached = (value, 1250, 1500, progress, expected, status, True)
    put(rows, "fct_key_result_progress", "throughput_1500", *reached)
    for position, (kpi_id, role) in enumerate(
        (("sorting_throughput", "measure"), ("sorter_uptime", "guardrail")), start=1
    ):
        put(
            rows,
            "rpt_one_glance",
            *("faster_throughput", "Achieve 20 % faster throughput", 1, status),
            *("throughput_1500", "1,250 to 1,500 parcels/h", 1, status, kpi_id, _KPIS[kpi_id][0]),
            *("north", role, 0, position, "healthy", "pulled", HEARD),
        )
    put(
        rows,
        "rpt_one_glance",
        *("faster_throughput", "Achieve 20 % faster throughput", 1, status),
        *("programme_milestones", "Milestones 0 to 100", 2, status, "damage_rate", "Damage rate"),
        *("all", "leading", 3, 1, "healthy", "pulled", HEARD),
    )
    used = Decimal("0.42") if throttled else Decimal("0.883333333")
    bands = ("ample", "behind") if throttled else ("low", "ahead")
    for period in WEEKS:
        effort = (Decimal(1), "sufficient")
        if throttled and period >= STARVED:
            effort = (Decimal("0.36"), "starved")
        state = (used * 1440, 1440, used, *bands, *effort)
        put(rows, "fct_policy_state", "throughput_over_uptime", period, *state)
    rule = ("goal_starved", "goal_wins_spend_budget", "Resume recalibration as planned.")
    if not throttled:
        rule = (
            "budget_low",
            "slow_down",
            "Keep recalibrating, but only the sorter that gains most.",
        )
    verdict = (WEEKS[-1], *rule, "2026-06-20", "coo, finance_lead", True)
    put(rows, "fct_policy_verdict", "throughput_over_uptime", *verdict)


def _episodes(rows: Rows) -> None:
    uptime = ("sorter_uptime", "north")
    put(rows, "fct_kpi_episode", LEVEL_CASE, *uptime, "level", OPENED, "firing", True, 16)
    sacrifice = (*uptime, "silent_sacrifice", STARVED, "firing", True, 11)
    put(rows, "fct_kpi_episode", SACRIFICE_CASE, *sacrifice)
    lonely = ("damage_rate", "all", "level", date(2026, 10, 19), "firing", True, 1)
    put(rows, "fct_kpi_episode", LONELY_CASE, *lonely)


def compare(marts: duckdb.DuckDBPyConnection, *reported: float) -> None:
    """A hand-kept log beside the ERP's 97.3 % of the last weeks: what it reports, oldest first."""
    for week, value in zip(WEEKS[-len(reported) :], reported, strict=True):
        outcome = "differ" if abs(value - 97.3) > 0.15 else "agree"
        marts.execute(
            "insert into marts.fct_source_comparison values ('sorter_uptime', 'north', "
            "$1, 'erp', 97.3, 16, 'sheets', $2, $3, $4, 'the system of record outranks it')",
            [week, value, f"uptime_log.xlsx!C{week.toordinal() % 100}", outcome],
        )


def _contest(marts: duckdb.DuckDBPyConnection) -> None:
    finding = (
        *("finding-1", "sorter_uptime", "north", WEEKS[-1], "reported_matches_recomputed"),
        *("structural", "D", "98.2", "97.3", "Why does the log say 98.2 where the ERP gives 97.3?"),
        *('{"file": "uptime_log.xlsx", "cell": "C61"}', '["The log leaves planned stops out."]'),
        *("refused", "late_booking", "Booked late.", "maintenance-lead", "data-lead", "Not seen."),
    )
    marks = ", ".join("?" * len(finding))
    marts.execute(f"insert into marts.fct_integrity_finding values ({marks})", list(finding))
    marts.execute(
        "update marts.fct_kpi_evaluation set integrity_verdict = 'contested', "
        "integrity_grade = 'D', status = 'contested' "
        "where kpi_id = 'sorter_uptime' and period_start = $1",
        [WEEKS[-1]],
    )
