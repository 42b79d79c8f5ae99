"""A policy becomes looser when the guardrail gets worse.

Reason to flag: burning more of the budget, or falling below the floor, would buy more freedom to
burn.
How to remedy: order the rules so that more burn never gives a looser verdict.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding
from sightline.policy import Budget, Floor, Policy, State, Verdict, every_state

# From loosest to strictest. `no_verdict` stands apart: only doubt about the data may lead there.
_STRICTNESS = (
    Verdict.GOAL_WINS_SPEND_BUDGET,
    Verdict.GOAL_WINS_PROCEED,
    Verdict.SLOW_DOWN,
    Verdict.GUARDRAIL_WINS,
)


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every rule that gives a looser verdict than applies in the next calmer situation."""
    for policy, at in walk.policies(catalog):
        for index, (calm, worse) in sorted(_first_offence(policy).items()):
            yield Finding(
                at("rules", index, "verdict"),
                "policy_loosens_under_stress",
                f"{policy.rules[index].rule!r} gives {policy.rules[index].verdict} at budget "
                f"{worse.budget}, floor {worse.floor}; at budget {calm.budget}, floor "
                f"{calm.floor} the stricter {_verdict(policy, calm)} applies",
                "move the stricter rules up, or make this verdict at least as strict",
            )


def _first_offence(policy: Policy) -> dict[int, tuple[State, State]]:
    """Index of the offending rule → the first pair of situations, calmer and worse, showing it."""
    offences: dict[int, tuple[State, State]] = {}
    for calm in every_state():
        for worse in _one_step_worse(calm):
            if _loosens(_verdict(policy, calm), _verdict(policy, worse)):
                winner = policy.rule_for(worse)
                index = next(i for i, rule in enumerate(policy.rules) if rule is winner)
                offences.setdefault(index, (calm, worse))
    return offences


def _one_step_worse(state: State) -> Iterator[State]:
    if state.budget is Budget.AMPLE:
        yield state._replace(budget=Budget.LOW)
    if state.budget is Budget.LOW:
        yield state._replace(budget=Budget.SPENT)
    if state.floor is Floor.ABOVE:
        yield state._replace(floor=Floor.BELOW)


def _verdict(policy: Policy, state: State) -> Verdict | None:
    rule = policy.rule_for(state)
    return rule.verdict if rule else None


def _loosens(calm: Verdict | None, worse: Verdict | None) -> bool:
    if calm is None or worse is None:
        return False  # told by policy_has_a_gap
    if Verdict.NO_VERDICT in (calm, worse):
        return calm is not worse
    return _STRICTNESS.index(worse) < _STRICTNESS.index(calm)
