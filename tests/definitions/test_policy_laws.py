"""The prover agrees with looking at everything, for policies nobody would think of writing."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings

from sightline.policy import Policy, State, every_state
from sightline.policy_laws import decided_by, gaps, idle_rules, loosenings
from tests.policies import BANDS, SITUATIONS, fitting, policies, policy_of, total_policies, verdict

LOOSEST_FIRST = ["goal_wins_spend_budget", "goal_wins_proceed", "slow_down", "guardrail_wins"]
STRESS = ("budget", "floor")


def as_written(state: State) -> dict[str, str]:
    return {name: band.value for name, band in state._asdict().items()}


def is_calmer(one: dict[str, str], other: dict[str, str]) -> bool:
    """Whether two situations differ in the guardrail only, and nowhere for the better."""
    return all(
        BANDS[name].index(one[name]) <= BANDS[name].index(other[name])
        if name in STRESS
        else one[name] == other[name]
        for name in BANDS
    )


def gives_way(calm: str | None, worse: str | None) -> bool:
    if "no_verdict" in (calm, worse):
        return calm != worse
    return LOOSEST_FIRST.index(str(worse)) < LOOSEST_FIRST.index(str(calm))


def test_there_are_72_situations() -> None:
    assert [as_written(state) for state in every_state()] == list(SITUATIONS)
    assert len(SITUATIONS) == 72


@settings(max_examples=60, deadline=None)
@given(policies())
def test_a_policy_is_total_exactly_where_some_rule_fits_every_situation(policy: Policy) -> None:
    uncovered = [each for each in SITUATIONS if not fitting(policy, each)]
    assert [as_written(state) for state in gaps(policy)] == uncovered


@settings(max_examples=60, deadline=None)
@given(policies())
def test_exactly_one_rule_decides_each_covered_situation(policy: Policy) -> None:
    firsts = [found[0] for each in SITUATIONS if (found := fitting(policy, each))]
    expected = {rule.rule: firsts.count(index) for index, rule in enumerate(policy.rules)}
    assert decided_by(policy) == expected
    assert sum(expected.values()) + len(gaps(policy)) == len(SITUATIONS)
    assert idle_rules(policy) == tuple(
        index for index in range(len(policy.rules)) if index not in firsts
    )


@settings(max_examples=60, deadline=None)
@given(total_policies())
def test_a_policy_is_monotone_exactly_where_no_pair_of_situations_gives_way(policy: Policy) -> None:
    says = [(each, verdict(policy, each)) for each in SITUATIONS]
    broken = any(
        is_calmer(calm, worse) and gives_way(before, after)
        for (calm, before), (worse, after) in product(says, says)
    )
    assert bool(loosenings(policy)) == broken


@settings(max_examples=60, deadline=None)
@given(total_policies())
def test_every_counter_example_of_monotony_is_one(policy: Policy) -> None:
    for found in loosenings(policy):
        calm, worse = as_written(found.calm), as_written(found.worse)
        assert is_calmer(calm, worse)
        assert gives_way(verdict(policy, calm), verdict(policy, worse))
        assert fitting(policy, worse)[0] == found.rule


@settings(max_examples=60, deadline=None)
@given(policies())
def test_taking_away_an_idle_rule_changes_no_verdict(policy: Policy) -> None:
    idle = idle_rules(policy)
    kept = [rule for index, rule in enumerate(policy.rules) if index not in idle]
    without = policy_of([(rule.when.model_dump(exclude_none=True), rule.verdict) for rule in kept])
    assert [verdict(policy, each) for each in SITUATIONS] == [
        verdict(without, each) for each in SITUATIONS
    ]
