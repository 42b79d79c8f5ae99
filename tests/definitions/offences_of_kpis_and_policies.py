"""Offences of KPIs and policies."""

from __future__ import annotations

from collections.abc import Callable

from tests.definitions.firm import Firm
from tests.definitions.offence import DAMAGE, FASTER, POLICY, UPTIME, Case, change

THROUGHPUT = "kpis/sorting_throughput.yml"


def second_policy(firm: Firm) -> None:
    firm.copy(POLICY, "policies/twin.yml")
    firm.replace("policies/twin.yml", "id: throughput_over_uptime", "id: twin")


def of_throughput(old: str, new: str) -> Callable[[Firm], object]:
    """Sorter uptime as a factor of sorting throughput, and then something changed in it."""

    def spoil(firm: Firm) -> None:
        firm.replace(THROUGHPUT, "driven_by:", "factors: [sorter_uptime]\ndriven_by:")
        firm.replace(UPTIME, old, new)

    return spoil


CASES = [
    Case(
        "orphan_kpi",
        change("kpis/order_volume.yml", "label: run_the_business\n", ""),
        "kpis/order_volume.yml",
        "id: order_volume",
        "no key result links 'order_volume'",
        "add `label: run_the_business`",
    ),
    Case(
        "label_on_linked_kpi",
        change(DAMAGE, "grace_days: 3", "grace_days: 3\nlabel: run_the_business"),
        DAMAGE,
        "label:",
        "links it",
        "remove the label, or the link",
    ),
    Case(
        "floor_on_wrong_side",
        change(UPTIME, "floor: 96.5", "floor: 98"),
        UPTIME,
        "floor: 98",
        "the floor 98 must be below the target 98",
        "swap the two numbers",
    ),
    Case(
        "floor_on_wrong_side",
        change(DAMAGE, "floor: 0.60", "floor: 0.30"),
        DAMAGE,
        "floor: 0.30",
        "the floor 0.3 must be above the target 0.4",
        "swap the two numbers",
    ),
    Case(
        "cycle_in_driven_by",
        change("kpis/staff_trained.yml", "asks:", "driven_by: [damage_rate]\nasks:"),
        DAMAGE,
        "driven_by:",
        "damage_rate ← manual_touches ← staff_trained ← damage_rate",
        "remove the one that is an effect",
    ),
    Case(
        "cycle_in_driven_by",
        change(DAMAGE, "driven_by: [", "factors: [damage_rate]\ndriven_by: ["),
        DAMAGE,
        "factors:",
        "in a circle: damage_rate ← damage_rate",
        "remove the one that is an effect",
    ),
    Case(
        "cycle_in_driven_by",
        change("kpis/staff_trained.yml", "asks:", "factors: [manual_touches]\nasks:"),
        "kpis/manual_touches.yml",
        "driven_by:",
        "manual_touches ← staff_trained ← manual_touches",
        "remove the one that is an effect",
    ),
    Case(
        "factor_counts_other_time",
        of_throughput("grain: week", "grain: day"),
        THROUGHPUT,
        "factors: [sorter_uptime]",
        "the grain of 'sorter_uptime' is day, that of its product 'sorting_throughput' week",
        "give both the same grain, or move it to `driven_by`",
    ),
    Case(
        "factor_counts_other_time",
        of_throughput("time_zone: Europe/Berlin", "time_zone: Europe/Paris"),
        THROUGHPUT,
        "factors: [sorter_uptime]",
        "the time_zone of 'sorter_uptime' is Europe/Paris",
        "give both the same time_zone, or move it to `driven_by`",
    ),
    Case(
        "factor_counts_other_time",
        of_throughput("grain: week", "planned_maintenance: excluded\ngrain: week"),
        THROUGHPUT,
        "factors: [sorter_uptime]",
        "the planned_maintenance of 'sorter_uptime' is excluded",
        "give both the same planned_maintenance, or move it to `driven_by`",
    ),
    Case(
        "approved_late",
        change(POLICY, "approved_on: 2026-06-20", "approved_on: 2026-07-03"),
        POLICY,
        "approved_on:",
        "approved on 2026-07-03, but it judges from 2026-06-29 on",
        "let it begin on 2026-07-03 or later",
    ),
    Case(
        "approved_late",
        change(UPTIME, "approved_on: 2025-04-21", "approved_on: 2025-05-21"),
        UPTIME,
        "approved_on:",
        "approved on 2025-05-21",
        "let it begin on 2025-05-21 or later",
    ),
    Case(
        "policy_approved_by_one_side",
        change(POLICY, "approved_by: [coo, finance_lead]", "approved_by: [automation_lead]"),
        POLICY,
        "approved_by:",
        "every approver belongs to 'automation'",
        "another department",
    ),
    Case(
        "policy_guardrail_not_linked",
        change(
            POLICY,
            "guardrail: {kpi: sorter_uptime, scope: north}",
            "guardrail: {kpi: sorter_uptime, scope: south}",
        ),
        POLICY,
        "guardrail:",
        "sorter_uptime@south does not guard 'throughput_1500': sorter_uptime@north does",
        "link this KPI as one",
    ),
    Case(
        "policy_has_a_gap",
        change(POLICY, "when: {}", "when: {pace: behind}"),
        POLICY,
        "rules:",
        "no rule applies in 2 of 72 situations, for example integrity trusted, floor above, "
        "budget ample, pace ahead",
        "`when` is {}",
    ),
    Case(
        "policy_rule_never_applies",
        change(POLICY, "when: {integrity: [contested, insufficient]}", "when: {}"),
        POLICY,
        "rule: below_hard_floor",
        "earlier rules catch every situation 'below_hard_floor' is for",
        "move it up, or remove it",
    ),
    Case(
        "policy_loosens_under_stress",
        change(POLICY, "verdict: slow_down", "verdict: goal_wins_spend_budget"),
        POLICY,
        "verdict: goal_wins_spend_budget",
        "'budget_low' gives goal_wins_spend_budget at budget low",
        "move the stricter rules up",
    ),
    Case(
        "two_policies_for_one_conflict",
        second_policy,
        "policies/twin.yml",
        "valid_from:",
        "'throughput_over_uptime' decides the same conflict",
        "let one end before the other begins",
    ),
    Case(
        "undeclared_conflict",
        lambda firm: (firm.okrs / POLICY).unlink(),
        FASTER,
        "{kpi: sorter_uptime, role: guardrail",
        "'throughput_1500' is pursued by 'recalibrations_done', which drives 'sorter_uptime', and "
        "'operations' is paid for that: without a policy you will debate this in a meeting",
        "write policies/<id>.yml for 'throughput_1500' and 'sorter_uptime' until 2026-12-27, "
        "or let another department sign a waiver",
    ),
]
