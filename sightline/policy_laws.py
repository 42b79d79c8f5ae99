"""What must be true of a policy's rules, decided by looking at every situation there is.

Nothing is sampled: a policy can meet 72 situations, and each of them is looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from sightline.policy import Budget, Floor, Policy, State, Verdict, every_state

# From loosest to strictest. `no_verdict` stands apart: only doubt about the data may lead there.
STRICTNESS = (
    Verdict.GOAL_WINS_SPEND_BUDGET,
    Verdict.GOAL_WINS_PROCEED,
    Verdict.SLOW_DOWN,
    Verdict.GUARDRAIL_WINS,
)


class Loosening(NamedTuple):
    """A rule that gives way when the guardrail gets worse, and the two situations that show it.

    `rule` is the index of the rule that decides the worse situation.
    """

    rule: int
    calm: State
    worse: State


def gaps(policy: Policy) -> tuple[State, ...]:
    """The situations that no rule is for: a total policy has none."""
    return tuple(state for state in every_state() if policy.rule_for(state) is None)


def decided_by(policy: Policy) -> dict[str, int]:
    """Rule → in how many of the 72 situations it decides, in the order written; 0 is idle.

    The numbers add up to 72 where each situation has exactly one deciding rule.
    """
    winners = Counter(rule.rule for state in every_state() if (rule := policy.rule_for(state)))
    return {rule.rule: winners[rule.rule] for rule in policy.rules}


def idle_rules(policy: Policy) -> tuple[int, ...]:
    """Index of every rule that decides in no situation."""
    winners = {id(policy.rule_for(state)) for state in every_state()}
    return tuple(index for index, rule in enumerate(policy.rules) if id(rule) not in winners)


def loosenings(policy: Policy) -> tuple[Loosening, ...]:
    """Every rule that breaks monotony, once, with the first pair of situations that shows it.

    Comparing neighbours is enough: a policy without a gap that never loosens in one step of budget
    or floor never loosens in several. What a gap leaves open is not compared.
    """
    found: dict[int, Loosening] = {}
    for calm in every_state():
        for worse in _one_step_worse(calm):
            before, after = policy.rule_for(calm), policy.rule_for(worse)
            if before and after and loosens(before.verdict, after.verdict):
                index = next(i for i, rule in enumerate(policy.rules) if rule is after)
                found.setdefault(index, Loosening(index, calm, worse))
    return tuple(found[index] for index in sorted(found))


def loosens(calm: Verdict, worse: Verdict) -> bool:
    """Whether the verdict of a worse situation asks for less than that of a calmer one."""
    if Verdict.NO_VERDICT in (calm, worse):
        return calm is not worse
    return STRICTNESS.index(worse) < STRICTNESS.index(calm)


def _one_step_worse(state: State) -> Iterator[State]:
    if state.budget is Budget.AMPLE:
        yield state._replace(budget=Budget.LOW)
    if state.budget is Budget.LOW:
        yield state._replace(budget=Budget.SPENT)
    if state.floor is Floor.ABOVE:
        yield state._replace(floor=Floor.BELOW)
