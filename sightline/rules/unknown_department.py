"""A department is named that the vocabulary does not know.

Reason to flag: a question to a department that does not exist is never answered.
How to remedy: correct it, or add it under `departments` in vocabulary.yml.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding, Place, did_you_mean


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every place that names a department outside the vocabulary."""
    departments = catalog.vocabulary.departments
    for department, place in _named(catalog):
        if department not in departments:
            yield Finding(
                place,
                "unknown_department",
                f"there is no department {department!r}",
                did_you_mean(department, departments),
            )


def _named(catalog: Catalog) -> Iterator[tuple[str, Place]]:
    for _, role, at in walk.roles(catalog):
        yield role.department, at("department")
    for _, dependency, at in walk.dependencies(catalog):
        yield dependency.department, at("department")
    for kpi, at in walk.kpis(catalog):
        for index, department in enumerate(kpi.asks):
            yield department, at("asks", index)
        for index, incentive in enumerate(kpi.incentives):
            yield incentive.department, at("incentives", index, "department")
