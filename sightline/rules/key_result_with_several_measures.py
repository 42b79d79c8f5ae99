"""A key result has two KPIs that claim to be its number.

Reason to flag: of two numbers somebody would have to pick one, and picks the better.
How to remedy: keep one `measure`; make the other a key result of its own or a `leading` link.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding
from sightline.objective import LinkRole


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every measure link after a key result's first."""
    for _, key_result, at in walk.key_results(catalog):
        measures = [
            index for index, link in enumerate(key_result.links) if link.role is LinkRole.MEASURE
        ]
        for index in measures[1:]:
            first = key_result.links[measures[0]].kpi
            yield Finding(
                at("links", index, "role"),
                "key_result_with_several_measures",
                f"{key_result.id!r} is already measured by {first!r}",
                "keep one measure; make the other `leading`, or a key result of its own",
            )
