"""What `sightline check` says, as data and for people."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from sightline.definitions_report import report
from sightline.errors import NothingCheckedError
from tests.definitions.firm import OKRS, Firm

CHECKOUT = OKRS.parent
UPTIME = "kpis/sorter_uptime.yml"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose formulas and guards match the shipped definitions."""
    models = tmp_path / "checkout" / "dbt_project" / "models" / "kpis"
    guards = tmp_path / "checkout" / "expectations" / "guards"
    models.mkdir(parents=True)
    guards.mkdir(parents=True)
    for path in (OKRS / "kpis").glob("*.yml"):
        shutil.copy(CHECKOUT / f"dbt_project/models/kpis/kpi_{path.stem}.sql", models)
    for path in (CHECKOUT / "expectations" / "guards").glob("*.py"):
        (guards / path.name).touch()
    return tmp_path / "checkout"


def test_good_definitions_are_counted_in_a_sentence(checkout: Path) -> None:
    outcome = report(OKRS, checkout=checkout)
    assert outcome.exit_code == 0
    assert outcome.text().startswith(
        "Definitions hold: 3 objectives, 7 key results, 13 KPIs, 1 policy, against "
    )
    assert outcome.as_dict()["findings"] == []
    assert outcome.as_dict()["content_hash"] == outcome.content_hash


def test_findings_are_data_and_text(firm: Firm) -> None:
    firm.replace(UPTIME, "owner: maintenance_lead", "ownr: maintenance_lead")
    outcome = report(firm.okrs)
    line = firm.line_of(UPTIME, "ownr:")
    assert outcome.exit_code == 2
    assert json.loads(json.dumps(outcome.as_dict()))["findings"] == [
        {
            "file": UPTIME,
            "line": line,
            "column": 1,
            "rule": "unknown_key",
            "message": "the key 'ownr' means nothing here",
            "way_out": "did you mean 'owner'?",
        }
    ]
    assert outcome.text() == (
        f"1 finding in 1 file below {firm.okrs}: nothing is judged until they are settled.\n\n"
        f"{UPTIME}:{line}:1: unknown_key: the key 'ownr' means nothing here\n"
        "    way out: did you mean 'owner'?"
    )


def test_a_kpi_without_a_formula_is_found(checkout: Path) -> None:
    (checkout / "dbt_project/models/kpis/kpi_sorter_uptime.sql").unlink()
    (finding,) = report(OKRS, checkout=checkout).findings
    assert (finding.rule, finding.place.file) == ("kpi_without_formula", UPTIME)
    assert "kpi_sorter_uptime.sql" in finding.way_out


def test_a_formula_without_a_kpi_is_found(checkout: Path) -> None:
    (checkout / "dbt_project/models/kpis/kpi_sorter_uptime_2.sql").touch()
    (finding,) = report(OKRS, checkout=checkout).findings
    assert finding.rule == "formula_without_kpi"
    assert "did you mean 'sorter_uptime'?" in finding.way_out


def test_a_formula_that_takes_no_maintenance_out_is_found(checkout: Path) -> None:
    (checkout / "dbt_project/models/kpis/kpi_unplanned_downtime.sql").write_text(
        "select 1", "utf-8"
    )
    (finding,) = report(OKRS, checkout=checkout).findings
    assert finding.rule == "maintenance_not_in_formula"
    assert "'unplanned_downtime' excludes planned maintenance" in finding.message


def test_a_guard_nobody_wrote_is_found(checkout: Path, firm: Firm) -> None:
    firm.replace(UPTIME, "guard: reported_matches", "guard: reports_match")
    (finding,) = report(firm.okrs, checkout=checkout).findings
    assert finding.rule == "unknown_guard"
    assert finding.place.line == firm.line_of(UPTIME, "guard: reports")
    assert finding.way_out == "did you mean 'reported_matches_recomputed'?"


def test_nothing_to_check_is_not_a_pass(firm: Firm) -> None:
    for folder in ("objectives", "kpis", "policies"):
        for path in (firm.okrs / folder).glob("*.yml"):
            path.unlink()
    with pytest.raises(NothingCheckedError):
        report(firm.okrs)
