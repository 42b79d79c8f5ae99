"""Every rule bites: one spoilt copy of the firm a rule, told with file, line and way out."""

from __future__ import annotations

import pytest

from sightline import registry
from sightline.catalog import load_catalog
from tests.definitions import (
    offences_of_calendars,
    offences_of_kpis_and_policies,
    offences_of_objectives,
    offences_of_words,
)
from tests.definitions.firm import OKRS, Firm
from tests.definitions.offence import DAMAGE, FASTER, UPTIME, Case
from tests.definitions.offences_of_objectives import FOURTH_OBJECTIVE

CASES = [
    *offences_of_calendars.CASES,
    *offences_of_words.CASES,
    *offences_of_objectives.CASES,
    *offences_of_kpis_and_policies.CASES,
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


def test_a_misspelt_link_is_told_once_and_not_again_by_what_follows_from_it(firm: Firm) -> None:
    firm.replace(FASTER, "kpi: sorter_uptime", "kpi: sorter_uptme")
    assert [each.rule for each in firm.findings()] == ["unknown_kpi"]
