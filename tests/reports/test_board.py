"""One page says where everything stands, sentence first."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html.parser import HTMLParser

import pytest

from reports.board import render_board
from tests.reports.firm import CASE, LAST_WEEK, PERIOD, Firm

BUDGET_BYTES = 20_000


class _Text(HTMLParser):
    """The visible words, each table row on one line."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self._hidden = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._hidden = tag in {"style", "title"}
        self.words.append("\n" if tag in {"tr", "section", "p"} else " ")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = False

    def handle_data(self, data: str) -> None:
        self.words.append("" if self._hidden else re.sub(r"\s", " ", data))

    def lines(self) -> list[str]:
        return [" ".join(line.split()) for line in "".join(self.words).split("\n")]


def _lines(firm: Firm) -> list[str]:
    return _Text(render_board(firm.marts)).lines()


def _line(firm: Firm, start: str) -> str:
    return next(line for line in _lines(firm) if line.startswith(start))


def test_three_objectives_fit_twenty_kilobytes(firm: Firm) -> None:
    assert 5_000 < len(render_board(firm.marts).encode()) <= BUDGET_BYTES


def test_the_same_marts_give_the_same_bytes(firm: Firm) -> None:
    assert render_board(firm.marts) == render_board(firm.marts)


def test_nothing_runs_and_nothing_is_fetched(firm: Firm) -> None:
    page = render_board(firm.marts)
    assert "default-src &#39;none&#39;" in page
    for fetching in ("<script", "javascript:", "<link", "<iframe", "@import", "url(", " src="):
        assert fetching not in page
    assert not re.search(r"\son[a-z]+=", page)


def test_sentences_stand_before_the_first_table(firm: Firm) -> None:
    before = render_board(firm.marts).partition("<table")[0]
    assert "1 of 3 objectives is on track." in before
    assert "“Cut cost per parcel without cutting quality” is off track." in before
    assert "2 numbers are not verified: Staff trained and Complaint rate." in before


def test_an_open_case_shows_what_was_decided_beforehand(firm: Firm) -> None:
    line = _line(firm, "Case, open since Mon 29 Jun")
    assert "97.35 %, below its target of 98.00 %, in breach for 17 weeks" in line
    assert "Slow down: Keep recalibrating" in line
    assert "(approved 2026-06-20 by Operations lead and Finance lead)" in line
    assert f'href="cases/{CASE}.html"' in render_board(firm.marts)


def test_a_case_without_a_policy_says_that_nobody_decided(firm: Firm) -> None:
    firm.marts.execute("delete from marts.fct_policy_verdict")
    assert "No policy decides this" in _line(firm, "Case, open since")
    assert any("1 case has no policy to decide it." in line for line in _lines(firm))


def test_a_kpi_shows_number_target_status_grade_age_and_owner(firm: Firm) -> None:
    assert _line(firm, "Sorter uptime, north") == (
        "Sorter uptime, north guardrail 97.35 % ≥ 98.00 ■ off track B 2 h ago Maintenance lead"
    )


def test_a_leading_kpi_is_marked_by_what_its_history_shows(firm: Firm) -> None:
    assert "leading · 3 wk ✓" in _line(firm, "Recalibrations done, north")
    assert "leading · 4 wk ?" in _line(firm, "Staff trained")
    assert "leading …" in _line(firm, "Recalibration effort, north")
    page = render_board(firm.marts)
    for word in ("shown", "not shown", "too early"):
        assert f'aria-label="lead {word}"' in page


def test_a_claim_that_nobody_tested_yet_bears_no_mark(firm: Firm) -> None:
    firm.marts.execute("delete from marts.fct_link_evidence")
    assert "leading · 3 wk 9" in _line(firm, "Recalibrations done, north")


def test_a_key_result_shows_its_way_and_the_weakest_link(firm: Firm) -> None:
    assert _line(firm, "All milestones") == (
        "All milestones of the recalibration programme reached weakest link 50 % 100 "
        "▲ at risk 50 % of the way"
    )


def test_bars_carry_the_mark_of_where_it_should_be_by_now(firm: Firm) -> None:
    page = render_board(firm.marts)
    bars = re.findall(r'aria-label="(\d+)\u202f% done, 65\u202f% expected by now"', page)
    assert len(bars) == 3 + 7
    assert page.count('<path d="M98 0v10"') == 7  # 0.654 of 150


def test_an_unverified_number_never_reads_on_track(firm: Firm) -> None:
    firm.marts.execute("update marts.rpt_one_glance set integrity_verdict = 'insufficient'")
    text = "".join(_lines(firm))
    assert "None of 3 objectives is on track." in text
    assert text.count("on track") == 1


def test_a_contested_number_says_why(firm: Firm) -> None:
    line = _line(firm, "Staff trained")
    assert "typed by hand; a constant, 91.0, in Training!E42" in line
    assert "◆ contested" in line


def test_nan_is_no_number(firm: Firm) -> None:
    firm.marts.execute("alter table marts.rpt_one_glance alter value type double")
    firm.marts.execute("update marts.rpt_one_glance set value = 'nan'")
    assert not re.search(r"\bnan\b", " ".join(_lines(firm)), re.IGNORECASE)
    assert _line(firm, "Damage rate guardrail").startswith("Damage rate guardrail – ≤ 0.40")


def test_a_share_of_weeks_is_not_called_a_way(firm: Firm) -> None:
    assert _line(firm, "Damage rate at or below").endswith("100 % of weeks in range")


def test_missing_children_are_shown_and_not_hidden(firm: Firm) -> None:
    firm.marts.execute("update marts.fct_objective_progress set coverage = 0.5")
    assert "from 50 % of the weight" in _line(firm, "Cut cost per parcel")


def test_an_empty_warehouse_gives_a_page_that_says_so(firm: Firm) -> None:
    firm.marts.execute("delete from marts.rpt_one_glance")
    firm.marts.execute("delete from marts.fct_kpi_episode")
    assert any("No objective is defined yet." in line for line in _lines(firm))


def test_what_the_marts_hold_pending_for_want_of_trust_reads_unverified(firm: Firm) -> None:
    firm.marts.execute(
        "update marts.rpt_one_glance set objective_status = 'pending', "
        "key_result_status = 'pending', status = 'pending' "
        "where key_result_id = 'complaints_9' and integrity_verdict <> 'trusted'"
    )
    assert "◇ unverified" in _line(firm, "Complaints per 10,000")
    assert "… pending" not in "".join(_lines(firm))


def test_rows_rejected_while_the_period_shown_was_read_stand_beside_its_kpi(firm: Firm) -> None:
    table = {"kpi_id": "damage_rate", "source": "erp", "table_name": "downtime"}
    firm.add("fct_kpi_rejection", **table, period_start=PERIOD[0], rejected_rows=9)
    assert "rejected" not in render_board(firm.marts)
    firm.add("fct_kpi_rejection", **table, period_start=LAST_WEEK, rejected_rows=3)
    line = next(line for line in _lines(firm) if "Damage rate 3 rows" in line)
    assert "Damage rate 3 rows of erp.downtime were rejected" in line
    assert "● on track" in line  # of three rows nobody can say that they belong to it


def test_periods_restated_and_targets_moved_under_them_stand_beside_their_kpi(firm: Firm) -> None:
    def restate(period: date, kind: str, materiality: str = "material") -> None:
        firm.add("fct_restatement", kpi_id="damage_rate", scope="all", period_start=period,
                 version=2, materiality=materiality, **{"class": kind})  # fmt: skip

    restate(LAST_WEEK, "event", "minor")
    restate(LAST_WEEK - timedelta(weeks=30), "event")
    assert "restated" not in render_board(firm.marts)
    for weeks in (0, 1):
        restate(LAST_WEEK - timedelta(weeks=weeks), "event")
        restate(LAST_WEEK - timedelta(weeks=weeks), "target")
    restate(LAST_WEEK, "formula")
    line = next(line for line in _lines(firm) if "Damage rate 2 restated" in line)
    assert "2 restated; target moved under 2" in line


def test_the_root_of_the_sealed_log_travels_with_the_board(firm: Firm) -> None:
    assert "log of 42 seals, root 41:" + "5bb3d325" * 8 in render_board(firm.marts)
    firm.marts.execute("delete from marts.fct_load_seal")
    assert "sealed" not in render_board(firm.marts)


def test_the_time_from_a_breach_to_its_alert_is_told_with_how_many_cases_it_rests_on(
    firm: Firm,
) -> None:
    unknown = "alert: not known yet: no breach was told that began after the first look at its KPI."
    assert unknown in render_board(firm.marts)
    none_timed, timed = (
        {"rule": rule, "cases": 9, "alerts_timed": 0, "median_days_to_detect": 105}
        for rule in ("all", "-")
    )
    firm.add("rpt_response_time", **none_timed)
    assert unknown in render_board(firm.marts)
    firm.marts.execute("delete from marts.rpt_response_time")
    timed |= {"rule": "all", "alerts_timed": 7, "median_seconds_to_alert": 4.5}
    firm.add("rpt_response_time", **timed, p95_seconds_to_alert=9000)
    told = "to the alert: half within 5 s, 95 of 100 within 3 h (7 cases)."
    assert told in "".join(_lines(firm))
    days = "Days until half of all cases were seen 105, decided –, acted on –."
    assert days in "".join(_lines(firm))


@pytest.mark.parametrize(("due_on", "is_told"), [("2026-10-25", True), ("2026-10-26", False)])
def test_an_overdue_step_of_a_case_is_told(firm: Firm, due_on: str, is_told: bool) -> None:
    firm.marts.execute(
        "insert into marts.fct_audit_case (case_id, kpi_id, scope, state, due_on) "
        f"values ('{CASE}', 'sorter_uptime', 'north', 'opened', '{due_on}')"
    )
    told = "Sorter uptime, north</a>, acknowledge it (by Sun 25 Oct)"
    assert (told in render_board(firm.marts)) is is_told
