"""Differences between report and record that favour the target are asked about; slips are not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from benchmarks.guards.families import FAMILIES
from benchmarks.guards.injector import BARS, polish_report
from benchmarks.guards.simulator import honest
from expectations.guard import Outcome
from expectations.guards.reported_matches_recomputed import GUARD, examine, measured_resolution
from expectations.multiplicity import QUESTION_LEVEL
from tests.expectations.firm import week

TARGET = 98.0


def report(
    recomputed: Any, reported: Any, *, target: float | None = TARGET, floor: float | None = None
) -> list[dict[str, Any]]:
    """Rows as the judge hands them over, one a week."""
    return [
        {
            "kpi_name": "Sorter uptime",
            "scope": "north",
            "period_start": week(number),
            "direction": "higher_is_better",
            "value": None if value is None else Decimal(str(round(value, 6))),
            "reported_value": None if figure is None else Decimal(str(round(figure, 6))),
            "target": None if target is None else Decimal(str(target)),
            "floor": None if floor is None else Decimal(str(floor)),
            "file": "uptime_log.xlsx",
            "cell": f"C{number + 2}",
        }
        for number, (value, figure) in enumerate(zip(recomputed, reported, strict=True))
    ]


def honest_series(generator: np.random.Generator, n: int) -> np.ndarray:
    """A percentage with autocorrelation, now and then a trend or a level shift, near its target."""
    noise = generator.normal(0, 0.35, n)
    walk = np.zeros(n)
    for i in range(1, n):
        walk[i] = 0.4 * walk[i - 1] + noise[i]
    trend = np.linspace(0, generator.normal(0, 0.6), n)
    shift = np.where(np.arange(n) > generator.integers(n // 4, n), generator.normal(0, 0.5), 0)
    return TARGET + 0.2 + walk + trend + shift


def honest_report(generator: np.random.Generator, values: np.ndarray, step: float) -> np.ndarray:
    """Rounded, with slips on random weeks: mistyped figures, late bookings either way."""
    slips = np.where(generator.random(len(values)) < generator.uniform(0, 0.2), 1, 0)
    sizes = generator.normal(0, generator.choice([0.3, 0.8, 3.0]), len(values))
    return np.round((values + slips * sizes) / step) * step


def test_polished_weeks_are_asked_about_with_both_figures_of_each_cell() -> None:
    values = [98.6 + 0.01 * (i % 7) for i in range(61)] + [
        97.31 + 0.01 * (i % 9) for i in range(17)
    ]
    figures = [round(v, 1) for v in values[:70]] + [98.0, 98.1, 98.3, 98.0, 98.2, 98.1, 98.0, 98.1]
    examination = examine(report(values, figures))
    (suspicion,) = examination.suspicions
    assert examination.p_value is not None
    assert examination.p_value < 0.001
    assert examination.unexpected_count == 8
    assert suspicion.period_start is None
    assert suspicion.periods == {week(number) for number in range(70, 78)}
    assert suspicion.evidence["rows"][0] == {
        "period_start": week(70),
        "reported": Decimal("98.0"),
        "recomputed": Decimal("97.31"),
        "target": Decimal("98.0"),
        "floor": None,
        "file": "uptime_log.xlsx",
        "cell": "C72",
    }
    assert suspicion.observed.startswith("8 of 78 reported figures reach the target or floor")
    assert suspicion.question.endswith("What were they based on?")


def test_rounding_to_the_reports_own_resolution_is_no_difference() -> None:
    values = honest_series(np.random.default_rng(3), 90)
    for step in (0.1, 0.2, 0.25, 0.5):
        examination = examine(report(values, np.round(values / step) * step))
        assert examination.unexpected_count == 0, step
        assert examination.p_value == 1.0


def test_rounding_to_the_better_side_is_asked_about_and_to_the_worse_is_not() -> None:
    values = honest_series(np.random.default_rng(4), 90)
    up, down = np.ceil(values / 0.5) * 0.5, np.floor(values / 0.5) * 0.5
    (suspicion,) = examine(report(values, up), resolution=Decimal("0.5")).suspicions
    nearer_below = (values / 0.5) % 1 < 0.5
    assert suspicion.periods == {week(number) for number in range(90) if nearer_below[number]}
    assert suspicion.question.endswith("By what rule are they rounded?")
    assert examine(report(values, down), resolution=Decimal("0.5")).suspicions == ()
    assert examine(report(values, down), resolution=Decimal("0.5")).p_value == 1.0


def test_a_few_figures_rounded_the_wrong_way_are_slips() -> None:
    values = honest_series(np.random.default_rng(5), 90)
    figures = np.round(values / 0.5) * 0.5
    figures[:14] = np.where(
        values[:14] % 0.5 < 0.25, np.ceil(values[:14] / 0.5) * 0.5, figures[:14]
    )
    assert 0 < (values[:14] % 0.5 < 0.25).sum() < 10
    assert examine(report(values, figures), resolution=Decimal("0.5")).suspicions == ()


def test_a_report_lifted_to_exactly_the_target_counts_as_reaching_it() -> None:
    values = [98.5 + 0.01 * (i % 9) for i in range(60)] + [97.353] * 12
    figures = [round(v, 1) for v in values[:64]] + [98.0] * 8
    (suspicion,) = examine(report(values, figures), resolution=Decimal("0.1")).suspicions
    assert len(suspicion.evidence["rows"]) == 8


def test_lower_is_better_turns_the_question_round() -> None:
    values = [0.30 + 0.002 * (i % 9) for i in range(50)] + [0.47] * 14
    figures = [round(v, 2) for v in values[:54]] + [0.39] * 10
    rows = [row | {"direction": "lower_is_better"} for row in report(values, figures, target=0.4)]
    (suspicion,) = examine(rows, resolution=Decimal("0.01")).suspicions
    assert len(suspicion.periods) == 10
    worse = [row | {"direction": "higher_is_better"} for row in rows]
    assert examine(worse, resolution=Decimal("0.01")).suspicions == ()


def test_lifting_over_the_hard_floor_is_seen_although_the_target_stays_missed() -> None:
    values = [97.2 + 0.01 * (i % 9) for i in range(60)] + [96.1] * 12
    figures = [round(v, 1) for v in values[:62]] + [96.7] * 10
    rows = report(values, figures, floor=96.5)
    (suspicion,) = examine(rows, resolution=Decimal("0.1")).suspicions
    assert len(suspicion.periods) == 10
    assert examine(report(values, figures), resolution=Decimal("0.1")).suspicions == ()


def test_slips_that_hurt_as_often_as_they_help_are_left_alone() -> None:
    values = [98.4 if i % 2 else 97.6 for i in range(60)]
    figures = list(values)
    figures[10:14] = [98.4, 97.6, 98.4, 97.6]
    examination = examine(report(values, figures), resolution=Decimal("0.1"))
    assert examination.unexpected_count == 4
    assert examination.suspicions == ()


def test_the_order_of_the_rows_does_not_change_the_answer() -> None:
    generator = np.random.default_rng(8)
    values = honest_series(generator, 60)
    rows = report(values, honest_report(generator, values, 0.1))
    assert examine(rows) == examine(rows[::-1])


def test_under_thirty_comparable_weeks_it_says_so() -> None:
    values = [97.0] * 29 + [None, float("nan")]
    rows = report([97.0] * 29 + [None] * 2, [98.1] * 31)
    rows[30]["value"] = Decimal("NaN")
    examination = examine(rows)
    assert len(values) == len(rows)
    assert examination.outcome is Outcome.NOT_ENOUGH_DATA
    assert examination.n == 29
    assert examination.suspicions == ()


def test_without_a_target_there_is_nothing_to_favour() -> None:
    rows = report([97.0] * 40, [98.1] * 40, target=None)
    assert examine(rows).outcome is Outcome.NOT_APPLICABLE


def test_two_figures_of_one_week_are_an_error_and_nobody_takes_the_first() -> None:
    rows = report([97.0] * 40, [98.1] * 40)
    with pytest.raises(ValueError, match="two figures for one period"):
        examine([*rows, rows[0]])


@pytest.mark.parametrize(
    ("figures", "step"),
    [
        (["98.1", "97.3", "98.4", "98.0", "97.9", "98.7"], "0.1"),
        (["98.5", "97.0", "96.5", "99.0", "95.5", "98.0"], "0.5"),
        (["98.25", "97.50", "96.75", "99.00", "95.25"], "0.25"),
        (["1200", "1450", "1350", "1300", "1250"], "50"),
    ],
)
def test_the_resolution_is_the_step_the_figures_are_on(figures: list[str], step: str) -> None:
    assert measured_resolution([Decimal(figure) for figure in figures]) == Decimal(step)


def test_the_resolution_of_a_report_with_few_distinct_figures_is_not_guessed() -> None:
    values = honest_series(np.random.default_rng(3), 60)
    halves = [98.5 if value >= 98.25 else 98.0 for value in values]
    assert measured_resolution([Decimal(str(figure)) for figure in halves]) is None
    examination = examine(report(values, halves))
    assert examination.outcome is Outcome.NOT_ENOUGH_DATA
    assert "declare `resolution`" in examination.detail
    declared = examine(report(values, halves), resolution=Decimal("0.5"))
    assert declared.outcome is Outcome.JUDGED


def test_one_figure_with_more_digits_does_not_set_the_resolution() -> None:
    figures = [Decimal(f"97.{i}") for i in range(10)] + [Decimal("98.1357")]
    assert measured_resolution(figures) == Decimal("0.1")


@pytest.fixture
def fewer_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enough to place a p-value beside 0.01, which is all a simulation needs."""
    monkeypatch.setattr("expectations.signals.crossing.MOST_DRAWS", 1_999)


def asks(rows: list[dict[str, Any]]) -> bool | None:
    """Would the report, alone in its portfolio, be asked about? None when it was not judged."""
    examination = examine(rows)
    if examination.p_value is None:
        return None
    return bool(examination.suspicions) and examination.p_value < QUESTION_LEVEL


@pytest.mark.usefixtures("fewer_draws")
@pytest.mark.parametrize(("n", "trials"), [(30, 400), (90, 400), (365, 150)])
def test_honest_reports_are_asked_about_no_more_often_than_stated(n: int, trials: int) -> None:
    answers = []
    for seed in range(trials):
        generator = np.random.default_rng([n, seed])
        values = honest_series(generator, n)
        step = float(generator.choice([0.1, 0.25, 0.5]))
        answers.append(asks(report(values, honest_report(generator, values, step), floor=96.5)))
    judged = [answer for answer in answers if answer is not None]
    assert len(judged) > 0.8 * trials
    assert sum(judged) / len(judged) <= GUARD.false_alarm_rate


@pytest.mark.usefixtures("fewer_draws")
def test_late_bookings_are_asked_about_far_more_often_as_the_guard_itself_says() -> None:
    answers = []
    for seed in range(100):
        generator = np.random.default_rng([78, seed, 7])
        known_when_reported = honest_series(generator, 78)
        booked_late = np.where(generator.random(78) < 0.2, generator.exponential(0.8, 78), 0)
        figures = np.round(known_when_reported, 1)
        answers.append(asks(report(known_when_reported - booked_late, figures)))
    assert sum(map(bool, answers)) / len(answers) > 10 * GUARD.false_alarm_rate
    assert "booked after the report was written" in GUARD.rate_holds
    assert "booked" in GUARD.innocent_explanations[0]


@pytest.mark.usefixtures("fewer_draws")
def test_a_quarter_of_the_near_misses_lifted_is_found_at_ninety_periods() -> None:
    (bar,) = (bar for bar in BARS if bar.inject is polish_report)
    answers = []
    for seed in range(100):
        honest_kpi = honest(list(FAMILIES)[seed % len(FAMILIES)], bar.periods, seed)
        kpi = polish_report(honest_kpi, bar.strength, np.random.default_rng(seed))
        direction = "higher_is_better" if kpi.terms.higher_is_better else "lower_is_better"
        rows = report(kpi.series.values, kpi.side.reported, target=kpi.terms.target)
        answers.append(asks([row | {"direction": direction} for row in rows]))
    assert sum(map(bool, answers)) / len(answers) >= bar.least
