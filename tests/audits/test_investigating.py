"""A case says what happened and why, in numbers anyone can query again."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from reports.case_page import departments_note
from sightline.errors import UsageError
from sightline.investigation import investigate
from tests.audits.investigated import case_of, plainly
from tests.audits.northline_marts import (
    AS_OF,
    LEVEL_CASE,
    LONELY_CASE,
    OPENED,
    SACRIFICE_CASE,
    WEEKS,
    build,
)


def test_a_breach_of_level_names_its_cause_in_the_headline() -> None:
    assert plainly(case_of("as_planned").headline) == (
        "Sorter uptime (north) is 97.17 %, below its target of 98 %, because of recalibration "
        "(−1.67 of −1.64 points, all else +0.03), not because the data are wrong or anything else "
        "got worse"
    )


def test_one_week_beyond_the_hard_floor_is_told_as_that_and_fires_at_once() -> None:
    with build("as_planned") as marts:
        marts.execute(
            "update marts.fct_kpi_evaluation set value = 96, is_beyond_floor = true "
            "where kpi_id = 'sorter_uptime' and period_start = ?",
            [WEEKS[-1]],
        )
        marts.execute("update marts.fct_kpi_episode set opened_period = ?", [WEEKS[-1]])
        case = investigate(marts, LEVEL_CASE, as_of=AS_OF)
    assert plainly(case.headline).startswith(
        "Sorter uptime (north) is 96.00 %, below its hard floor of 96.5 % (target 98 %)"
    )
    assert case.criteria.rule_text == (
        "2 of 2 closed weeks beyond the target, or one beyond the hard floor, which fires at once; "
        "the week of 2026-10-19 was beyond it"
    )


def test_a_number_is_written_out_until_it_is_seen_to_be_beyond_its_ceiling() -> None:
    with build("as_planned") as marts:
        marts.execute(
            "update marts.fct_kpi_evaluation set value = 0.6004, is_beyond_target = true, "
            "is_beyond_floor = true where kpi_id = 'damage_rate'",
        )
        headline = investigate(marts, LONELY_CASE, as_of=AS_OF).headline
    assert "is 0.6004 %, above its hard ceiling of 0.6 % (target 0.4 %)" in plainly(headline)


def test_a_silent_sacrifice_is_told_by_the_green_guardrail_and_the_starved_effort() -> None:
    case = case_of("throttled", SACRIFICE_CASE)
    assert plainly(case.headline) == (
        "Sorter uptime (north) stayed green at 98.83 % while recalibration effort was starved to "
        "36 % of its plan and “1,250 to 1,500 parcels/h” reached 14 % of the way, 65 % expected"
    )
    assert case.instruction is not None
    assert case.instruction.verdict == "goal_wins_spend_budget"
    assert case.instruction.dispute_route == "Ask the coo in writing."
    verdicts = {answer.department: (answer.verdict, answer.level) for answer in case.panel}
    assert verdicts["automation"] == ("starved", "breached")
    assert verdicts["operations"] == ("goal off track", "breached")


def test_a_contested_number_never_gets_a_cause_in_the_headline() -> None:
    case = case_of("contested")
    assert "the number is contested: 1 question" in case.headline
    assert "because" not in case.headline
    assert case.integrity.verdict == "contested"
    assert case.integrity.findings[0].innocent_explanations == (
        "The log leaves planned stops out.",
    )
    real = next(answer for answer in case.panel if answer.department == "data")
    assert (real.verdict, real.level) == ("contested, grade D", "breached")
    assert real.finding.endswith("where the ERP gives 97.3?")
    assert any("Why does the log say 98.2" in action.text for action in case.actions)


def test_machines_that_got_worse_are_told_from_planned_stops() -> None:
    with build("as_planned") as marts:
        marts.execute(
            "update marts.fct_kpi_contribution set member = 'sensor' where member = 'recalibration'"
        )
        case = investigate(marts, LEVEL_CASE, as_of=AS_OF)
    answer = next(answer for answer in case.panel if answer.department == "maintenance")
    assert (answer.verdict, answer.level) == ("machines got worse", "breached")
    planned = next(a for a in case_of("as_planned").panel if a.department == "maintenance")
    assert (planned.verdict, planned.level) == ("planned cause", "healthy")


def test_a_stop_that_moved_by_less_than_is_printed_is_not_listed() -> None:
    with build("as_planned") as marts:
        marts.execute(
            "update marts.fct_kpi_contribution set numerator_part = -6000 where member = 'belt'"
        )
        marts.execute(
            "update marts.fct_kpi_contribution set numerator_part = -6030 "
            "where member = 'belt' and period_start = ?",
            [WEEKS[-1]],
        )
        case = investigate(marts, LEVEL_CASE, as_of=AS_OF)
    answer = next(answer for answer in case.panel if answer.department == "maintenance")
    assert "jam" in answer.finding
    assert "belt" not in answer.finding


def test_the_parts_sum_to_the_change_and_the_telling_dimension_comes_first() -> None:
    case = case_of("as_planned")
    assert case.decomposition is not None
    assert case.drill_down is not None
    assert (case.decomposition.dimension, case.drill_down.dimension) == ("reason_code", "sorter")
    for split in (case.decomposition, case.drill_down):
        assert split.change == split.after - split.before
        assert sum(part.amount for part in split.parts) + split.residual == split.change
        assert abs(split.residual) < Decimal("1e-9")
    top = case.decomposition.parts[0]
    assert top.label == "recalibration"
    assert top.share is not None
    assert top.share > Decimal("0.7")
    assert top.amount == Decimal("-1.666666666667")


@pytest.mark.parametrize(
    ("scenario", "case_id", "baseline"),
    [
        ("as_planned", LEVEL_CASE, (date(2026, 5, 4), date(2026, 6, 22))),
        ("throttled", SACRIFICE_CASE, (date(2026, 5, 25), date(2026, 7, 13))),
    ],
)
def test_the_bad_weeks_that_led_to_the_episode_are_not_in_its_baseline(
    scenario: str, case_id: str, baseline: tuple[date, date]
) -> None:
    split = case_of(scenario, case_id).decomposition
    assert split is not None
    assert (split.baseline_from, split.baseline_to) == baseline
    assert split.period_to == WEEKS[-1]


def test_why_stands_before_where_even_when_one_place_carries_it_all() -> None:
    with build("as_planned") as marts:
        marts.execute("update marts.fct_kpi_contribution set member = 'N1' where member = 'N2'")
        marts.execute(
            "create or replace table marts.fct_kpi_contribution as "
            "select kpi_id, scope, period_start, dimension, member, "
            "sum(numerator_part) as numerator_part, "
            "sum(denominator_part) as denominator_part from marts.fct_kpi_contribution group by all"
        )
        case = investigate(marts, LEVEL_CASE, as_of=AS_OF)
    assert case.decomposition is not None
    assert case.drill_down is not None
    assert case.decomposition.dimension == "reason_code"
    assert [part.label for part in case.drill_down.parts] == ["N1"]


def test_the_footer_names_the_newest_loads_and_the_command_that_rebuilds() -> None:
    footer = case_of("as_planned").footer
    assert (footer.definition_hash, footer.model_hash) == (
        "hash-of-sorter_uptime",
        "sql-of-sorter_uptime",
    )
    assert footer.load_ids == ("1792994400.erp",)
    assert footer.command == f"sightline case reproduce {LEVEL_CASE} --as-of 2026-10-26T06:00:00Z"
    assert footer.definition_hash == "hash-of-sorter_uptime"


def test_what_no_part_explains_is_printed_as_the_residual() -> None:
    with build("as_planned") as marts:
        marts.execute("delete from marts.fct_kpi_contribution where member = 'recalibration'")
        case = investigate(marts, LEVEL_CASE, as_of=AS_OF)
    splits = [case.decomposition, case.drill_down]
    by_reason = next(split for split in splits if split and split.dimension == "reason_code")
    assert by_reason.residual == Decimal("-1.666666666666")
    assert any("points are in no part" in plainly(cause.text) for cause in case.causes)


def test_causes_come_in_order_of_strength_and_say_how_strong_they_are() -> None:
    causes = case_of("as_planned").causes
    assert [cause.kind for cause in causes] == [
        "arithmetic",
        "arithmetic",
        "statistical",
        "coincidence",
        "coincidence",
        "coincidence",
    ]
    assert "special cause" in causes[2].text
    assert "Upstream, Unplanned downtime (north)" in causes[3].text
    assert "On 2026-06-20 the policy" in causes[4].text
    assert "was approved" in causes[4].text


@pytest.mark.parametrize(
    ("target", "floor", "moved"),
    [
        ("98.5", "96.5", ["the target moved from 98 % to 98.5 %"]),
        ("98", "97", ["the hard floor moved from 96.5 % to 97 %"]),
        ("98", "null", ["the hard floor moved from 96.5 % to none"]),
        (
            "98.5",
            "97",
            [
                "the target moved from 98 % to 98.5 % and the hard floor moved from 96.5 % to 97 %",
            ],
        ),
        ("98", "96.5", []),
    ],
)
def test_a_limit_moved_in_the_window_is_a_coincident_change(
    target: str, floor: str, moved: list[str]
) -> None:
    with build("as_planned") as marts:
        marts.execute(
            "insert into marts.dim_kpi_target values "
            f"('sorter_uptime', $1, {target}, {floor}, 'coo', $1)",
            [OPENED - timedelta(weeks=1)],
        )
        case = investigate(marts, LEVEL_CASE, as_of=AS_OF)
    told = [plainly(cause.text) for cause in case.causes if "moved from" in cause.text]
    approved = "approved by Chief operating officer"
    assert told == [f"On 2026-06-29 {text}, {approved}." for text in moved]


def test_every_department_on_the_path_is_heard_and_the_owner_stands_first() -> None:
    case = case_of("as_planned")
    assert case.departments == ("maintenance", "automation", "operations")
    heard = [answer.department for answer in case.panel]
    assert heard[:4] == ["data", "maintenance", "automation", "operations"]
    assert {"quality", "people"} <= set(heard)
    paid = next(answer for answer in case.panel if answer.department == "people")
    assert paid.verdict == "opposite incentive"
    assert "30 % of the bonus of Operations" in plainly(paid.finding)


def test_an_audit_of_one_department_says_that_it_is_one() -> None:
    case = case_of("as_planned", LONELY_CASE)
    assert case.departments == ("quality",)
    assert any("Only Quality was asked" in action.text for action in case.actions)
    assert "quality" not in {answer.department for answer in case.panel}  # it has no figure
    assert departments_note(case) == (
        "Only quality is on the path of this KPI: this audit is not cross-functional. "
        "2 departments beside it answered as well: data and people. "
        "No figure answers for quality: ask there."
    )
    assert case.instruction is None
    assert case.decomposition is None


def test_rows_rejected_while_the_judged_period_was_read_are_told_by_whoever_keeps_the_data() -> (
    None
):
    with build("as_planned") as marts:
        for period, count in ((WEEKS[-1], 3), (WEEKS[0], 8)):
            row = ["sorter_uptime", period, "erp", "downtime", count]
            marts.execute("insert into marts.fct_kpi_rejection values (?, ?, ?, ?, ?)", row)
        case = investigate(marts, LEVEL_CASE, as_of=AS_OF)
    data = next(answer for answer in case.panel if answer.department == "data")
    assert "; 3 rows of erp.downtime rejected while it was read; " in data.finding
    assert (data.verdict, data.level) == ("real, grade A", "at_risk")


def test_a_silent_sacrifice_is_held_against_its_own_rule_and_the_approved_policy() -> None:
    criteria = case_of("throttled", SACRIFICE_CASE).criteria
    assert criteria.rule_text == "When silent_sacrifice opens"
    assert (criteria.approved_by, criteria.approved_on) == (
        "Chief operating officer and Finance lead",
        date(2026, 6, 20),
    )


@pytest.mark.parametrize("rule", ["no_data", "budget_burn_fast", "relapse"])
def test_every_rule_that_is_audited_says_when_it_opens(rule: str) -> None:
    with build("as_planned") as marts:
        marts.execute("alter table marts.fct_kpi_episode add column worst_value decimal(38, 9)")
        marts.execute(f"update marts.fct_kpi_episode set rule = '{rule}', worst_value = 30")
        case = investigate(marts, LEVEL_CASE, as_of=AS_OF)
    assert case.criteria.rule_text == f"When {rule} opens"


def test_condition_and_criteria_carry_the_limits_in_force_and_who_approved_them() -> None:
    case = case_of("as_planned")
    assert [point.period_start for point in case.condition] == WEEKS
    assert {point.target for point in case.condition} == {Decimal(98)}
    assert (case.criteria.rule_text, case.criteria.approved_by) == (
        "2 of 2 closed weeks beyond the target, or one beyond the hard floor, which fires at once",
        "Chief operating officer",
    )
    assert case.criteria.approved_on == date(2025, 4, 21)
    assert case.opened_at.isoformat() == "2026-07-13T00:00:00+00:00"
    assert [series.kpi_id for series in case.related] == [
        "sorting_throughput",
        "recalibration_effort",
        "unplanned_downtime",
    ]


def test_the_line_of_sight_leads_from_the_objective_to_the_system_of_record() -> None:
    sight = case_of("as_planned").line_of_sight
    path = [edge for edge in sight.edges if edge.on_path]
    assert [(edge.source, edge.target) for edge in path] == [
        ("objective:faster_throughput", "key_result:throughput_1500"),
        ("key_result:throughput_1500", "kpi:sorter_uptime@north"),
        ("kpi:sorter_uptime@north", "source:erp:pulled"),
    ]
    labels = {edge.label for edge in sight.edges}
    assert {"guardrail", "leading, 3 weeks"} <= labels
    known = {node.node_id for node in sight.nodes}
    assert all({edge.source, edge.target} <= known for edge in sight.edges)


def test_an_episode_nobody_published_is_refused_by_name() -> None:
    with build("as_planned") as marts, pytest.raises(UsageError, match="there is no episode 'x'"):
        investigate(marts, "x", as_of=AS_OF)


@pytest.mark.parametrize("rule", ["level", "no_data", "relapse", "drift"])
@pytest.mark.parametrize("gone", ["target", "value"])
def test_a_case_is_told_though_target_or_value_are_gone_by_now(rule: str, gone: str) -> None:
    with build("as_planned") as marts:
        marts.execute("update marts.fct_kpi_episode set rule = ?", [rule])
        marts.execute(
            f"update marts.fct_kpi_evaluation set {gone} = null "
            "where kpi_id = 'sorter_uptime' and period_start = ?",
            [WEEKS[-1]],
        )
        case = investigate(marts, LEVEL_CASE, as_of=AS_OF)
    assert case.headline.startswith("Sorter uptime (north)")
    plan = case.actions[-1].text
    if rule == "no_data":
        assert plan.startswith("Say why Sorter uptime (north) has no value")
    elif gone == "target":
        assert plan.startswith("Confirm the cause, and have the target approved")
    else:
        assert plan.endswith("is back at 98\u202f%.")


def test_whoever_warned_before_the_breach_is_credited_by_role() -> None:
    with build("as_planned") as marts:
        assert investigate(marts, LEVEL_CASE, as_of=AS_OF).early_warnings == ()
        marts.execute(
            "insert into marts.fct_early_warning select ?, key_result_id, 'automation_lead', "
            "'at_risk', timestamp '2026-06-22 08:00', 'No windows are given.', 14 "
            "from marts.dim_key_result where key_result_id = 'throughput_1500'",
            [LEVEL_CASE],
        )
        (warning,) = investigate(marts, LEVEL_CASE, as_of=AS_OF).early_warnings
    assert warning == (
        "Automation lead declared “1,250 to 1,500 parcels/h” at risk 14 days before the breach: "
        "No windows are given."
    )
