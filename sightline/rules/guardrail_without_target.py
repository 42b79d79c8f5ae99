"""A KPI that guards a key result has no target.

Reason to flag: without a target nothing is ever breached, so it guards nothing.
How to remedy: give the KPI a target in force when the objective starts, or link another guardrail.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding
from sightline.objective import LinkRole


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every guardrail link to a KPI with no target in force on the objective's first day."""
    for objective, _, link, at in walk.links(catalog):
        kpi = catalog.kpis.get(link.kpi)
        start = link.valid_from or objective.period.first_day
        if link.role is not LinkRole.GUARDRAIL or kpi is None:
            continue
        if not any(target.valid_from <= start for target in kpi.targets):
            yield Finding(
                at("kpi"),
                "guardrail_without_target",
                f"the guardrail {kpi.id!r} has no target on {start}, so it can never be breached",
                f"add a target from {start} or earlier to kpis/{kpi.id}.yml",
            )
