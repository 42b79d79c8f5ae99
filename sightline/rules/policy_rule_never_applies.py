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
from sightline.policy_laws import idle_rules


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every rule that wins in none of the 72 situations."""
    for policy, at in walk.policies(catalog):
        for index in idle_rules(policy):
            yield Finding(
                at("rules", index, "rule"),
                "policy_rule_never_applies",
                f"earlier rules catch every situation {policy.rules[index].rule!r} is for",
                "move it up, or remove it",
            )
