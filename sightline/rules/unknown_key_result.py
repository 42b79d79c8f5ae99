"""A policy decides about a key result that nobody defined.

Reason to flag: the policy would never apply, and nobody would notice until the conflict is there.
How to remedy: correct the id, or remove the policy.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding, did_you_mean


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every policy whose key result is in no objective."""
    for policy, at in walk.policies(catalog):
        if policy.key_result not in catalog.key_results:
            yield Finding(
                at("key_result"),
                "unknown_key_result",
                f"there is no key result {policy.key_result!r}",
                did_you_mean(policy.key_result, catalog.key_results),
            )
