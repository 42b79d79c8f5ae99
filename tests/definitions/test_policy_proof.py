"""A policy is proven law by law, and what breaks a law is shown where it is written."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from sightline import registry
from sightline.catalog import read_catalog
from sightline.errors import DefinitionError, SightlineEnvironmentError
from sightline.policy_proof import LAWS, Proof, proofs
from tests.definitions.firm import OKRS, Firm
from tests.definitions.offence import POLICY, UPTIME, Case
from tests.definitions.offences_of_kpis_and_policies import CASES

LAW_OF = {rule: law.name for law in LAWS for rule in law.rules}
BROKEN = [case for case in CASES if case.file.startswith("policies/")]


def proof_of(okrs: Path, policy_id: str = "throughput_over_uptime") -> Proof:
    return next(each for each in proofs(read_catalog(okrs)) if each.policy_id == policy_id)


def test_the_shipped_policy_is_proven_over_all_72_situations() -> None:
    proof = proof_of(OKRS)
    assert proof.holds
    assert list(proof.decided_by.values()) == [48, 12, 4, 4, 1, 3]
    assert proof.text().startswith(
        "throughput_over_uptime is proven: 72 of 72 situations are decided.\n  holds   total:"
    )


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: f"{case.rule}-{case.message[:20]}")
def test_a_broken_law_is_shown_with_file_and_line(firm: Firm, case: Case) -> None:
    case.spoil(firm)
    stem = Path(case.file).stem
    proof = next(
        each for each in proofs(read_catalog(firm.okrs)) if each.file.endswith(f"{stem}.yml")
    )
    rule = case.rule
    law = LAW_OF.get(rule, "well_formed")
    found = [each for each in proof.counter_examples[law] if each.rule == rule]
    assert found
    assert not proof.holds
    assert f"  broken  {law}:" in proof.text()
    assert str(found[0].place) in proof.text()


def test_what_is_wrong_elsewhere_breaks_no_policy(firm: Firm) -> None:
    firm.replace(UPTIME, "unit: percent", "unit: per_cent")
    assert proof_of(firm.okrs).holds


def test_a_policy_that_came_after_the_breach_is_not_approved_before_use() -> None:
    weeks = [date(2026, 7, 13), date(2026, 7, 6)]
    refused = {"throughput_over_uptime": weeks}
    (proof,) = proofs(read_catalog(OKRS), refused=refused)
    (finding,) = proof.counter_examples["approved_before_use"]
    assert not proof.holds
    assert "2 periods from 2026-07-06 on get no verdict" in finding.message


def test_every_law_is_held_by_rules_that_exist() -> None:
    assert LAW_OF.keys() <= set(registry.names("sightline.rules"))


def test_a_proposed_policy_replaces_those_of_its_conflict(firm: Firm, tmp_path: Path) -> None:
    draft = tmp_path / "draft.yml"
    text = (firm.okrs / POLICY).read_text("utf-8")
    draft.write_text(text.replace("id: throughput_over_uptime", "id: stricter"), "utf-8")
    policy, catalog = read_catalog(firm.okrs).proposing(draft)
    assert catalog.policies == {"stricter": policy}
    (proof,) = proofs(catalog)
    assert proof.holds, proof.text()
    assert proof.file == str(draft)


def test_a_proposed_policy_is_refused_with_the_place_in_its_own_file(tmp_path: Path) -> None:
    draft = tmp_path / "draft.yml"
    draft.write_text("id: draft\nnme: Draft\n", "utf-8")
    with pytest.raises(DefinitionError) as refused:
        read_catalog(OKRS).proposing(draft)
    assert {each.place.file for each in refused.value.findings} == {str(draft)}
    with pytest.raises(SightlineEnvironmentError, match="there is no file"):
        read_catalog(OKRS).proposing(tmp_path / "none.yml")
