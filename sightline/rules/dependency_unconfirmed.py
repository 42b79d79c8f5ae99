"""An objective depends on a department that never agreed, and nobody carries the risk.

Reason to flag: a dependency that only one side knows of is found out on the day it is needed.
How to remedy: let a role of the objective's department and one of the other confirm it, or name
who carries the risk until they have.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every dependency without a risk owner that one of its two sides has not confirmed."""
    for objective, dependency, at in walk.dependencies(catalog):
        missing = catalog.unconfirmed_by(objective, dependency)
        if not missing or dependency.risk_owner:
            continue
        departments = " and ".join(map(repr, missing))
        yield Finding(
            at("id"),
            "dependency_unconfirmed",
            f"{objective.id!r} depends on {dependency.department!r} by {dependency.id!r}, "
            f"which {departments} has not confirmed, and nobody carries the risk",
            "add `confirmed: [{by: <role>, on: <day>}]` for each side, or `risk_owner: <role>`",
        )
