"""A case also says what else changed, what is noise, what moved first, and what helped before."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from sightline.audit_case import AuditCase
from sightline.investigation import investigate
from sightline.investigation.arithmetic import Reading, change_since
from sightline.investigation.decomposition import concentration, decompose
from tests.audits.northline_marts import AS_OF, LEVEL_CASE, WEEKS, build


def investigated(*statements: str) -> AuditCase:
    with build("as_planned") as marts:
        for statement in statements:
            marts.execute(statement)
        case = investigate(marts, LEVEL_CASE, as_of=AS_OF)
        assert investigate(marts, LEVEL_CASE, as_of=AS_OF).canonical_bytes() == (
            case.canonical_bytes()
        )
        return case


def coincidences(case: AuditCase) -> list[str]:
    return [cause.text for cause in case.causes if cause.kind == "coincidence"]


def change(
    kind: str, definition: str, seen: str, field: str = "fire", old: str = "2", new: str = "3"
) -> str:
    return (
        f"insert into marts.fct_definition_change values ('{kind}', '{definition}', '{field}', "
        f"'changed', '{old}', '{new}', '{seen}', 'a/file.yml', 'someone', true)"
    )


def test_an_edited_model_appears_on_the_case_and_on_those_it_drives() -> None:
    case = investigated(
        change("formula", "sorter_uptime", "2026-07-01"),
        change("formula", "unplanned_downtime", "2026-07-02"),
        change("formula", "damage_rate", "2026-07-02"),
    )
    told = [text for text in coincidences(case) if "SQL" in text]
    assert told == [
        "On 2026-07-01 the SQL behind Sorter uptime changed (a/file.yml).",
        "On 2026-07-02 the SQL behind Unplanned downtime changed (a/file.yml).",
    ]


@pytest.mark.parametrize(
    ("seen", "is_told"),
    [("2026-05-31", False), ("2026-06-01", True), ("2026-10-26", True), ("2026-10-27", False)],
)
def test_a_changed_definition_is_told_within_its_window(seen: str, is_told: bool) -> None:
    told = coincidences(investigated(change("kpi", "sorter_uptime", seen)))
    sentence = "fire of Sorter uptime was changed in a/file.yml, by someone, which asks less."
    assert (f"On {seen} {sentence}" in told) is is_told


def test_a_target_that_was_edited_where_it_stands_is_told_with_both_numbers() -> None:
    edited = change("kpi_target", "sorter_uptime/2025-04-28", "2026-07-01", "target", "98", "97.5")
    assert (
        "On 2026-07-01 target of Sorter uptime in force since 2025-04-28 was changed "
        "from 98\u202f% to 97.5\u202f% in a/file.yml, by someone, which asks less."
    ) in coincidences(investigated(edited))


def test_an_edit_of_the_policy_that_guards_the_kpi_is_told_and_of_no_other() -> None:
    edits = [
        change("policy", policy, "2026-07-01", "planned_allowance", "1", "2")
        for policy in ("throughput_over_uptime", "another_policy")
    ]
    told = [text for text in coincidences(investigated(*edits)) if "a/file.yml" in text]
    assert told == [
        (
            "On 2026-07-01 planned allowance of the policy “Throughput outranks sorter uptime, "
            "within an allowance” was changed in a/file.yml, by someone, which asks less."
        )
    ]


@pytest.mark.parametrize(("weeks", "which"), [(1, "week of 2026-06-29"), (2, "weeks of ")])
def test_one_value_that_moved_is_of_one_week(weeks: int, which: str) -> None:
    case = investigated(
        "insert into marts.fct_restatement select 'sorter_uptime', 'north', "
        "date '2026-06-29' + cast(range * 7 as integer), 2, '2026-08-01', 'manual', 'material' "
        f"from range({weeks})"
    )
    (told,) = [text for text in coincidences(case) if "published" in text]
    assert f"({which}" in told


def test_the_source_rows_behind_a_moved_value_are_told_with_who_changed_them() -> None:
    case = investigated(
        "insert into marts.fct_restatement select 'sorter_uptime', 'north', "
        "date '2026-06-29' + cast(range * 7 as integer), 2, '2026-08-01', 'event', 'material' "
        "from range(2)",
        "insert into marts.fct_restated_row select 'sorter_uptime', scope, period, 2, "
        "of, row_key, place, 'changed', changed_by, timestamp '2026-07-31 15:10:00' "
        "from (values "
        "('north', date '2026-06-29', 'downtime', '1', null, '17'), "
        "('north', '2026-07-06', 'downtime', '2', null, '17'), "
        "('north', '2026-07-06', 'shifts', '2', 'shifts.xlsx Plan!C14', 'mia'), "
        "('south', '2026-07-06', 'downtime', '3', null, '11')"
        ") as edited (scope, period, of, row_key, place, changed_by)",
    )
    (told,) = [text for text in coincidences(case) if "published" in text]
    assert (
        "(weeks of 2026-06-29 and 2026-07-06: "
        "2 rows of downtime changed by user 17 of the source and "
        "1 row of shifts changed: shifts.xlsx Plan!C14, last saved by mia on 2026-07-31)"
    ) in told


def test_values_that_moved_after_publication_are_told_once_a_day_and_class() -> None:
    case = investigated(
        "insert into marts.fct_restatement select 'sorter_uptime', 'north', "
        "date '2026-06-29' + cast(range * 7 as integer), 2, '2026-08-01', 'manual', 'material' "
        "from range(5)",
        "insert into marts.fct_restatement values "
        "('sorter_uptime', 'north', '2026-06-29', 3, '2026-08-01', 'event', 'immaterial')",
    )
    told = [text for text in coincidences(case) if "published" in text]
    assert told == [
        (
            "On 2026-08-01 5 published values moved because a typed value was changed after "
            "publication (weeks of 2026-06-29, 2026-07-06 and 2026-07-13 and 2 more)."
        )
    ]


def moved(issue: str, kind: str, field: str, day: str, *told: str | None, labels: str = "") -> str:
    before, after = ("null" if value is None else f"'{value}'" for value in told)
    return (
        f"insert into marts.fct_tracker_change values ('{issue}', '{kind}', 'Do {issue}', "
        f"'[{labels}]', '{field}', '{day} 15:00:00', {before}, {after})"
    )


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (("2026-08-02", "2026-09-13"), "was put off from 2026-08-02 to 2026-09-13"),
        (("2026-08-02", "2026-07-26"), "was brought forward from 2026-08-02 to 2026-07-26"),
        ((None, "2026-07-26"), "was given the due date 2026-07-26"),
        (("2026-08-02", None), "lost its due date, 2026-08-02"),
    ],
)
def test_a_date_that_moved_in_the_tracker_stands_among_what_else_changed(
    told: tuple[str | None, str | None], sentence: str
) -> None:
    case = investigated(moved("AUT-4", "Milestone", "due_date", "2026-06-20", *told))
    assert f"On 2026-06-20 AUT-4 “Do AUT-4” {sentence}." in coincidences(case)


def test_of_many_events_in_the_tracker_promises_are_named_and_the_rest_is_counted() -> None:
    weekly = [
        moved(f"AUT-{week}", "Work package", "status", f"2026-07-{week}", "To Do", "Done")
        for week in range(10, 20)
    ]
    elsewhere = [("AUT-71", "south"), ("AUT-72", "east"), ("AUT-73", "north")]
    case = investigated(
        "insert into marts.fct_kpi_evaluation (kpi_id, scope, period_start, is_closed) "
        "values ('sorter_uptime', 'south', '2026-07-06', true)",
        moved("AUT-2", "Milestone", "status", "2026-05-31", "To Do", "Done"),
        *weekly,
        *(
            moved(key, "Milestone", "status", "2026-08-01", "Open", "Done", labels=f'"site:{site}"')
            for key, site in elsewhere
        ),
    )
    told = [text for text in coincidences(case) if "AUT" in text or "tracker" in text]
    assert told == [
        "On 2026-07-10 AUT-10 “Do AUT-10” went from To Do to Done.",
        "On 2026-07-11 AUT-11 “Do AUT-11” went from To Do to Done.",
        "On 2026-07-12 AUT-12 “Do AUT-12” went from To Do to Done.",
        "On 2026-08-01 AUT-72 “Do AUT-72” went from Open to Done.",
        "On 2026-08-01 AUT-73 “Do AUT-73” went from Open to Done.",
        "Between 2026-07-10 and 2026-08-01 the project tracker had 7 smaller changes.",
    ]


def upstream_of(factor: str, where: str) -> str:
    """What is said of unplanned downtime, which was so many times as large in these weeks."""
    case = investigated(
        f"update marts.fct_kpi_value set numerator = numerator * {factor} "
        f"where kpi_id = 'unplanned_downtime' and period_start {where} '2026-06-22'",
        "insert into marts.fct_kpi_value select kpi_id, scope, period_start - 56, numerator, "
        "denominator, value, true, '' from marts.fct_kpi_value where kpi_id = 'unplanned_downtime' "
        "and period_start between '2026-04-27' and '2026-06-15'",
        "insert into marts.fct_kpi_evaluation (kpi_id, scope, period_start, value, is_closed) "
        "select kpi_id, scope, period_start, value, true from marts.fct_kpi_value "
        "where kpi_id = 'unplanned_downtime' and period_start < '2026-04-27'",
    )
    (told,) = [cause.text for cause in case.causes if "Upstream" in cause.text]
    return told


def test_a_driver_that_moved_first_says_how_long_before() -> None:
    assert upstream_of("3", ">=").endswith("beyond chance; it moved 1 week before.")


def test_a_driver_that_left_chance_for_a_week_and_came_back_is_not_said_to_have_moved() -> None:
    told = upstream_of("1.4", "=")
    assert told.endswith("within chance as a whole; it was beyond it 1 week before.")


def test_what_helped_before_stands_on_the_case() -> None:
    case = investigated(
        "insert into marts.fct_audit_case values "
        "('sorter_uptime.south.level.2026-01-05', 'sorter_uptime', 'south', '2026-03-01', "
        "'supplier', 'another supplier', 'closed'), "
        "('sorter_uptime.north.level.2025-11-03', 'sorter_uptime', 'north', '2026-01-20', "
        "'staffing', 'a second shift', 'closed'), "
        "('sorter_uptime.north.level.2025-06-02', 'sorter_uptime', 'north', '2026-02-20', "
        "'staffing', 'a talk', 'reopened'), "
        "('sorter_uptime.north.level.2026-11-02', 'sorter_uptime', 'north', '2026-12-01', "
        "'demand', 'known only later', 'closed')"
    )
    assert [past.what_helped for past in case.similar] == ["a second shift", "another supplier"]


# Chance


def uptime_of(*values: float) -> str:
    """Sorter uptime, the weeks in order; the last one is judged."""
    cases = " ".join(
        f"when period_start = '{week}' then {value}"
        for week, value in zip(WEEKS[-len(values) :], values, strict=True)
    )
    return (
        f"update marts.fct_kpi_value set numerator = denominator * case {cases} else 98.1 end "
        "where kpi_id = 'sorter_uptime'"
    )


NOISE = (98.0, 98.4, 97.9, 98.3, 98.1, 98.5, 97.9, 98.2, 98.4, 98.0, 98.3)


@pytest.mark.parametrize(
    ("latest", "verdict"), [(97.9, "a common cause, within"), (96.9, "a special cause, outside")]
)
def test_noise_near_the_target_is_a_common_cause_and_a_fall_a_special_one(
    latest: float, verdict: str
) -> None:
    case = investigated(
        f"update marts.fct_kpi_episode set opened_period = '{WEEKS[-1]}'",
        f"update marts.fct_kpi_evaluation set is_beyond_target = period_start = '{WEEKS[-1]}'",
        uptime_of(*NOISE, latest),
    )
    (said,) = [cause.text for cause in case.causes if "XmR" in cause.text]
    assert f"is {verdict} what chance gave in the 25 weeks before" in said
    limits = case.natural_limits
    assert limits is not None
    assert (limits.low < latest < limits.high) is ("common" in verdict)
    assert f"{limits.low:.2f}\u202f% to {limits.high:.2f}\u202f%" in said


def test_too_few_weeks_before_the_episode_have_no_natural_limits() -> None:
    case = investigated(f"delete from marts.fct_kpi_value where period_start < '{WEEKS[2]}'")
    assert case.natural_limits is None


@pytest.mark.parametrize(("before", "is_told"), [("0.204", False), ("0.206", True)])
def test_a_driver_that_reads_the_same_before_and_after_is_not_listed(
    before: str, is_told: bool
) -> None:
    case = investigated(
        "update marts.fct_kpi_value set denominator = 1, numerator = "
        f"case when period_start < '2026-06-29' then {before} else 0.2 end "
        "where kpi_id = 'unplanned_downtime'",
    )
    assert any("Upstream" in cause.text for cause in case.causes) is is_told


# Drill-down


def test_the_planted_line_comes_first_and_a_rare_one_that_only_jitters_does_not() -> None:
    weeks = [WEEKS[0] + timedelta(weeks=week) for week in range(9)]
    rare = [0, 40, 0, 0, 45, 0, 0, 30, 44]  # minutes lost: seldom, and then many
    parts: dict[date, dict[str, Decimal]] = {}
    readings = []
    for week, start in enumerate(weeks):
        lost = {"line 1": 10 + week % 2, "line 2": 10 if week < 8 else 34, "line 9": rare[week]}
        parts[start] = {line: Decimal(-minutes) for line, minutes in lost.items()}
        readings.append(Reading(start, Decimal(-sum(lost.values())), Decimal(1000)))
    whole = change_since(readings, weeks[8])
    assert whole is not None
    split = decompose(whole, "sorter", parts)
    assert split is not None
    assert split.parts[0].label == "line 2"
    noise = {part.label: part.noise for part in split.parts}
    assert (noise["line 2"], noise["line 9"]) == ("beyond", "within")
    assert abs(split.residual) < Decimal("1e-9")
    assert 0 < concentration(split) < 1
