"""A policy has a rule that can never apply.

Reason to flag: its author believes something is decided that is not: earlier rules catch every
case.
How to remedy: move it up, or remove it.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding
from sightline.policy import every_state


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every rule that wins in none of the 72 situations."""
    for policy, at in walk.policies(catalog):
        winners = {id(policy.rule_for(state)) for state in every_state()}
        for index, rule in enumerate(policy.rules):
            if id(rule) not in winners:
                yield Finding(
                    at("rules", index, "rule"),
                    "policy_rule_never_applies",
                    f"earlier rules catch every situation {rule.rule!r} is for",
                    "move it up, or remove it",
                )
