"""A key result has no KPI that is its number.

Reason to flag: nothing would be measured, and progress would have to be typed.
How to remedy: link the KPI that is the number with `role: measure`.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding
from sightline.objective import LinkRole


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every key result without a measure link."""
    for _, key_result, at in walk.key_results(catalog):
        if not key_result.links_as(LinkRole.MEASURE):
            yield Finding(
                at("links"),
                "key_result_without_measure",
                f"no KPI measures {key_result.id!r}",
                "add a link with `role: measure` to the KPI that is its number",
            )
