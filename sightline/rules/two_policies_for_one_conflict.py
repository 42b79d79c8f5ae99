"""Two policies decide about the same conflict on the same day.

Reason to flag: of two verdicts somebody would choose, in the meeting the policy was to spare.
How to remedy: let one end before the other begins, or merge them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every policy that overlaps an earlier one about the same key result and guardrail."""
    for (first, _), (second, at) in combinations(walk.policies(catalog), 2):
        overlap = first.valid_from <= second.valid_to and second.valid_from <= first.valid_to
        if first.conflict == second.conflict and overlap:
            yield Finding(
                at("valid_from"),
                "two_policies_for_one_conflict",
                f"{first.id!r} decides the same conflict from {first.valid_from} "
                f"to {first.valid_to}",
                "let one end before the other begins, or merge them",
            )
