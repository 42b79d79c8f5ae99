"""The deputy of a role is the person who holds it.

Reason to flag: when that person leaves, the role is handed over to nobody.
How to remedy: name somebody else as the deputy.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every holder with the same mailbox as the deputy."""
    for role_id, role, at in walk.roles(catalog):
        for index, holder in enumerate(role.holders):
            if holder.deputy.casefold() == holder.person.casefold():
                yield Finding(
                    at("holders", index, "deputy"),
                    "deputy_is_the_holder",
                    f"{holder.deputy} is the person and the deputy of {role_id!r}",
                    "name another mailbox as the deputy",
                )
