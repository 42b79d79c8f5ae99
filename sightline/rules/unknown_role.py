"""A role is named that the vocabulary does not know.

Reason to flag: an owner who is nobody is told nothing and answers for nothing.
How to remedy: correct the role, or add it under `roles` in vocabulary.yml.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding, did_you_mean


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every place that names a role outside the vocabulary."""
    for named in walk.named_roles(catalog):
        if named.role not in catalog.vocabulary.roles:
            yield Finding(
                named.place,
                "unknown_role",
                f"there is no role {named.role!r}",
                did_you_mean(named.role, catalog.vocabulary.roles),
            )
