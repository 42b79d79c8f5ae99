"""A unit of the firm has more than three objectives at the same time.

Reason to flag: what has many priorities has none.
How to remedy: merge, postpone or hand over the lightest one.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding
from sightline.objective import Objective

MOST = 3


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """One finding a crowded unit, told at its lightest objective: the one with fewest links."""
    for unit in sorted({objective.unit for objective in catalog.objectives.values()}):
        crowd = _largest_crowd([each for each in walk.objectives(catalog) if each[0].unit == unit])
        if len(crowd) <= MOST:
            continue
        lightest, at = min(crowd, key=lambda each: (_links(each[0]), each[0].id))
        yield Finding(
            at("unit"),
            "too_many_objectives",
            f"{unit!r} has {len(crowd)} objectives at the same time, at most {MOST} are wanted; "
            f"the lightest is {lightest.id!r} with {_links(lightest)} linked KPIs",
            f"merge {lightest.id!r} into another one, postpone it, or give it to another unit",
        )


def _links(objective: Objective) -> int:
    return sum(len(key_result.links) for key_result in objective.key_results)


def _largest_crowd(
    candidates: list[tuple[Objective, walk.At]],
) -> list[tuple[Objective, walk.At]]:
    """The largest set in force on one day; it is found on some objective's first day."""
    crowds = [
        [
            each
            for each in candidates
            if each[0].period.first_day <= start.period.first_day <= each[0].period.last_day
        ]
        for start, _ in candidates
    ]
    return max(crowds, key=len, default=[])
