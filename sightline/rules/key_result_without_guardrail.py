"""A key result has no guardrail from another department.

Reason to flag: whoever chases one number alone lets somebody else pay for it.
How to remedy: link a KPI that another department owns with `role: guardrail`, or let another
department sign a waiver.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding
from sightline.objective import LinkRole


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every key result whose guardrails all belong to its owner's own department."""
    for _, key_result, at in walk.key_results(catalog):
        own = catalog.department_of(key_result.owner)
        links = key_result.links_as(LinkRole.GUARDRAIL)
        if any(link.kpi not in catalog.kpis for link in links):
            continue  # told by unknown_kpi
        guardrails = [catalog.kpis[link.kpi] for link in links]
        if any(catalog.department_of(kpi.owner) != own for kpi in guardrails):
            continue
        if catalog.is_waived(key_result, "key_result_without_guardrail"):
            continue
        have = (
            f"its guardrail {guardrails[0].id!r} belongs to {own!r} as well"
            if guardrails
            else "it has no guardrail"
        )
        yield Finding(
            at("links"),
            "key_result_without_guardrail",
            f"no other department's KPI guards {key_result.id!r}: {have}",
            f"add a link with `role: guardrail` to a KPI not owned by {own!r}, or let another "
            "department sign a waiver: `waivers: [{rule: key_result_without_guardrail, "
            "reason: …, signed_by: …, signed_on: …}]`",
        )
