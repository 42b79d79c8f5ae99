"""A policy weighs a key result against a KPI that does not guard it.

Reason to flag: the conflict the policy decides could not arise, and the real one has no policy.
How to remedy: link the KPI to the key result with `role: guardrail` and the same scope.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding
from sightline.objective import LinkRole


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every policy whose guardrail is no guardrail link of its key result."""
    for policy, at in walk.policies(catalog):
        if policy.key_result not in catalog.key_results:
            continue
        _, key_result = catalog.key_results[policy.key_result]
        guarded = {(link.kpi, link.scope) for link in key_result.links_as(LinkRole.GUARDRAIL)}
        guardrail = policy.guardrail
        if guardrail.kpi not in catalog.kpis or any(kpi not in catalog.kpis for kpi, _ in guarded):
            continue  # told by unknown_kpi
        if (guardrail.kpi, guardrail.scope) not in guarded:
            shown = ", ".join(f"{kpi}@{scope}" for kpi, scope in sorted(guarded)) or "nothing"
            yield Finding(
                at("guardrail"),
                "policy_guardrail_not_linked",
                f"{guardrail.kpi}@{guardrail.scope} does not guard {key_result.id!r}: {shown} does",
                "name a guardrail of that key result, or link this KPI as one",
            )
