"""Focus has named ways out: a risk owner for what is unconfirmed, a signed waiver else."""

from __future__ import annotations

import pytest

from sightline.catalog import load_catalog
from tests.definitions.firm import Firm
from tests.definitions.offence import FASTER

OPERATIONS_CONFIRMED = "      - {by: operations_lead, on: 2026-06-19}\n"
GUARDRAIL = "      - {kpi: damage_rate, role: guardrail, execution_owner: quality_lead}\n"


def test_somebody_who_carries_the_risk_lets_an_unconfirmed_dependency_pass(firm: Firm) -> None:
    firm.replace(FASTER, OPERATIONS_CONFIRMED, "    risk_owner: coo\n")
    (dependency,) = load_catalog(firm.okrs).objectives["faster_throughput"].dependencies
    assert dependency.risk_owner == "coo"


def test_a_risk_owner_has_to_be_somebody(firm: Firm) -> None:
    firm.replace(FASTER, OPERATIONS_CONFIRMED, "    risk_owner: nobody\n")
    assert firm.finding("unknown_role").place.file == FASTER


def test_one_side_cannot_confirm_for_the_other(firm: Firm) -> None:
    firm.replace(FASTER, "by: operations_lead, on", "by: automation_lead, on")
    assert "'operations' has not confirmed" in firm.finding("dependency_unconfirmed").message


@pytest.mark.parametrize(
    ("rule", "signed_by", "counts"),
    [
        ("key_result_without_guardrail", "coo", True),
        ("key_result_without_guardrail", "automation_lead", False),
        ("undeclared_conflict", "coo", False),
    ],
    ids=["another-department", "own-goal", "another-rule"],
)
def test_only_another_department_waives_the_guardrail_and_only_by_its_name(
    firm: Firm, rule: str, signed_by: str, counts: bool
) -> None:
    waiver = f"{{rule: {rule}, reason: None yet., signed_by: {signed_by}, signed_on: 2026-06-20}}"
    firm.replace(FASTER, GUARDRAIL, f"    waivers:\n      - {waiver}\n")
    if counts:
        assert load_catalog(firm.okrs).key_results["manual_touches_2"][1].waivers
    else:
        assert "signed_by" in firm.finding("key_result_without_guardrail").way_out
