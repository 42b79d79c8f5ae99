"""A role has nobody in it on the day it is needed.

Reason to flag: an objective that starts, or an approval that is dated, before its role had a
holder is owned by nobody.
How to remedy: add a holder with an earlier `from`, or name another role.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every place that names a role on a day before its first holder."""
    for named in walk.named_roles(catalog):
        role = catalog.vocabulary.roles.get(named.role)
        if role and named.day and role.holder_on(named.day) is None:
            yield Finding(
                named.place,
                "role_without_holder",
                f"nobody holds the role {named.role!r} on {named.day}",
                f"add a holder from {named.day} or earlier to it in vocabulary.yml",
            )
