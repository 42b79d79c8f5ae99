"""A key result has more than three measure and leading KPIs.

Reason to flag: nobody can say which of many numbers moved it.
How to remedy: keep the measure and the two strongest leading KPIs.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding
from sightline.objective import LinkRole

MOST = 3


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every key result with too many KPIs that claim to move it; guardrails are not counted."""
    for _, key_result, at in walk.key_results(catalog):
        count = len(key_result.links_as(LinkRole.MEASURE, LinkRole.LEADING))
        if count > MOST:
            yield Finding(
                at("links"),
                "too_many_kpis_a_key_result",
                f"{key_result.id!r} has {count} measure and leading KPIs, at most {MOST}",
                "keep the measure and the two strongest leading KPIs",
            )
