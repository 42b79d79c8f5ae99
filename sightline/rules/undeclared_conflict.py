"""A goal is pursued by what drives a KPI that somebody else is paid for, and no policy decides.

Reason to flag: you will debate this in a meeting. The one side wants its goal, the other its bonus,
and whoever gives way does so unseen.
How to remedy: write a policy for the key result and that KPI, or let another department than the
goal's own sign a waiver.

Which way a driver pushes is not in the definitions, so a conflict is called one only where money
pulls on the other end.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding, Place
from sightline.kpi import Kpi
from sightline.objective import KeyResult, LinkRole, Objective

_MOVERS = (LinkRole.MEASURE, LinkRole.LEADING)


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every pair of key result and paid KPI whose conflict nobody has decided."""
    pursued = {link.kpi for _, _, link, _ in walk.links(catalog) if link.role in _MOVERS}
    for objective, key_result, at in walk.key_results(catalog):
        for kpi in catalog.kpis.values():
            paid = _paid_elsewhere(catalog, key_result, kpi)
            movers = _movers(catalog, key_result, kpi, pursued)
            if paid and movers and not _is_decided(catalog, objective, key_result, kpi):
                yield Finding(
                    _place(key_result, kpi, at),
                    "undeclared_conflict",
                    f"{key_result.id!r} is pursued by {_listed(movers)}, which drives {kpi.id!r}, "
                    f"and {_listed(paid)} is paid for that: "
                    "without a policy you will debate this in a meeting",
                    f"write policies/<id>.yml for {key_result.id!r} and {kpi.id!r} until "
                    f"{objective.period.last_day}, or let another department sign a waiver: "
                    f"`waivers: [{{rule: undeclared_conflict, kpi: {kpi.id}, reason: …, "
                    "signed_by: …, signed_on: …}]`",
                )


def _paid_elsewhere(catalog: Catalog, key_result: KeyResult, kpi: Kpi) -> list[str]:
    own = catalog.department_of(key_result.owner)
    return [each.department for each in kpi.incentives if each.department != own]


def _movers(catalog: Catalog, key_result: KeyResult, kpi: Kpi, pursued: set[str]) -> list[str]:
    """The measures and leading KPIs of the key result that drive the KPI.

    Followed upstream as far as the first KPI that any key result pursues: what drives that one is
    already part of the nearer conflict.
    """
    own = {link.kpi for link in key_result.links_as(*_MOVERS)} - {kpi.id}
    found, seen, waiting = [], {kpi.id}, list(kpi.drivers)
    while waiting:
        driver = waiting.pop()
        if driver in own and driver not in seen:
            found.append(driver)
        if driver not in seen and driver not in pursued and driver in catalog.kpis:
            waiting.extend(catalog.kpis[driver].drivers)
        seen.add(driver)
    return sorted(found)


def _is_decided(catalog: Catalog, objective: Objective, key_result: KeyResult, kpi: Kpi) -> bool:
    """Whether a policy holds to the end of the objective, or a waiver that counts is signed."""
    by_policy = any(
        (policy.key_result, policy.guardrail.kpi) == (key_result.id, kpi.id)
        and policy.valid_to >= objective.period.last_day
        for policy in catalog.policies.values()
    )
    return by_policy or catalog.is_waived(key_result, "undeclared_conflict", kpi.id)


def _place(key_result: KeyResult, kpi: Kpi, at: walk.At) -> Place:
    """The line that links the KPI as a guardrail, or else the key result."""
    for index, link in enumerate(key_result.links):
        if link.kpi == kpi.id:
            return at("links", index, "kpi")
    return at("id")


def _listed(words: list[str]) -> str:
    return " and ".join(repr(word) for word in words)
