"""The catalog: one hash for what is said, and the flat tables the warehouse keeps."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError

from sightline.catalog import Catalog, load_catalog
from sightline.errors import SightlineEnvironmentError
from tests.definitions.firm import OKRS, Firm

UPTIME = "kpis/sorter_uptime.yml"

COLUMNS = {
    "objective": "objective_id name owner unit period_from period_to supports position",
    "key_result": "key_result_id objective_id position name kind owner baseline target low high "
    "weight path",
    "waypoint": "key_result_id day value",
    "waiver": "key_result_id rule kpi_id reason signed_by signed_on valid_to",
    "initiative": "initiative_id kpi_id objective_id name owner",
    "dependency": "dependency_id objective_id needs department confirmed_by confirmed_on "
    "unconfirmed_by risk_owner",
    "link": "key_result_id kpi_id role scope weight lag_periods execution_owner valid_from "
    "valid_to position",
    "kpi": "kpi_id name description unit unit_symbol decimals direction grain time_zone "
    "calendar_id planned_maintenance owner department system_of_record provenance label "
    "grace_days fire_n fire_m recover_k "
    "definition_hash",
    "kpi_target": "kpi_id valid_from target floor approved_by approved_on",
    "kpi_ask": "kpi_id department",
    "kpi_driver": "kpi_id driver_kpi_id",
    "kpi_factor": "kpi_id factor_kpi_id",
    "kpi_incentive": "kpi_id department share_of_bonus",
    "kpi_guard": "kpi_id guard parameters",
    "calendar": "calendar_id name business_days holidays closures fiscal_starts_in fiscal_periods",
    "calendar_span": "calendar_id kind begins_on ended_on reason",
    "maintenance": "calendar_id maintenance_id scope begins_at ends_at reason approved_by "
    "approved_on",
    "policy": "policy_id name key_result_id guardrail_kpi_id guardrail_scope effort_kpi_id "
    "effort_scope window_periods planned_allowance exempt_causes approved_by approved_on "
    "valid_from valid_to dispute_route",
    "policy_rule": "policy_id position rule integrity floor budget pace effort verdict instruction",
    "role": "role_id name department person deputy valid_from valid_to",
    "department": "department_id name",
    "definition_field": "kind definition_id field value file",
}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(OKRS)


def test_every_table_has_its_columns_and_names_its_catalog(catalog: Catalog) -> None:
    rows = catalog.rows()
    assert set(rows) == set(COLUMNS)
    for table, columns in COLUMNS.items():
        assert rows[table] or table in ("waiver", "kpi_factor"), (
            f"the shipped firm has no row in {table}"
        )
        for row in rows[table]:
            assert list(row) == [*columns.split(), "catalog_hash"]
            assert row["catalog_hash"] == catalog.content_hash


def test_values_are_only_what_a_warehouse_column_holds(catalog: Catalog) -> None:
    kinds = {type(v) for rows in catalog.rows().values() for row in rows for v in row.values()}
    assert kinds == {str, int, Decimal, date, datetime, type(None)}


def test_numbers_arrive_exact(catalog: Catalog) -> None:
    (uptime,) = (row for row in catalog.rows()["kpi_target"] if row["kpi_id"] == "sorter_uptime")
    assert (uptime["target"], uptime["floor"]) == (Decimal(98), Decimal("96.5"))
    (paid,) = catalog.rows()["kpi_incentive"]
    assert paid["share_of_bonus"] == Decimal("0.3")


def test_a_link_without_days_is_valid_for_the_objective(catalog: Catalog) -> None:
    for link in catalog.rows()["link"]:
        assert (link["valid_from"], link["valid_to"]) == (date(2026, 6, 29), date(2026, 12, 27))


def test_a_list_of_bands_becomes_one_rule_row_for_each(catalog: Catalog) -> None:
    rules = catalog.rows()["policy_rule"]
    assert [(row["position"], row["rule"], row["integrity"]) for row in rules[:3]] == [
        (1, "data_not_trusted", "contested"),
        (2, "data_not_trusted", "insufficient"),
        (3, "below_hard_floor", None),
    ]
    assert [row["verdict"] for row in rules[2:]] == [
        "guardrail_wins",
        "guardrail_wins",
        "slow_down",
        "goal_wins_spend_budget",
        "goal_wins_proceed",
    ]


def test_guard_parameters_are_json_with_exact_numbers(catalog: Catalog) -> None:
    guards = [row for row in catalog.rows()["kpi_guard"] if row["kpi_id"] == "sorter_uptime"]
    (reported,) = (row for row in guards if row["guard"] == "reported_matches_recomputed")
    assert json.loads(reported["parameters"]) == {"resolution": "0.1"}


def test_the_hash_ignores_comments_layout_and_trailing_zeros(firm: Firm, catalog: Catalog) -> None:
    firm.append(UPTIME, "# a remark\n")
    firm.replace(UPTIME, "target: 98", "target:   98.00")
    firm.replace(UPTIME, "asks: [operations, automation]", "asks:\n  - operations\n  - automation")
    assert load_catalog(firm.okrs).content_hash == catalog.content_hash


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("target: 98", "target: 98.1"),
        ("name: Sorter uptime", "name: Sorter up-time"),
        ("share_of_bonus: 0.30", "share_of_bonus: 0.31"),
        ("resolution: 0.1", "resolution: 0.2"),
    ],
)
def test_the_hash_notices_every_change_of_meaning(
    firm: Firm, catalog: Catalog, old: str, new: str
) -> None:
    firm.replace(UPTIME, old, new)
    assert load_catalog(firm.okrs).content_hash != catalog.content_hash


def test_a_new_target_is_no_new_definition_but_a_new_meaning_is(
    firm: Firm, catalog: Catalog
) -> None:
    before = catalog.kpis["sorter_uptime"].definition_hash
    firm.replace(UPTIME, "target: 98", "target: 97")
    assert load_catalog(firm.okrs).kpis["sorter_uptime"].definition_hash == before
    firm.replace(UPTIME, "all downtime counts", "only unplanned downtime counts")
    assert load_catalog(firm.okrs).kpis["sorter_uptime"].definition_hash != before


def test_the_breach_rule_defaults_to_two_of_two(firm: Firm, catalog: Catalog) -> None:
    for row in catalog.rows()["kpi"]:
        assert (row["fire_n"], row["fire_m"], row["recover_k"]) == (2, 2, 2)
    firm.replace(UPTIME, "fire: [2, 2], recover: 2", "fire: [3, 5], recover: 4")
    (row,) = (r for r in load_catalog(firm.okrs).rows()["kpi"] if r["kpi_id"] == "sorter_uptime")
    assert (row["fire_n"], row["fire_m"], row["recover_k"]) == (3, 5, 4)


def test_a_role_passes_to_its_next_holder_on_the_day(firm: Firm) -> None:
    firm.replace(
        "vocabulary.yml",
        "  operations_lead:\n    name: Operations lead\n    department: operations\n    holders:\n",
        "  operations_lead:\n    name: Operations lead\n    department: operations\n    holders:\n"
        "      - from: 2026-09-01\n        person: new-lead@northline.example\n"
        "        deputy: operations-deputy@northline.example\n",
    )
    role = load_catalog(firm.okrs).vocabulary.roles["operations_lead"]
    people = [role.holder_on(date(2026, 8, 31)), role.holder_on(date(2026, 9, 1))]
    assert [holder.person for holder in people if holder] == [
        "operations-lead@northline.example",
        "new-lead@northline.example",
    ]
    assert role.holder_on(date(2025, 1, 1)) is None


def test_a_catalog_cannot_be_changed(catalog: Catalog) -> None:
    with pytest.raises(ValidationError):
        catalog.kpis["sorter_uptime"].name = "Something else"


def test_a_folder_that_is_not_there_is_the_environments_fault(tmp_path: Path) -> None:
    with pytest.raises(SightlineEnvironmentError, match="SIGHTLINE_OKRS"):
        load_catalog(tmp_path / "nowhere")


def test_no_file_of_the_firm_names_a_person(catalog: Catalog) -> None:
    for row in catalog.rows()["role"]:
        for mailbox in (row["person"], row["deputy"]):
            assert re.fullmatch(r"[a-z-]+@northline\.example", mailbox)


def test_every_field_is_a_fact_with_the_file_it_was_written_in(catalog: Catalog) -> None:
    facts = {
        (row["kind"], row["definition_id"], row["field"]): (row["value"], row["file"])
        for row in catalog.rows()["definition_field"]
    }
    assert len(facts) == len(catalog.rows()["definition_field"])
    target = ("kpi_target", "sorter_uptime/2025-04-28", "target")
    assert facts[target] == ("98", "kpis/sorter_uptime.yml")
    link = ("link", "throughput_1500/guardrail/sorter_uptime/north", "weight")
    assert facts[link][1] == "objectives/faster_throughput.yml"
    asked = ("kpi_ask", "sorter_uptime/operations", "is_defined")
    assert facts[asked] == ("true", "kpis/sorter_uptime.yml")
    rule = ("policy_rule", "throughput_over_uptime/data_not_trusted", "when")
    assert facts[rule][0] == '{"integrity": ["contested", "insufficient"]}'


def test_a_factor_is_a_driver_and_a_fact_of_its_own(firm: Firm) -> None:
    firm.replace(
        "kpis/sorter_uptime.yml", "driven_by: [", "factors: [sorting_throughput]\ndriven_by: ["
    )
    catalog = load_catalog(firm.okrs)
    assert catalog.kpis["sorter_uptime"].drivers == (
        *("sorting_throughput", "unplanned_downtime", "recalibrations_done"),
    )
    (row,) = catalog.rows()["kpi_factor"]
    assert (row["kpi_id"], row["factor_kpi_id"]) == ("sorter_uptime", "sorting_throughput")
    facts = [row for row in catalog.rows()["definition_field"] if row["kind"] == "kpi_factor"]
    assert [(row["definition_id"], row["file"]) for row in facts] == [
        ("sorter_uptime/sorting_throughput", "kpis/sorter_uptime.yml")
    ]


def test_what_is_counted_or_looked_up_is_no_fact(catalog: Catalog) -> None:
    fields = {row["field"] for row in catalog.rows()["definition_field"]}
    assert not fields & {"position", "definition_hash", "catalog_hash", "unit_symbol", "decimals"}
