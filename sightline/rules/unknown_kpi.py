"""A KPI is named that nobody defined.

Reason to flag: the number behind a key result, a driver or a policy would silently be no number at
all.
How to remedy: correct the id, or write okrs/kpis/<id>.yml.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding, Place, did_you_mean


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every place that names a KPI without a file."""
    for kpi, place in _named(catalog):
        if kpi not in catalog.kpis:
            yield Finding(
                place, "unknown_kpi", f"there is no KPI {kpi!r}", did_you_mean(kpi, catalog.kpis)
            )


def _named(catalog: Catalog) -> Iterator[tuple[str, Place]]:
    for _, _, link, at in walk.links(catalog):
        yield link.kpi, at("kpi")
    for _, waiver, at in walk.waivers(catalog):
        if waiver.kpi is not None:
            yield waiver.kpi, at("kpi")
    for _, initiative, at in walk.initiatives(catalog):
        for index, kpi_id in enumerate(initiative.changes):
            yield kpi_id, at("changes", index)
    for kpi, at in walk.kpis(catalog):
        yield from walk.drivers(kpi, at)
    for policy, at in walk.policies(catalog):
        yield policy.guardrail.kpi, at("guardrail", "kpi")
        yield policy.effort.kpi, at("effort", "kpi")
