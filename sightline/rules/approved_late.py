"""A target or a policy takes effect before it was approved.

Reason to flag: whoever may set the rule after the game sets it to win.
How to remedy: let it begin on or after the day of approval; never back-date the approval.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding, Place


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every target or policy approved after the first day it judges."""
    for kpi, at in walk.kpis(catalog):
        for index, target in enumerate(kpi.targets):
            if target.approved_on > target.valid_from:
                yield _late(
                    at("targets", index, "approved_on"), target.approved_on, target.valid_from
                )
    for policy, at in walk.policies(catalog):
        if policy.approved_on > policy.valid_from:
            yield _late(at("approved_on"), policy.approved_on, policy.valid_from)


def _late(place: Place, approved_on: date, valid_from: date) -> Finding:
    return Finding(
        place,
        "approved_late",
        f"approved on {approved_on}, but it judges from {valid_from} on",
        f"let it begin on {approved_on} or later",
    )
