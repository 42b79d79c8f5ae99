"""Every rule bites: one spoilt copy of the firm a rule, told with file, line and way out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from sightline import registry
from sightline.catalog import load_catalog
from tests.definitions.firm import OKRS, Firm

FASTER = "objectives/faster_throughput.yml"
CUSTOMERS = "objectives/keep_customers.yml"
COST = "objectives/lower_cost.yml"
UPTIME = "kpis/sorter_uptime.yml"
DAMAGE = "kpis/damage_rate.yml"
POLICY = "policies/throughput_over_uptime.yml"
VOCABULARY = "vocabulary.yml"

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


@dataclass(frozen=True)
class Case:
    """One offence: what spoils the firm, and where and how it must be told."""

    rule: str
    spoil: Callable[[Firm], object]
    file: str
    line: str  # a text on the line the finding must point at
    message: str
    way_out: str


def change(file: str, old: str, new: str) -> Callable[[Firm], object]:
    return lambda firm: firm.replace(file, old, new)


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


def second_policy(firm: Firm) -> None:
    firm.copy(POLICY, "policies/twin.yml")
    firm.replace("policies/twin.yml", "id: throughput_over_uptime", "id: twin")


CASES = [
    Case(
        "unknown_kpi",
        change(FASTER, "kpi: sorter_uptime", "kpi: sorter_uptme"),
        FASTER,
        "sorter_uptme",
        "there is no KPI 'sorter_uptme'",
        "did you mean 'sorter_uptime'?",
    ),
    Case(
        "unknown_kpi",
        change(UPTIME, "driven_by: [unplanned_downtime", "driven_by: [downtime"),
        UPTIME,
        "driven_by: [downtime",
        "'downtime'",
        "unplanned_downtime",
    ),
    Case(
        "unknown_kpi",
        change(POLICY, "effort: {kpi: recalibration_effort", "effort: {kpi: effort"),
        POLICY,
        "effort: {kpi: effort",
        "'effort'",
        "known:",
    ),
    Case(
        "unknown_role",
        change(UPTIME, "owner: maintenance_lead", "owner: maintenance_leed"),
        UPTIME,
        "maintenance_leed",
        "there is no role 'maintenance_leed'",
        "did you mean 'maintenance_lead'?",
    ),
    Case(
        "unknown_role",
        change(FASTER, "execution_owner: people_lead", "execution_owner: peple_lead"),
        FASTER,
        "peple_lead",
        "'peple_lead'",
        "'people_lead'",
    ),
    Case(
        "unknown_role",
        change(POLICY, "approved_by: [coo,", "approved_by: [ceo,"),
        POLICY,
        "approved_by",
        "'ceo'",
        "'coo'",
    ),
    Case(
        "role_without_holder",
        lambda firm: firm.replace(
            VOCABULARY, "{from: 2025-04-28, person", "{from: 2026-06-21, person"
        ),
        POLICY,
        "approved_by",
        "nobody holds the role 'coo' on 2026-06-20",
        "add a holder from 2026-06-20 or earlier",
    ),
    Case(
        "unknown_department",
        change(UPTIME, "asks: [operations", "asks: [operation"),
        UPTIME,
        "asks: [operation,",
        "there is no department 'operation'",
        "did you mean 'operations'?",
    ),
    Case(
        "unknown_department",
        change(VOCABULARY, "department: data", "department: date"),
        VOCABULARY,
        "department: date",
        "'date'",
        "'data'",
    ),
    Case(
        "unknown_unit",
        change(UPTIME, "unit: percent", "unit: per_cent"),
        UPTIME,
        "unit: per_cent",
        "'per_cent'",
        "did you mean 'percent'?",
    ),
    Case(
        "unknown_source",
        change(UPTIME, "system_of_record: erp", "system_of_record: erb"),
        UPTIME,
        "system_of_record",
        "'erb'",
        "did you mean 'erp'?",
    ),
    Case(
        "unknown_organisation_unit",
        change(FASTER, "unit: company", "unit: compny"),
        FASTER,
        "unit: compny",
        "'compny'",
        "did you mean 'company'?",
    ),
    Case(
        "unknown_objective",
        change(FASTER, "unit: company", "unit: company\nsupports: lower_costs"),
        FASTER,
        "supports:",
        "'lower_costs'",
        "did you mean 'lower_cost'?",
    ),
    Case(
        "unknown_key_result",
        change(POLICY, "key_result: throughput_1500", "key_result: throughput_1400"),
        POLICY,
        "key_result:",
        "'throughput_1400'",
        "did you mean 'throughput_1500'?",
    ),
    Case(
        "id_differs_from_file",
        change(COST, "id: lower_cost", "id: lower_costs"),
        COST,
        "id: lower_costs",
        "the id is 'lower_costs', the file is named 'lower_cost'",
        "rename the file to lower_costs.yml",
    ),
    Case(
        "said_twice",
        change(COST, "id: damage_under_040", "id: cost_255"),
        COST,
        "id: cost_255",
        "this key result id is already in objectives/lower_cost.yml",
        "keep one of the two",
    ),
    Case(
        "said_twice",
        change("kpis/staff_trained.yml", "from: 2026-06-29", "from: 2025-04-28"),
        "kpis/staff_trained.yml",
        "from: 2025-04-28",
        "a target from this day is already",
        "keep one of the two",
    ),
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
        "cycle_in_driven_by",
        change("kpis/staff_trained.yml", "asks:", "driven_by: [damage_rate]\nasks:"),
        DAMAGE,
        "driven_by:",
        "damage_rate ← manual_touches ← staff_trained ← damage_rate",
        "remove the one that is an effect",
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
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}-{case.message[:30]}")
def test_an_offence_is_told_with_its_place_and_way_out(firm: Firm, case: Case) -> None:
    case.spoil(firm)
    told = [each for each in firm.findings() if each.rule == case.rule]
    assert any(case.message in each.message for each in told), firm.findings()
    finding = next(each for each in told if case.message in each.message)
    lines = (firm.okrs / case.file).read_text("utf-8").splitlines()
    assert finding.place.file == case.file
    assert case.line in lines[finding.place.line - 1]
    assert case.way_out in finding.way_out


def test_every_rule_in_the_folder_has_been_seen_to_bite() -> None:
    assert {case.rule for case in CASES} == set(registry.names("sightline.rules"))


@pytest.mark.parametrize(("name", "rule"), registry.modules("sightline.rules").items())
def test_every_rule_says_why_and_what_to_do(name: str, rule: object) -> None:
    text = rule.__doc__ or ""
    assert "\nReason to flag: " in text
    assert "\nHow to remedy: " in text


def test_the_shipped_definitions_pass_every_rule() -> None:
    catalog = load_catalog(OKRS)
    assert (len(catalog.objectives), len(catalog.key_results)) == (3, 7)
    assert (len(catalog.kpis), len(catalog.policies)) == (13, 1)


def test_a_sixth_objective_names_the_lightest_of_all(firm: Firm) -> None:
    for name in ("fourth", "fifth", "sixth"):
        text = FOURTH_OBJECTIVE.replace("id: fourth", f"id: {name}")
        for key_result in ("one", "two"):
            text = text.replace(f"id: {key_result}", f"id: {name}_{key_result}")
        firm.write(f"objectives/{name}.yml", text)
    finding = firm.finding("too_many_objectives")
    assert "'company' has 6 objectives" in finding.message
    assert "the lightest is 'fifth'" in finding.message


def test_objectives_that_follow_each_other_are_not_too_many(firm: Firm) -> None:
    later = FOURTH_OBJECTIVE.replace("from: 2026-10-01", "from: 2026-12-28")
    firm.write("objectives/fourth.yml", later)
    assert len(load_catalog(firm.okrs).objectives) == 4


def test_all_offences_are_told_at_once_in_order_of_file_and_line(firm: Firm) -> None:
    firm.replace(UPTIME, "unit: percent", "unit: per_cent")
    firm.replace(UPTIME, "system_of_record: erp", "system_of_record: erb")
    firm.replace(FASTER, "kpi: sorter_uptime", "kpi: sorter_uptme")
    firm.replace(DAMAGE, "owner: quality_lead", "owner: qualty_lead")
    findings = firm.findings()
    places = [(each.place.file, each.place.line, each.place.column) for each in findings]
    assert places == sorted(places)
    assert {"unknown_unit", "unknown_source", "unknown_kpi", "unknown_role"} <= {
        each.rule for each in findings
    }
