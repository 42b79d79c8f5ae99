"""How sure is sure enough: to ask, to lower a grade, to contest a number."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from scipy.stats import false_discovery_control

from expectations.grading import findings, guard_run, verdicts, weigh
from expectations.guard import Examination, Guard, Kind, Outcome, Suspicion
from expectations.guarded_kpi import GuardedKpi
from expectations.inspection import Inspection
from expectations.judgement import Finding, Grade, Status, Trust, still_holds
from expectations.multiplicity import benjamini_hochberg
from tests.expectations.firm import week

SOME_WEEKS = frozenset(week(number) for number in range(30))
LIFTED = frozenset({week(28), week(29)})


def kpi(kpi_id: str = "sorter_uptime", provenance: str = "pulled") -> GuardedKpi:
    return GuardedKpi(
        kpi_id=kpi_id,
        name=kpi_id,
        direction="higher_is_better",
        provenance=provenance,
        grain="week",
        time_zone="UTC",
        grace_days=7,
        promises=(),
        guards={},
    )


def suspicion(periods: frozenset[date] = LIFTED, scope: str = "north") -> Suspicion:
    return Suspicion(
        scope=scope,
        period_start=None if len(periods) > 1 else min(periods),
        periods=periods,
        place="somewhere",
        observed="this",
        expected="that",
        question="Why?",
        evidence={},
    )


def seen(
    *suspicions: Suspicion, p_value: float | None = None, outcome: Outcome = Outcome.JUDGED
) -> Examination:
    return Examination(
        outcome=outcome,
        n=30,
        detail="seen",
        covered=frozenset(("north", period) for period in SOME_WEEKS),
        p_value=p_value,
        suspicions=suspicions,
    )


def inspection(guard_name: str, kind: Kind, examination: Examination, **changed: Any) -> Inspection:
    guard = Guard(
        kind=kind,
        evidence="",
        part=("scope",),
        minimum=30,
        false_alarm_rate=0.01,
        rate_holds="always",
        innocent_explanations=("a", "b", "c"),
        invisible=("d",),
    )
    made = Inspection(
        kpi=kpi(),
        guard_name=guard_name,
        guard=guard,
        expected=1,
        examinations={"sorter_uptime / north": examination},
        error=None,
    )
    return replace(made, **changed)


def statistic(guard_name: str, p_value: float, **changed: Any) -> Inspection:
    examination = seen(suspicion(), p_value=p_value)
    return inspection(guard_name, Kind.STATISTICAL, examination, **changed)


def fact(**changed: Any) -> Inspection:
    return inspection("fact", Kind.STRUCTURAL, seen(suspicion(frozenset({week(29)}))), **changed)


def graded(
    *inspections: Inspection, number: int = 29, scope: str = "north", of: GuardedKpi | None = None
) -> tuple[Trust, Grade]:
    one = of or kpi()
    keys = [(one.kpi_id, place, week(number)) for place in ("north", "south", "all")]
    rows = verdicts(keys, {one.kpi_id: one}, inspections, weigh(inspections))
    (row,) = [row for row in rows if row.scope == scope]
    return row.verdict, row.grade


def asked(*inspections: Inspection) -> list[Finding]:
    return findings(weigh(inspections))


@pytest.mark.parametrize("seed", range(20))
def test_q_values_are_those_of_scipy(seed: int) -> None:
    generator = random.Random(seed)  # noqa: S311 - repeatable, not secret
    p_values = [generator.random() ** 3 for _ in range(generator.randrange(1, 30))]
    assert benjamini_hochberg(p_values) == pytest.approx(list(false_discovery_control(p_values)))


def test_no_tests_have_no_q_values() -> None:
    assert benjamini_hochberg([]) == []


def test_one_statistical_finding_asks_and_lowers_the_grade_but_does_not_contest() -> None:
    one = statistic("one", 0.002)
    assert graded(one) == (Trust.TRUSTED, Grade.C)
    assert graded(one, number=3) == (Trust.TRUSTED, Grade.A)
    (finding,) = asked(one)
    assert finding.grade is Grade.C
    assert not finding.contests
    assert finding.periods == (week(28), week(29))
    assert finding.period_start is None
    assert finding.evidence["q_value"] == 0.002
    assert finding.false_alarm_rate == 0.01


def test_two_guards_that_ask_about_the_same_number_contest_it() -> None:
    two = (statistic("one", 0.0001), statistic("two", 0.002))
    assert graded(*two) == (Trust.CONTESTED, Grade.D)
    assert {finding.grade for finding in asked(*two)} == {Grade.D}


def test_two_reports_seen_by_one_guard_are_not_two_witnesses() -> None:
    parts = {name: seen(suspicion(), p_value=0.002) for name in ("one.xlsx", "two.xlsx")}
    assert graded(statistic("one", 0.5, examinations=parts)) == (Trust.TRUSTED, Grade.C)


def test_one_structural_fact_contests_its_own_period_and_no_other() -> None:
    assert graded(fact()) == (Trust.CONTESTED, Grade.C)
    assert graded(fact(), number=28) == (Trust.TRUSTED, Grade.A)
    assert graded(fact(), statistic("one", 0.0001)) == (Trust.CONTESTED, Grade.D)


def test_a_roll_up_is_as_good_as_the_worst_of_its_parts() -> None:
    assert graded(fact(), scope="south") == (Trust.TRUSTED, Grade.A)
    assert graded(fact(), scope="all") == (Trust.CONTESTED, Grade.C)
    assert graded(statistic("one", 0.002), scope="all") == (Trust.TRUSTED, Grade.C)


def test_between_one_and_five_percent_is_a_watch_without_a_question() -> None:
    watch = statistic("one", 0.03)
    assert asked(watch) == []
    assert graded(watch) == (Trust.TRUSTED, Grade.B)
    assert graded(statistic("one", 0.06)) == (Trust.TRUSTED, Grade.A)


def test_a_watch_at_two_closes_running_is_a_question() -> None:
    watch = statistic("one", 0.03)
    same = {("sorter_uptime", "one", "sorter_uptime / north")}
    other = {("sorter_uptime", "one", "sorter_uptime / south")}
    (finding,) = findings(weigh([watch], same))
    assert finding.grade is Grade.C
    assert findings(weigh([watch], other)) == []
    assert findings(weigh([statistic("one", 0.06)], same)) == []


def test_one_statistic_far_beyond_chance_is_urgent_and_still_does_not_contest() -> None:
    assert graded(statistic("one", 0.0009)) == (Trust.TRUSTED, Grade.D)
    assert graded(statistic("one", 0.001)) == (Trust.TRUSTED, Grade.C)


def asking_fact() -> Inspection:
    """A fact that asks and contests nothing, such as a hidden row."""
    noted = replace(suspicion(frozenset({week(29)})), contests=False)
    return inspection("fact", Kind.STRUCTURAL, seen(noted))


def test_a_fact_that_only_asks_leaves_the_number_standing_and_joins_a_statistic() -> None:
    assert graded(asking_fact()) == (Trust.TRUSTED, Grade.C)
    assert graded(asking_fact(), statistic("one", 0.002)) == (Trust.TRUSTED, Grade.D)
    assert guard_run(asking_fact(), weigh([asking_fact()]), "hash").severity == "warn"


def test_what_is_asked_of_the_kpi_as_such_shows_in_its_roll_up_only() -> None:
    about_all = replace(suspicion(frozenset({week(29)}), scope="all"), contests=False)
    one = inspection("fact", Kind.STRUCTURAL, seen(about_all))
    assert graded(one, scope="all") == (Trust.TRUSTED, Grade.C)
    assert graded(one, scope="north") == (Trust.TRUSTED, Grade.A)


def test_looking_at_many_kpis_asks_for_stronger_evidence() -> None:
    others = [statistic("one", 0.5, kpi=kpi(f"kpi_{number}")) for number in range(9)]
    assert len(asked(statistic("one", 0.005))) == 1
    assert asked(statistic("one", 0.005), *others) == []
    assert len(asked(statistic("one", 0.0005), *others)) == 1


def test_looking_at_many_parts_of_one_kpi_asks_for_stronger_evidence() -> None:
    parts = {f"part {number}": seen(p_value=0.9) for number in range(5)}
    parts["suspicious"] = seen(suspicion(), p_value=0.005)
    assert asked(statistic("one", 0.5, examinations=parts)) == []


def test_a_typed_number_is_trusted_only_when_a_guard_looked_at_it() -> None:
    typed = kpi(provenance="typed")
    clean = inspection("fact", Kind.STRUCTURAL, seen(), kpi=typed)
    assert graded(clean, of=typed) == (Trust.TRUSTED, Grade.A)
    assert graded(clean, of=typed, scope="south") == (Trust.INSUFFICIENT, Grade.U)
    assert graded(clean, of=typed, scope="all") == (Trust.INSUFFICIENT, Grade.U)
    assert graded(of=typed) == (Trust.INSUFFICIENT, Grade.U)
    for outcome in (Outcome.NOT_APPLICABLE, Outcome.NOT_ENOUGH_DATA):
        idle = inspection("fact", Kind.STRUCTURAL, seen(outcome=outcome), kpi=typed)
        assert graded(idle, of=typed) == (Trust.INSUFFICIENT, Grade.U)


def test_a_pulled_number_with_too_little_history_is_trusted_but_not_graded() -> None:
    short = inspection("one", Kind.STATISTICAL, seen(outcome=Outcome.NOT_ENOUGH_DATA))
    assert graded(short) == (Trust.TRUSTED, Grade.U)
    assert graded() == (Trust.TRUSTED, Grade.A)


def test_a_guard_that_broke_vouches_for_nothing_and_concludes_nothing() -> None:
    broken = statistic("one", 0.0001, error="boom")
    assert asked(broken) == []
    assert graded(broken) == (Trust.INSUFFICIENT, Grade.U)
    assert graded(broken, fact()) == (Trust.CONTESTED, Grade.C)


@pytest.mark.parametrize(
    ("one", "status", "passed", "severity"),
    [
        (statistic("one", 0.5), Status.PASSED, True, "warn"),
        (statistic("one", 0.0001), Status.FINDING, False, "warn"),
        (fact(), Status.FINDING, False, "error"),
        (fact(error="boom"), Status.ERROR, False, "error"),
        (
            inspection("fact", Kind.STRUCTURAL, seen(outcome=Outcome.NOT_APPLICABLE)),
            Status.NOT_APPLICABLE,
            False,
            "warn",
        ),
        (
            inspection("fact", Kind.STRUCTURAL, seen(outcome=Outcome.NOT_ENOUGH_DATA)),
            Status.NOT_ENOUGH_DATA,
            False,
            "warn",
        ),
    ],
)
def test_only_a_run_that_judged_and_asks_nothing_is_a_pass(
    one: Inspection, status: Status, passed: bool, severity: str
) -> None:
    run = guard_run(one, weigh([one]), "hash")
    assert (run.status, run.passed, run.severity) == (status, passed, severity)
    assert run.description.startswith(status.value.replace("_", " "))


def test_a_part_short_of_data_keeps_the_run_from_passing() -> None:
    parts = {"north": seen(), "south": seen(outcome=Outcome.NOT_ENOUGH_DATA)}
    one = inspection("fact", Kind.STRUCTURAL, seen(), examinations=parts)
    assert guard_run(one, weigh([one]), "hash").status is Status.NOT_ENOUGH_DATA


def test_a_judgement_over_nothing_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="compared and covered something"):
        Examination(outcome=Outcome.JUDGED, n=0, detail="")
    with pytest.raises(ValueError, match="must name the periods"):
        suspicion(frozenset({week(1)})).__class__(
            scope="north",
            period_start=None,
            periods=frozenset(),
            place="",
            observed="",
            expected="",
            question="",
            evidence={},
        )


def test_a_landed_judgement_holds_while_its_inputs_do_and_nothing_broke() -> None:
    rows = [{"input_hash": "a", "status": "passed"}, {"input_hash": "a", "status": "finding"}]
    assert still_holds(rows, "a")
    assert not still_holds(rows, "b")
    assert not still_holds([], "a")
    assert not still_holds([*rows, {"input_hash": "a", "status": "error"}], "a")
