"""A replay is told in one sentence and one table, counted from the verdicts and nothing else."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from sightline.policy import Verdict
from sightline.policy_backtest import Backtest, Period

SHORT = {
    "p": Verdict.GOAL_WINS_PROCEED,
    "s": Verdict.SLOW_DOWN,
    "g": Verdict.GUARDRAIL_WINS,
    "b": Verdict.GOAL_WINS_SPEND_BUDGET,
    "n": Verdict.NO_VERDICT,
}


def replayed(verdicts: str, in_force: str = "") -> Backtest:
    """One letter a week; a blank in `in_force` is a week without a policy."""
    periods = []
    for week, (letter, before) in enumerate(
        zip(verdicts, in_force.ljust(len(verdicts)), strict=True)
    ):
        decided = SHORT.get(before)
        periods.append(
            Period(
                date(2026, 6, 29) + timedelta(weeks=week),
                *("trusted", "above", Decimal("0.883333333"), "low", "behind", None, None),
                verdict=SHORT[letter],
                rule=f"rule_{letter}",
                in_force_policy=decided and "now",
                in_force_verdict=decided,
                in_force_rule=decided and f"rule_{before}",
            )
        )
    return Backtest("draft", tuple(periods))


def test_the_outcome_is_one_sentence() -> None:
    told = replayed("psspgggpsg").text().splitlines()[0]
    assert told == (
        "draft over 10 weeks, 2026-06-29 to 2026-08-31: it would have fired 4 times, "
        "frozen the work for 4 weeks and slowed the work for 3 weeks."
    )


def test_a_policy_that_lets_the_work_go_on_never_fired() -> None:
    assert "it would have never fired." in replayed("ppp").text()
    assert "never fired and given no verdict for 1 week." in replayed("pnp").text()


def test_the_weeks_another_policy_decided_otherwise_are_counted() -> None:
    backtest = replayed("ppssgg", "  pppg")
    assert [period.period_start for period in backtest.differences] == [
        date(2026, 7, 13),
        date(2026, 7, 20),
        date(2026, 7, 27),
    ]
    assert "The policy in force decided 3 weeks of 4 otherwise." in backtest.text()
    assert "No policy was in force" in replayed("ps").text()
    assert "It decides all 2 weeks as the policy in force did." in replayed("ps", "ps").text()


def test_the_table_has_a_line_for_each_stretch_without_a_change() -> None:
    lines = replayed("ppssgg", "ppppgg").text().splitlines()[4:]
    assert [line.split()[:4] for line in lines] == [
        ["2026-06-29", "2", "88.3", "%"],
        ["2026-07-13", "2", "88.3", "%"],
        ["2026-07-27", "2", "88.3", "%"],
    ]
    assert "trusted above low behind ?" in lines[0]


@given(st.text(alphabet="psgbn", min_size=1, max_size=40), st.text(alphabet="psgbn ", max_size=40))
def test_every_week_is_counted_once(verdicts: str, in_force: str) -> None:
    backtest = replayed(verdicts, in_force[: len(verdicts)])
    assert backtest.verdicts.total() == len(verdicts)
    assert [week for stretch in backtest.stretches for week in stretch] == list(backtest.periods)
    asking = sum(backtest.verdicts[SHORT[letter]] for letter in "sgb")
    assert (backtest.firings == 0) == (asking == 0)
    assert backtest.firings <= asking
