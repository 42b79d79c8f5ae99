"""The demo firm on the real path: source rows → dlt → dbt → guards → alert → sensor → audit."""

import json
import subprocess
import sys
from datetime import UTC
from pathlib import Path
from typing import Any

import duckdb
import pytest

from reports.alerts import compose
from sightline.casebook import Casebook
from tests.orchestration.conftest import CHECKOUT, Firm

POLICY = CHECKOUT / "okrs/policies/throughput_over_uptime.yml"


def rows(firm: Firm, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(firm.home / "published/sightline.duckdb"), read_only=True) as marts:
        return marts.execute(query).fetchall()


def test_throttled_is_found_as_silent_sacrifice_while_uptime_never_fires(throttled: Firm) -> None:
    found = rows(
        throttled,
        "select kpi_id, scope, rule from marts.fct_kpi_episode where is_open and is_alerted",
    )
    assert found == [("sorter_uptime", "north", "silent_sacrifice")]
    assert not rows(
        throttled,
        "select 1 from marts.fct_kpi_episode where kpi_id = 'sorter_uptime' and rule = 'level'",
    )


def test_silent_sacrifice_is_found_within_four_periods_of_its_onset(throttled: Firm) -> None:
    key = json.loads((throttled.home / "demo/answer_key.json").read_text())
    ((opened,),) = rows(
        throttled, "select opened_period from marts.fct_kpi_episode where rule = 'silent_sacrifice'"
    )
    assert str(opened) <= key["silent_sacrifice"]["fourth_period"]


def test_as_planned_opens_exactly_the_planted_uptime_episode(as_planned: Firm) -> None:
    assert as_planned.report["open_episodes"] == ["sorter_uptime.north.level.2026-07-06"]


def test_the_policy_lets_the_planned_programme_go_on_within_its_allowance(
    as_planned: Firm,
) -> None:
    ((verdict,),) = rows(as_planned, "select verdict from marts.fct_policy_verdict where is_latest")
    assert verdict in {"slow_down", "goal_wins_proceed"}


def test_the_policy_lets_the_goal_win_when_it_is_starved(throttled: Firm) -> None:
    found = rows(throttled, "select verdict from marts.fct_policy_verdict where is_latest")
    assert found == [("goal_wins_spend_budget",)]


@pytest.mark.parametrize("scenario", ["as_planned", "throttled"])
def test_the_constant_typed_over_a_formula_is_found_and_contests_its_period(
    scenario: str, request: pytest.FixtureRequest
) -> None:
    firm: Firm = request.getfixturevalue(scenario)
    key = json.loads((firm.home / "demo/answer_key.json").read_text())
    (planted,) = key["typed_constants"]
    found = rows(
        firm,
        "select scope, cast(period_start as varchar) from marts.fct_integrity_finding "
        "where guard = 'workbook_structure_intact'",
    )
    assert found == [(planted["site"], planted["week"])]
    ((status,),) = rows(
        firm,
        "select status from marts.fct_kpi_evaluation where kpi_id = 'staff_trained' "
        f"and scope = '{planted['site']}' and period_start = date '{planted['week']}'",
    )
    assert status == "contested"


def test_polished_reports_are_asked_about_and_honest_ones_are_not(
    as_planned: Firm, throttled: Firm
) -> None:
    query = (
        "select distinct kpi_id, scope from marts.fct_integrity_finding "
        "where guard = 'reported_matches_recomputed'"
    )
    assert rows(as_planned, query) == [("sorter_uptime", "north")]
    assert rows(throttled, query) == []


@pytest.mark.parametrize("scenario", ["as_planned", "throttled"])
def test_every_planted_oddity_is_asked_about_by_its_own_guard_and_nothing_else_is(
    scenario: str, request: pytest.FixtureRequest
) -> None:
    firm: Firm = request.getfixturevalue(scenario)
    key = json.loads((firm.home / "demo/answer_key.json").read_text())
    found = rows(firm, "select kpi_id, scope, guard, finding_id from marts.fct_integrity_finding")
    assert {found_[:3] for found_ in found} == {tuple(asked) for asked in key["questions"]}
    for *_, finding_id in found:
        assert (firm.home / "reports/findings" / f"{finding_id}.html").stat().st_size > 0


def test_figures_typed_in_time_and_left_alone_can_be_trusted(as_planned: Firm) -> None:
    found = rows(
        as_planned,
        "select distinct integrity_verdict from marts.fct_kpi_evaluation "
        "where kpi_id = 'complaint_rate' and is_closed",
    )
    assert found == [("trusted",)]


@pytest.mark.parametrize("scenario", ["as_planned", "throttled"])
def test_the_case_asks_at_least_two_departments_and_its_page_is_written(
    scenario: str, request: pytest.FixtureRequest
) -> None:
    firm: Firm = request.getfixturevalue(scenario)
    (case,) = firm.report["cases"]
    assert len(case["departments"]) >= 2
    assert (firm.home / "reports/cases" / f"{case['case_id']}.html").stat().st_size > 0


def test_the_alert_was_delivered_once_a_channel_and_before_the_audit(as_planned: Firm) -> None:
    delivered = rows(
        as_planned,
        "select channel, count(*) from marts.fct_alert_delivery "
        "where is_delivered and kind = 'open' group by 1",
    )
    assert dict(delivered)["file"] == 1
    ((in_order,),) = rows(
        as_planned, "select bool_and(announced_at <= audited_at) from marts.fct_audit_case"
    )
    assert in_order


def test_an_alert_reads_nothing_that_is_built_after_it(as_planned: Firm, tmp_path: Path) -> None:
    code = (
        "import json; from orchestration.defs.models import build_kpis, build_verdicts;"
        "keys = build_kpis.keys | build_verdicts.keys;"
        "print(json.dumps({'built': [key.path[-1] for key in keys if key.path[0] == 'marts']}))"
    )
    casebook = Casebook(f"sqlite:///{tmp_path / 'casebook.db'}")
    casebook.create()
    with duckdb.connect() as early:
        early.execute(f"attach '{as_planned.home}/published/sightline.duckdb' as published")
        early.execute("create schema marts")
        for table in told_by(as_planned, code)["built"]:
            early.execute(f"create view marts.{table} as from published.marts.{table}")
        ((now,),) = early.execute("select max(as_of) from marts.rpt_one_glance").fetchall()
        composed = compose(early, casebook, now=now.replace(tzinfo=UTC), names=("file",))
    assert "open" in {message.kind for message in composed.messages}


def test_no_time_to_alert_is_claimed_for_what_stood_when_the_firm_was_looked_at_first(
    as_planned: Firm,
) -> None:
    timed = "select alerts_timed, p95_seconds_to_alert from marts.rpt_response_time"
    assert rows(as_planned, f"{timed} where rule = 'all'") == [(0, None)]


def test_nothing_seen_is_lost(as_planned: Firm) -> None:
    rows_ = as_planned.report["rows"]
    assert rows_["seen"] == rows_["kept"] + rows_["rejected"] > 1_000


def test_no_process_left_the_loopback(as_planned: Firm) -> None:
    assert not as_planned.off_loopback.exists(), as_planned.off_loopback.read_text()


def test_nothing_is_written_to_the_users_home(as_planned: Firm) -> None:
    assert list(as_planned.user_home.rglob("*")) == []


def test_the_loopback_guard_bites(tmp_path: Path) -> None:
    firm = Firm(tmp_path, tmp_path, tmp_path / "log.txt", {})
    call = "import urllib.request as u; u.urlopen('http://192.0.2.1/')"
    done = subprocess.run(
        [sys.executable, "-c", call], env=firm.environment, capture_output=True, check=False
    )
    assert done.returncode != 0
    assert firm.off_loopback.read_text() == "192.0.2.1\n"


def test_the_demo_clears_no_folder_that_it_did_not_make(tmp_path: Path) -> None:
    home = tmp_path / "state"
    home.mkdir()
    (home / "accounts.txt").write_text("ours")
    firm = Firm(home, tmp_path, tmp_path / "log.txt", {})
    done = firm.sightline("demo", "run")
    assert done.returncode == 2
    assert "SIGHTLINE_HOME" in done.stderr
    assert (home / "accounts.txt").read_text() == "ours"


def test_the_board_names_every_objective(as_planned: Firm) -> None:
    page = (as_planned.home / "reports/index.html").read_text()
    for objective in as_planned.report["objectives"]:
        assert objective["objective_name"] in page


def test_status_says_with_its_exit_code_that_an_episode_is_open(as_planned: Firm) -> None:
    done = as_planned.sightline("status", "--json")
    assert done.returncode == 1
    assert {row["objective_id"] for row in json.loads(done.stdout)} == {
        path.stem for path in (CHECKOUT / "okrs/objectives").glob("*.yml")
    }


def test_why_walks_the_rules_of_a_period_that_fired(as_planned: Firm) -> None:
    done = as_planned.sightline("why", "sorter_uptime", "2026-07-08")
    assert done.returncode == 0
    north = done.stdout.split("\n\n")[1].splitlines()
    level = next(line.split() for line in north if line.startswith("  level "))
    assert level[:5] == ["level", "fired", "pending", "→", "firing"]
    assert "98; 2 bad of the last 2 (2 fire it), 0 good of 2" in " ".join(level)
    assert any(line.split()[:2] == ["budget_burn_fast", "held"] for line in north)


def test_why_names_the_kpis_there_are_when_asked_for_another(as_planned: Firm) -> None:
    done = as_planned.sightline("why", "sorter_uptim", "2026-07-08")
    assert done.returncode == 2
    assert "sorter_uptime" in done.stderr


def test_case_show_tells_the_case_in_its_own_words(as_planned: Firm) -> None:
    (case,) = as_planned.report["cases"]
    done = as_planned.sightline("case", "show", case["case_id"])
    assert done.stdout.startswith(case["headline"])
    assert "\nWhy: Change of " in done.stdout
    assert "\nStands: opened, next step by 2026-10-27\n" in done.stdout
    shown = json.loads(as_planned.sightline("case", "show", case["case_id"], "--json").stdout)
    assert (shown["due"], shown["overdue"]) == ("2026-10-27", False)


def test_members_of_a_ratio_share_out_numerator_and_denominator_exactly(as_planned: Firm) -> None:
    """Else their rate and mix would not sum to the change; sums have members without a ratio."""
    query = """
        select kpi_id, dimension, bool_and(numerator = above), bool_and(denominator = below)
        from (
            select said.*, part.dimension, sum(part.numerator_part) as above,
                sum(part.denominator_part) as below
            from marts.fct_kpi_contribution as part
            inner join marts.fct_kpi_value as said using (kpi_id, scope, period_start)
            where said.is_current and part.dimension in ('site', 'sorter')
            group by all
        )
        group by kpi_id, dimension
    """
    shared = {
        (kpi_id, dimension) for kpi_id, dimension, *exact in rows(as_planned, query) if all(exact)
    }
    sums = {("order_volume", "site"), ("recalibrations_done", "site")}
    assert (
        shared == {(kpi_id, dimension) for kpi_id, dimension, *_ in rows(as_planned, query)} - sums
    )
    assert {("sorter_uptime", "sorter"), ("sorting_throughput", "sorter")} <= shared


@pytest.mark.parametrize("scenario", ["as_planned", "throttled"])
def test_a_case_rebuilds_to_the_same_bytes(scenario: str, request: pytest.FixtureRequest) -> None:
    firm: Firm = request.getfixturevalue(scenario)
    (case,) = firm.report["cases"]
    done = firm.sightline("case", "reproduce", case["case_id"], "--json")
    rebuilt = json.loads(done.stdout)
    assert (rebuilt["same"], rebuilt["differing_blocks"]) == (True, [])
    assert rebuilt["made_by"] == rebuilt["rebuilt_by"] != ""
    assert done.returncode == 0


@pytest.mark.parametrize("scenario", ["as_planned", "throttled"])
def test_the_policy_in_force_replays_to_the_verdicts_it_gave(
    scenario: str, request: pytest.FixtureRequest
) -> None:
    firm: Firm = request.getfixturevalue(scenario)
    before = (firm.home / "warehouse.duckdb").read_bytes()
    done = firm.sightline("policy", "backtest", str(POLICY), "--json")
    assert done.returncode == 0, done.stderr
    replayed = json.loads(done.stdout)
    given = rows(
        firm, "select period_start, verdict, rule from marts.fct_policy_verdict order by 1"
    )
    assert [
        (period["period_start"], period["verdict"], period["rule"])
        for period in replayed["periods"]
    ] == [(str(week), verdict, rule) for week, verdict, rule in given]
    assert replayed["differences"] == []
    assert (firm.home / "warehouse.duckdb").read_bytes() == before
    assert list(firm.home.glob(".scratch-*")) == []


def test_a_stricter_policy_would_have_frozen_the_planned_work(
    as_planned: Firm, tmp_path: Path
) -> None:
    draft = tmp_path / "draft.yml"
    draft.write_text(POLICY.read_text().replace("planned_allowance: 1.0", "planned_allowance: 0.5"))
    done = as_planned.sightline("policy", "backtest", str(draft), "--from", "2026-07-20")
    assert done.returncode == 0, done.stderr
    assert "it would have fired once and frozen the work for 14 weeks." in done.stdout
    assert "The policy in force decided 14 weeks of 14 otherwise." in done.stdout


@pytest.mark.parametrize("scenario", ["as_planned", "throttled"])
def test_the_planted_lead_that_history_can_show_is_supported_and_no_other(
    scenario: str, request: pytest.FixtureRequest
) -> None:
    firm: Firm = request.getfixturevalue(scenario)
    key = json.loads((firm.home / "demo/answer_key.json").read_text())
    planted = {(lead["kpi"], lead["of"], lead["weeks"]) for lead in key["leads"] if lead["found"]}
    found = rows(
        firm,
        "select kpi_id, measure_kpi_id, best_lag from marts.fct_link_evidence "
        "where verdict = 'supported'",
    )
    assert set(found) == planted


def test_a_lead_that_came_in_one_step_is_called_too_early(as_planned: Firm) -> None:
    ((verdict, reason),) = rows(
        as_planned,
        "select verdict, reason from marts.fct_link_evidence where kpi_id = 'recalibrations_done'",
    )
    assert (verdict, reason) == (
        "insufficient",
        "the leading KPI moved in 3 of 78 weeks; 10 are needed",
    )


def test_evidence_lists_every_claim_and_says_by_its_exit_code_that_one_is_not_shown(
    as_planned: Firm,
) -> None:
    done = as_planned.sightline("evidence")
    assert done.returncode == 1
    assert "damage_rate → complaints_9, 2 ahead\n" in done.stdout
    listed = json.loads(as_planned.sightline("evidence", "--json").stdout)
    claimed = rows(
        as_planned, "select count(*) from marts.bridge_key_result_kpi where role = 'leading'"
    )
    assert [(len(listed),)] == claimed


@pytest.fixture(scope="module")
def location(as_planned: Firm) -> dict[str, Any]:
    """Of the code location: each job's steps and the assets it makes, and each schedule's cron."""
    code = (
        "import json; from orchestration.definitions import defs; d = defs();"
        "named = [job for job in d.resolve_all_job_defs() if not job.name.startswith('__')];"
        "print(json.dumps({"
        "'steps': {job.name: [node.name for node in job.nodes] for job in named},"
        "'assets': {job.name: [key.to_user_string() for key in "
        "job.asset_layer.executable_asset_keys] for job in named},"
        "'crons': {each.name: each.cron_schedule for each in d.schedules}}))"
    )
    return told_by(as_planned, code)


def test_claimed_leads_are_tested_weekly_and_not_with_every_pull(location: dict[str, Any]) -> None:
    weighing = {job for job, assets in location["assets"].items() if "raw_evidence/link" in assets}
    assert weighing == {"evidence", "pulse"}
    assert location["crons"]["evidence_cadence"] == "0 5 * * 1"


def test_a_pulse_of_one_source_pulls_no_other_and_judges_all(location: dict[str, Any]) -> None:
    found = {
        job: {
            step
            for step in steps
            if step.startswith("pull_") or step in ("judge_integrity", "alerts")
        }
        for job, steps in location["steps"].items()
        if job.startswith("pulse") or job == "casebook"
    }
    names = ["casebook", "definitions", "erp", "sheets", "tracker"]
    judged = {"judge_integrity", "alerts"}
    expected = {f"pulse_{name}": {f"pull_{name}"} | judged for name in names}
    expected["pulse"] = {f"pull_{name}" for name in names} | judged
    expected["casebook"] = {"pull_casebook", "alerts"}
    assert found == expected


def told_by(firm: Firm, code: str) -> dict[str, Any]:
    """What some Python says, as JSON, that looks at the code location of a firm."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=firm.environment | {"SIGHTLINE_DAGSTER": str(firm.home / "dagster")},
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told
