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
from sightline.policy import Policy, State, Verdict
from sightline.policy_laws import loosenings


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every rule that gives a looser verdict than applies in the next calmer situation."""
    for policy, at in walk.policies(catalog):
        for index, calm, worse in loosenings(policy):
            yield Finding(
                at("rules", index, "verdict"),
                "policy_loosens_under_stress",
                f"{policy.rules[index].rule!r} gives {policy.rules[index].verdict} at budget "
                f"{worse.budget}, floor {worse.floor}; at budget {calm.budget}, floor "
                f"{calm.floor} the stricter {_verdict(policy, calm)} applies",
                "move the stricter rules up, or make this verdict at least as strict",
            )


def _verdict(policy: Policy, state: State) -> Verdict | None:
    rule = policy.rule_for(state)
    return rule.verdict if rule else None
