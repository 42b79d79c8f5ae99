"""A changed definition is told with what it said, who approved it and where one may look."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from reports import alert_rows
from reports.alerts import compose
from reports.definition_change import definition_story
from sightline.casebook import Casebook
from sightline.marts import Row
from tests.reports.conftest import NOW
from tests.reports.firm import AS_OF, Firm

ROLES = {"coo": {"name": "Chief operating officer"}, "cfo": {"name": "Finance lead"}}
TARGET = {"kind": "kpi_target", "definition_id": "sorter_uptime/2026-10-26"}


def _row(field: str, before: str | None, after: str | None, **others: Any) -> Row:
    return {
        "change_id": "definition.kpi_target.sorter_uptime/2026-10-26",
        "change": "changed",
        "field": field,
        "compared_value": before,
        "new_value": after,
        "author": "Someone",
        "is_loosening": True,
        "name": "Sorter uptime",
        "unit_symbol": "%",
        "approved_by": None,
        "approved_on": None,
        "is_approved_anew": None,
        **TARGET,
        **others,
    }


def _facts(*rows: Row) -> dict[str, tuple[str, ...]]:
    facts = dict(definition_story(rows, ROLES, "").facts)
    return {label: tuple(each.replace("\u202f", " ") for each in facts[label]) for label in facts}


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (_row("target", "98", "97.25"), "Target from 2026-10-26: 98 % → 97.25 %"),
        (_row("floor", "1500", None), "Hard limit from 2026-10-26: 1,500 % → none"),
        (_row("target", "-0.5", "-1"), "Target from 2026-10-26: −0.5 % → −1 %"),
        (_row("fire_n", "2", "3", kind="kpi"), "Bad periods that open a case: 2 → 3"),
        (
            _row("planned_allowance", "4", "5", kind="policy", definition_id="p"),
            "Planned allowance: 4 → 5",
        ),
        (
            _row("approved_on", "2026-06-20", "2026-10-01", kind="policy", definition_id="p"),
            "Approved on: 2026-06-20 → 2026-10-01",
        ),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_field_is_told_from_what_it_said_to_what_it_says(row: Row, told: str) -> None:
    assert _facts(row)["Changed"] == (told,)


def test_a_guard_or_link_that_is_gone_is_told_once_by_its_name() -> None:
    gone: dict[str, Any] = {"change": "removed", "kind": "kpi_guard"}
    guard = _row("parameters", "{}", None, definition_id="up/period_end", **gone)
    assert _facts(guard)["Changed"] == ("Guard period end: removed",)
    gone |= {"kind": "link", "definition_id": "fast/guardrail/damage_rate/north"}
    fields = [_row(field, "1", None, **gone) for field in ("weight", "lag_periods")]
    assert _facts(*fields)["Changed"] == ("Link guardrail damage rate north: removed",)


def test_a_target_that_is_gone_is_told_by_its_limits_alone() -> None:
    fields = {"target": "98", "floor": "96.5", "approved_by": "coo", "approved_on": "2025-04-21"}
    rows = [_row(field, value, None, change="removed") for field, value in fields.items()]
    assert _facts(*rows)["Changed"] == (
        "Target from 2026-10-26: 98 % → none",
        "Hard limit from 2026-10-26: 96.5 % → none",
    )
    nothing = _row("floor", None, None, change="removed")
    assert _facts(rows[0], nothing)["Changed"] == ("Target from 2026-10-26: 98 % → none",)


def test_whoever_approved_is_named_and_nobody_where_nobody_did() -> None:
    assert _facts(_row("target", "98", "97"))["Approved"] == ("by nobody on record",)
    approval = {"approved_by": "coo, cfo, gone", "approved_on": "2026-10-20"}
    named = "by Chief operating officer, Finance lead and gone on 2026-10-20"
    anew = _row("target", "98", "97", is_approved_anew=True, **approval)
    assert _facts(anew)["Approved"] == (named,)
    older = _row("target", "98", "97", is_approved_anew=False, **approval)
    assert _facts(older)["Approved"] == (f"by nobody on record since; last {named}",)


@pytest.mark.parametrize("author", [None, "unknown"])
def test_an_author_nobody_knows_is_no_name(author: str | None) -> None:
    assert _facts(_row("target", "98", "97", author=author))["Written"] == ("by nobody on record",)


def test_a_change_for_the_past_that_asks_no_less_is_not_said_to() -> None:
    past = definition_story([_row("target", "98", "99", is_loosening=False)], ROLES, "")
    assert past.headline == (
        "A definition of Sorter uptime asks otherwise for periods that were over"
    )
    policy = _row("planned_allowance", "4", "5", kind="policy", definition_id="p", name=None)
    assert definition_story([policy], ROLES, "").headline == "The policy p asks less than before"


@pytest.mark.parametrize(
    ("base", "link"),
    [
        ("https://kpi.example/", "https://kpi.example/index.html"),
        ("file:///srv/board", "file:///srv/board/index.html"),
        ("javascript:alert(1)", None),
        ("", None),
    ],
)
def test_the_link_leads_to_the_board_and_runs_nothing(base: str, link: str | None) -> None:
    assert definition_story([_row("target", "98", "97")], ROLES, base).link == link


def _loosen(firm: Firm) -> None:
    for field, before in (("target", "98"), ("floor", "96.5")):
        firm.add("fct_definition_change", **TARGET, field=field, change="changed", new_value="90",
                 compared_value=before, seen_at=AS_OF, is_loosening=True)  # fmt: skip


def _approve(firm: Firm, role: str, since: timedelta, until: timedelta | None = None) -> None:
    known = {"known_from": AS_OF + since, "known_to": None if until is None else AS_OF + until}
    firm.add("dim_definition_history", **TARGET, field="approved_by", value=role, **known)


def test_the_approval_is_the_one_that_stood_when_the_change_was_seen(firm: Firm) -> None:
    _loosen(firm)
    _approve(firm, "before", timedelta(days=-9), timedelta())
    _approve(firm, "then", timedelta(), timedelta(hours=1))
    _approve(firm, "later", timedelta(hours=1))
    rows = alert_rows.recent_definition_changes(firm.marts, 2)
    assert [(row["field"], row["approved_by"], row["is_approved_anew"]) for row in rows] == [
        ("target", "then", True),
        ("floor", "then", True),
    ]


def test_an_approval_from_before_is_known_to_be_older(firm: Firm) -> None:
    _loosen(firm)
    _approve(firm, "before", timedelta(days=-9))
    rows = alert_rows.recent_definition_changes(firm.marts, 2)
    assert {(row["approved_by"], row["is_approved_anew"]) for row in rows} == {("before", False)}


def test_all_that_changed_in_a_definition_is_told_in_one_story_and_once(
    firm: Firm, casebook: Casebook
) -> None:
    _loosen(firm)

    def told() -> list[dict[str, Any]]:
        messages = compose(firm.marts, casebook, now=NOW, names=["file"], reports_url="").messages
        casebook.announce(messages, NOW)
        return [each.body["json"] for each in messages if each.kind == "restated"]

    ((story,),) = [each["stories"] for each in told()]
    assert len(story["facts"]["Changed"]) == 2
    assert told() == []
