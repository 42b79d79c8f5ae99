"""Offences of objectives, key results and links."""

from __future__ import annotations

import re

from tests.definitions.firm import Firm
from tests.definitions.offence import COST, CUSTOMERS, DAMAGE, FASTER, UPTIME, Case, change

FOURTH_OBJECTIVE = """\
id: fourth
name: One more thing
owner: coo
unit: company
period: {from: 2026-10-01, to: 2027-03-31}
key_results:
  - id: one
    name: One
    kind: increase_to
    owner: coo
    baseline: 1
    target: 2
    links:
      - {kpi: on_time_in_full, role: measure, execution_owner: coo}
      - {kpi: damage_rate, role: guardrail, execution_owner: quality_lead}
  - id: two
    name: Two
    kind: increase_to
    owner: coo
    baseline: 1
    target: 2
    links:
      - {kpi: on_time_in_full, role: measure, execution_owner: coo}
      - {kpi: damage_rate, role: guardrail, execution_owner: quality_lead}
"""
LONE_KEY_RESULT_ONLY = re.compile(r"\n  - id: complaints_9.*", re.DOTALL)

HALF_WAY = "waypoints: [{day: 2026-09-27, value: 1350}, {day: 2026-08-31, value: 1360}]"


def only_one_key_result(firm: Firm) -> None:
    path = firm.okrs / CUSTOMERS
    path.write_text(LONE_KEY_RESULT_ONLY.sub("\n", path.read_text("utf-8")), "utf-8")


def no_key_result(firm: Firm) -> None:
    text = (firm.okrs / CUSTOMERS).read_text("utf-8")
    firm.write(CUSTOMERS, text[: text.index("key_results:")] + "key_results: []\n")


def circle_of_objectives(firm: Firm) -> None:
    firm.replace(FASTER, "unit: company", "unit: company\nsupports: lower_cost")
    firm.replace(COST, "unit: company", "unit: company\nsupports: keep_customers")
    firm.replace(CUSTOMERS, "unit: company", "unit: company\nsupports: faster_throughput")


CASES = [
    Case(
        "objective_without_key_result",
        no_key_result,
        CUSTOMERS,
        "key_results: []",
        "has no key result",
        "add two to five key results",
    ),
    Case(
        "number_of_key_results",
        only_one_key_result,
        CUSTOMERS,
        "key_results:",
        "has 1 key result, wanted are 2 to 5",
        "add a second one",
    ),
    Case(
        "key_result_without_measure",
        change(
            CUSTOMERS, "kpi: complaint_rate, role: measure", "kpi: complaint_rate, role: leading"
        ),
        CUSTOMERS,
        "links:",
        "no KPI measures 'complaints_9'",
        "`role: measure`",
    ),
    Case(
        "key_result_with_several_measures",
        change(FASTER, "role: leading", "role: measure"),
        FASTER,
        "role: measure",
        "already measured by 'sorting_throughput'",
        "make the other `leading`",
    ),
    Case(
        "key_result_without_guardrail",
        change(
            FASTER, "{kpi: sorter_uptime, role: guardrail", "{kpi: sorter_uptime, role: constraint"
        ),
        FASTER,
        "links:",
        "guards 'throughput_1500': it has no guardrail",
        "not owned by 'automation'",
    ),
    Case(
        "key_result_without_guardrail",
        change(DAMAGE, "owner: quality_lead", "owner: finance_lead"),
        COST,
        "links:",
        "guards 'cost_255': its guardrail 'damage_rate' belongs to 'finance' as well",
        "not owned by 'finance'",
    ),
    Case(
        "guardrail_without_target",
        change(UPTIME, "from: 2025-04-28", "from: 2026-07-06"),
        FASTER,
        "kpi: sorter_uptime",
        "has no target on 2026-06-29",
        "add a target from 2026-06-29 or earlier",
    ),
    Case(
        "baseline_equals_target",
        change(FASTER, "baseline: 1250", "baseline: 1500"),
        FASTER,
        "target: 1500",
        "increase_to from 1500 to 1500 is no movement",
        "`kind: stay_at_or_above`",
    ),
    Case(
        "baseline_equals_target",
        change(COST, "baseline: 2.84", "baseline: 2.550"),
        COST,
        "target: 2.55",
        "decrease_to from 2.55 to 2.55 is no movement",
        "`kind: stay_at_or_below`",
    ),
    Case(
        "numbers_do_not_fit_kind",
        change(FASTER, "    target: 100\n", ""),
        FASTER,
        "kind: milestone",
        "a milestone key result needs a target",
        "add a line `target: …`",
    ),
    Case(
        "numbers_do_not_fit_kind",
        change(FASTER, "    baseline: 0\n", "    baseline: 100\n"),
        FASTER,
        "target: 100",
        "milestone wants baseline below target, but 100 is not below 100",
        "correct the numbers",
    ),
    Case(
        "numbers_do_not_fit_kind",
        change(COST, "target: 0.40", "target: 0.40\n    baseline: 0.5"),
        COST,
        "baseline: 0.5",
        "a stay_at_or_below key result has no baseline",
        "remove the line",
    ),
    Case(
        "numbers_do_not_fit_kind",
        change(CUSTOMERS, "baseline: 93", "baseline: 99"),
        CUSTOMERS,
        "target: 96",
        "99 is not below 96",
        "choose the opposite kind",
    ),
    Case(
        "numbers_do_not_fit_kind",
        change(
            COST,
            "kind: stay_at_or_below\n    owner: quality_lead\n    target: 0.40",
            "kind: within_range\n    owner: quality_lead\n    low: 0.4\n    high: 0.3",
        ),
        COST,
        "high: 0.3",
        "within_range wants low below high",
        "correct the numbers",
    ),
    Case(
        "kind_against_direction",
        change(DAMAGE, "lower_is_better", "higher_is_better"),
        COST,
        "kpi: damage_rate, role: measure",
        "'damage_under_040' is stay_at_or_below, but for 'damage_rate' higher_is_better",
        "correct the kind here",
    ),
    Case(
        "period_backwards",
        change(COST, "to: 2026-12-27", "to: 2026-01-27"),
        COST,
        "period:",
        "the objective ends on 2026-01-27, before it begins on 2026-06-29",
        "swap or correct the two days",
    ),
    Case(
        "period_backwards",
        change(FASTER, "lag_periods: 3", "lag_periods: 3\n        valid_from: 2027-01-04"),
        FASTER,
        "valid_from: 2027-01-04",
        "valid_from 2027-01-04 is outside the objective's period",
        "choose a day inside the period",
    ),
    Case(
        "cycle_in_supports",
        circle_of_objectives,
        FASTER,
        "supports:",
        "faster_throughput → lower_cost → keep_customers → faster_throughput",
        "remove one of these `supports` lines",
    ),
    Case(
        "cycle_in_supports",
        change(COST, "unit: company", "unit: company\nsupports: lower_cost"),
        COST,
        "supports:",
        "lower_cost → lower_cost",
        "remove one of these `supports` lines",
    ),
    Case(
        "too_many_objectives",
        lambda firm: firm.write("objectives/fourth.yml", FOURTH_OBJECTIVE),
        "objectives/fourth.yml",
        "unit: company",
        "'company' has 4 objectives at the same time, at most 3 are wanted; "
        "the lightest is 'fourth' with 4 linked KPIs",
        "merge 'fourth'",
    ),
    Case(
        "too_many_kpis_a_key_result",
        change(
            FASTER,
            "      - {kpi: sorter_uptime",
            "      - {kpi: manual_touches, role: leading, execution_owner: coo}\n"
            "      - {kpi: staff_trained, role: leading, execution_owner: coo}\n"
            "      - {kpi: sorter_uptime",
        ),
        FASTER,
        "links:",
        "'throughput_1500' has 4 measure and leading KPIs",
        "two strongest",
    ),
    Case(
        "path_does_not_fit",
        change(COST, "target: 0.40", "target: 0.40\n    path: back_loaded"),
        COST,
        "path: back_loaded",
        "a stay_at_or_below key result does not move",
        "remove the line",
    ),
    Case(
        "path_does_not_fit",
        change(FASTER, "target: 1500", "target: 1500\n    path: listed"),
        FASTER,
        "path: listed",
        "no waypoint is",
        "waypoints: [",
    ),
    Case(
        "path_does_not_fit",
        change(FASTER, "target: 1500", f"target: 1500\n    {HALF_WAY}"),
        FASTER,
        "waypoints:",
        "waypoints say nothing on a linear path",
        "path: listed",
    ),
    Case(
        "path_does_not_fit",
        change(FASTER, "target: 1500", f"target: 1500\n    path: listed\n    {HALF_WAY}"),
        FASTER,
        "waypoints:",
        "2026-08-31 does not come after 2026-09-27",
        "in order of days",
    ),
    Case(
        "path_does_not_fit",
        change(FASTER, "target: 2.0", f"target: 2.0\n    path: listed\n    {HALF_WAY}"),
        FASTER,
        "waypoints:",
        "1350 is not between 3.1 and the target 2",
        "nor past its target",
    ),
    Case(
        "path_does_not_fit",
        change(
            FASTER,
            "target: 1500",
            "target: 1500\n    path: listed\n    waypoints: [{day: 2026-12-27, value: 1400}]",
        ),
        FASTER,
        "waypoints:",
        "2026-12-27 is not before the last day of the objective",
        "the target itself is due on 2026-12-27",
    ),
    Case(
        "initiative_changes_nothing",
        change(FASTER, "    changes: [recalibrations_done, sorting_throughput]\n", ""),
        FASTER,
        "id: recalibration_programme",
        "'recalibration_programme' changes no KPI at all",
        "or drop the initiative",
    ),
    Case(
        "initiative_changes_nothing",
        change(FASTER, "[recalibrations_done, sorting_throughput]", "[order_volume]"),
        FASTER,
        "changes: [order_volume]",
        "changes only 'order_volume', which no key result is linked to",
        "name under `changes` one of cost_per_parcel",
    ),
    Case(
        "unknown_kpi",
        change(FASTER, "[recalibrations_done, sorting_throughput]", "[recalibration_done]"),
        FASTER,
        "changes: [recalibration_done]",
        "there is no KPI 'recalibration_done'",
        "recalibrations_done",
    ),
    Case(
        "dependency_unconfirmed",
        change(FASTER, "      - {by: operations_lead, on: 2026-06-19}\n", ""),
        FASTER,
        "id: sorter_windows",
        "which 'operations' has not confirmed, and nobody carries the risk",
        "risk_owner",
    ),
    Case(
        "unknown_department",
        change(FASTER, "    department: operations", "    department: operation"),
        FASTER,
        "department: operation",
        "there is no department 'operation'",
        "operations",
    ),
]
