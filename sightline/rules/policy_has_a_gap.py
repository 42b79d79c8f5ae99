"""A policy has a situation for which none of its rules applies.

Reason to flag: on the day it happens the conflict is back in the meeting.
How to remedy: end the rules with one whose `when` is `{}`.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding
from sightline.policy import every_state
from sightline.policy_laws import gaps


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every policy that is not total over all 72 situations; the first gap is shown."""
    for policy, at in walk.policies(catalog):
        found = gaps(policy)
        if found:
            example = ", ".join(f"{name} {band}" for name, band in found[0]._asdict().items())
            yield Finding(
                at("rules"),
                "policy_has_a_gap",
                f"no rule applies in {len(found)} of {len(every_state())} situations, "
                f"for example {example}",
                "end the rules with one whose `when` is {}",
            )
