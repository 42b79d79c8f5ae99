"""The workbooks as a spreadsheet reader meets them, and what is planted in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from demo import workbooks
from demo.story import SCENARIOS, Firm, Scenario
from tests.demo.weekly import LAST_WEEK, weekly


def answer_key(folder: Path) -> dict[str, Any]:
    key: dict[str, Any] = json.loads((folder / "answer_key.json").read_text(encoding="utf-8"))
    return key


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_formula_has_the_cached_value_it_computes(
    firms: dict[Scenario, Path], scenario: Scenario
) -> None:
    path = firms[scenario] / "sheets" / "training.xlsx"
    formulas = openpyxl.load_workbook(path)["Training"]
    values = openpyxl.load_workbook(path, data_only=True)["Training"]
    headings = [cell.value for cell in formulas[1]]
    assert headings == ["Week starting", "Site", "Headcount", "Trained", "Trained %"]
    checked = 0
    for row in range(2, formulas.max_row + 1):
        if formulas.cell(row, 5).data_type == "f":
            assert formulas.cell(row, 5).value == f"=100*D{row}/C{row}"
            assert values.cell(row, 5).value == pytest.approx(
                100 * values.cell(row, 4).value / values.cell(row, 3).value
            )
            checked += 1
    assert checked == 2 * 78 - 1


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_one_trained_share_is_a_higher_constant_typed_over_the_formula(
    firms: dict[Scenario, Path], scenario: Scenario
) -> None:
    sheet = openpyxl.load_workbook(firms[scenario] / "sheets" / "training.xlsx")["Training"]
    constants = [cell for (cell,) in sheet["E2:E157"] if cell.data_type == "n"]
    (planted,) = answer_key(firms[scenario])["typed_constants"]
    (typed,) = constants
    assert typed.coordinate == planted["cell"]
    assert sheet.cell(typed.row, 1).value.date() == LAST_WEEK
    assert sheet.cell(typed.row, 2).value == planted["site"]
    honest = 100 * sheet.cell(typed.row, 4).value / sheet.cell(typed.row, 3).value
    assert planted["recomputed"] == pytest.approx(honest, abs=1e-4)
    assert honest + 5 < typed.value <= 100


def test_the_site_of_the_typed_constant_is_the_seeds_choice() -> None:
    sites = {workbooks.typed_site(Firm("as_planned", seed)) for seed in range(20)}
    assert sites == {"north", "south"}


def test_as_planned_the_last_eight_north_weeks_are_reported_at_98_or_a_little_more(
    firms: dict[Scenario, Path],
) -> None:
    folder = firms["as_planned"]
    numbers = weekly(f"sqlite:///{folder / 'erp.db'}")
    sheet = openpyxl.load_workbook(folder / "sheets" / "uptime_log.xlsx")["Uptime"]
    assert [cell.value for cell in sheet[1]] == ["Week starting", "Site", "Reported uptime %"]
    polished = {entry["cell"]: entry for entry in answer_key(folder)["polished_reports"]}
    assert len(polished) == 8
    for row in range(2, sheet.max_row + 1):
        week, site, reported = (sheet.cell(row, column).value for column in (1, 2, 3))
        uptime = numbers.uptime((site, week.date()))
        if f"C{row}" in polished:
            assert site == "north"
            assert uptime < 98
            assert 98.0 <= reported <= 98.3
            assert polished[f"C{row}"]["reported"] == reported
            assert polished[f"C{row}"]["week"] == week.date().isoformat()
        else:
            assert reported == round(uptime, 1)


def test_throttled_there_is_nothing_to_polish(firms: dict[Scenario, Path]) -> None:
    key = answer_key(firms["throttled"])
    assert key["polished_reports"] == []
    assert key["uptime_episode"] is None
    assert key["silent_sacrifice"]["onset"] == "2026-07-20"


def test_the_answer_key_names_the_episode_of_the_firm_as_planned(
    firms: dict[Scenario, Path],
) -> None:
    key = answer_key(firms["as_planned"])
    assert key["silent_sacrifice"] is None
    assert key["uptime_episode"]["scope"] == "north"
    assert key["uptime_episode"]["onset"] == "2026-06-29"


def test_the_workbooks_are_dated_by_the_clock_and_signed_by_a_role(
    firms: dict[Scenario, Path],
) -> None:
    for path in (firms["as_planned"] / "sheets").iterdir():
        properties = openpyxl.load_workbook(path).properties
        assert properties.modified.isoformat() == "2026-10-26T06:00:00"
        assert properties.lastModifiedBy == "site-office@northline.example"
