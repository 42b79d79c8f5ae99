"""A conflict that nobody decided is found, exactly that one, and only a decision settles it."""

from __future__ import annotations

import pytest

from sightline.catalog import load_catalog
from tests.definitions.firm import Firm
from tests.definitions.offence import FASTER, POLICY

PAID = "incentives:\n  - {department: customer_operations, share_of_bonus: 0.20}\n"


def waive(firm: Firm, signed_by: str, kpi: str = "sorter_uptime") -> None:
    waiver = f"{{rule: undeclared_conflict, kpi: {kpi}, reason: Tried first at one site., "
    waiver += f"signed_by: {signed_by}, signed_on: 2026-06-20}}"
    old = "    weight: 3\n"
    firm.replace(FASTER, old, f"{old}    waivers:\n      - {waiver}\n")


def test_without_its_policy_the_firm_has_exactly_one_undecided_conflict(firm: Firm) -> None:
    (firm.okrs / POLICY).unlink()
    (finding,) = firm.findings()
    assert finding.rule == "undeclared_conflict"
    assert finding.place.file == FASTER
    assert finding.place.line == firm.line_of(FASTER, "kpi: sorter_uptime, role: guardrail")
    assert "'throughput_1500'" in finding.message
    assert "'recalibrations_done'" in finding.message
    assert "'sorter_uptime'" in finding.message


def test_a_policy_that_ends_before_the_objective_leaves_the_conflict_undecided(firm: Firm) -> None:
    firm.replace(POLICY, "valid_to: 2026-12-27", "valid_to: 2026-12-26")
    assert "until 2026-12-27" in firm.finding("undeclared_conflict").way_out


def test_a_paid_kpi_that_no_link_names_is_told_at_the_key_result(firm: Firm) -> None:
    firm.replace("kpis/on_time_in_full.yml", "asks:", f"{PAID}asks:")
    found = {finding.message.split("'")[1]: finding for finding in firm.findings()}
    assert found["throughput_1500"].place.line == firm.line_of(FASTER, "id: throughput_1500")


def test_a_department_paid_for_its_own_goal_is_no_conflict(firm: Firm) -> None:
    (firm.okrs / POLICY).unlink()
    firm.replace("kpis/sorter_uptime.yml", "department: operations", "department: automation")
    assert load_catalog(firm.okrs).policies == {}


@pytest.mark.parametrize("key", ["driven_by", "factors"])
def test_a_driver_behind_a_kpi_that_nobody_pursues_is_followed(firm: Firm, key: str) -> None:
    (firm.okrs / POLICY).unlink()
    drivers = "driven_by: [unplanned_downtime, recalibrations_done]"
    firm.replace("kpis/sorter_uptime.yml", drivers, f"{key}: [order_volume]")
    firm.replace("kpis/order_volume.yml", "grain:", f"{key}: [recalibrations_done]\ngrain:")
    assert "'recalibrations_done'" in firm.finding("undeclared_conflict").message


def test_another_department_may_sign_a_waiver(firm: Firm) -> None:
    (firm.okrs / POLICY).unlink()
    waive(firm, "coo")
    assert len(load_catalog(firm.okrs).key_results["throughput_1500"][1].waivers) == 1


@pytest.mark.parametrize(
    ("signed_by", "kpi", "rule"),
    [
        ("automation_lead", "sorter_uptime", "undeclared_conflict"),
        ("coo", "damage_rate", "undeclared_conflict"),
        ("nobody", "sorter_uptime", "unknown_role"),
        ("coo", "sorter_uptme", "unknown_kpi"),
    ],
    ids=["own-goal", "another-kpi", "unknown-role", "unknown-kpi"],
)
def test_a_waiver_that_does_not_count_settles_nothing(
    firm: Firm, signed_by: str, kpi: str, rule: str
) -> None:
    (firm.okrs / POLICY).unlink()
    waive(firm, signed_by, kpi)
    assert rule in {finding.rule for finding in firm.findings()}
