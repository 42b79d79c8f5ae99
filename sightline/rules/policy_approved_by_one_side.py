"""A policy was approved only by the department whose goal it favours.

Reason to flag: a rule about a conflict that one side wrote alone is debated when it is needed.
How to remedy: let somebody from another department approve it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every policy whose approvers all sit in the department of the key result's owner."""
    for policy, at in walk.policies(catalog):
        if policy.key_result not in catalog.key_results:
            continue
        _, key_result = catalog.key_results[policy.key_result]
        own = catalog.department_of(key_result.owner)
        if all(catalog.department_of(role) == own for role in policy.approved_by):
            yield Finding(
                at("approved_by"),
                "policy_approved_by_one_side",
                f"every approver belongs to {own!r}, which also owns the goal",
                "add an approver from another department",
            )
