"""A finding's page asks, shows its evidence, and says how sure it is; it never accuses."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from reports import marts
from reports.board import render_board
from reports.finding_page import render_finding, render_findings
from tests.reports.firm import Firm

CHECKOUT = Path(__file__).parents[2]
CODES = ("late_booking", "stand_in")


def page(firm: Firm, **changed: Any) -> str:
    (row,) = marts.finding_details(firm.marts)
    return render_finding(row | changed, CODES)


def test_each_finding_has_a_page_that_asks_and_shows_what_would_explain_it(firm: Firm) -> None:
    ((finding_id, text),) = render_findings(firm.marts, CODES)
    assert finding_id == "f1"
    assert "<h1>Why was the formula in E42 replaced?</h1>" in text
    assert "<li>The inputs were not there yet.</li>" in text
    assert "<dt>Source</dt><dd>erp</dd>" in text
    assert "has no rate of false alarms" in text
    assert "Nobody has answered yet." in text


def test_a_statistic_says_how_often_it_asks_of_honest_numbers(firm: Firm) -> None:
    told = page(
        firm, kind="statistical", false_alarm_rate=Decimal("0.01"), p_value=Decimal("0.002")
    )
    assert "about 1 % of honest numbers" in told.replace("\xa0", " ").replace("\u202f", " ")
    assert "p = 0.002000" in told


def test_a_p_value_that_six_decimals_do_not_show_is_small_and_not_nothing(firm: Firm) -> None:
    told = page(
        firm,
        kind="statistical",
        false_alarm_rate=Decimal("0.01"),
        p_value=Decimal("0.000000001"),
        evidence='{"q_value": 0.0}',
    )
    assert "p &lt; 0.000001" in told
    assert "<dt>q value</dt><dd>&lt; 0.000001</dd>" in told


def test_what_the_guard_cannot_see_is_a_list_under_its_own_heading(firm: Firm) -> None:
    told = page(firm, evidence='{"cell": "E42", "invisible": ["omissions", "early edits"]}')
    _, _, end = told.partition("<h2>What this guard cannot see</h2>")
    assert "<ul><li>omissions</li><li>early edits</li></ul>" in end
    assert "What this guard cannot see" not in page(firm)


def test_an_answer_is_shown_with_its_author_and_who_decided(firm: Firm) -> None:
    at = datetime.fromisoformat("2026-10-26 06:00")
    told = page(
        firm,
        answer_state="accepted",
        answer_reason="stand_in",
        answer="The deputy kept it.",
        answered_by="people-lead@northline.example",
        answered_at=at,
        decided_by="data-lead@northline.example",
        decided_at=at,
        decision="Seen.",
    )
    assert "stand in: The deputy kept it." in told
    assert "accepted by data-lead@northline.example" in told


@pytest.mark.parametrize(
    ("state", "steps"),
    [
        ("open", ["answer"]),
        ("answered", ["accept", "refuse"]),
        ("accepted", ["refuse"]),
        ("refused", ["answer"]),
    ],
)
def test_the_page_names_the_steps_that_may_follow_and_the_codes_of_an_answer(
    firm: Firm, state: str, steps: list[str]
) -> None:
    told = page(firm, answer_state=state)
    assert re.findall(r"sightline finding (\w+) f1", told) == [*steps, "link"]
    listed = "<code>late_booking</code> late booking" in told
    assert listed == ("answer" in steps)


def test_the_page_runs_nothing_fetches_nothing_and_escapes_everything(firm: Firm) -> None:
    told = page(firm, question="<script>alert(1)</script>", observed='"><img src=x>')
    assert "<script" not in told
    assert "<img" not in told
    assert "default-src 'none'" in told or "default-src &#39;none&#39;" in told
    assert not re.search(r"(src|href)=[\"']?https?:", told)


def test_the_board_leads_to_the_page_from_the_grade(firm: Firm) -> None:
    assert 'href="findings/f1.html"' in render_board(firm.marts)


@pytest.mark.parametrize(
    "folder", ["reports", "expectations", "orchestration", "sightline", "dbt_project/models"]
)
def test_nothing_a_person_reads_calls_a_number_manipulated(folder: str) -> None:
    said = [
        path
        for path in (CHECKOUT / folder).rglob("*")
        if path.suffix in {".py", ".j2", ".sql", ".yml"} and "manipulated" in path.read_text()
    ]
    assert said == []
