"""An initiative names no KPI of its objective that it is to change.

Reason to flag: work that moves no number of the goal is an orphan, however busy it keeps people.
How to remedy: name under `changes` a KPI that a key result of the objective is linked to, or drop
the initiative.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every initiative whose KPIs are none, or none of its objective's."""
    for objective, initiative, at in walk.initiatives(catalog):
        linked = {link.kpi for key_result in objective.key_results for link in key_result.links}
        if any(kpi in linked or kpi not in catalog.kpis for kpi in initiative.changes):
            continue  # an unknown KPI is told by unknown_kpi
        what = (
            f"only {', '.join(map(repr, initiative.changes))}, which no key result is linked to"
            if initiative.changes
            else "no KPI at all"
        )
        yield Finding(
            at("changes") if initiative.changes else at("id"),
            "initiative_changes_nothing",
            f"the initiative {initiative.id!r} changes {what}",
            f"name under `changes` one of {', '.join(sorted(linked)) or 'its linked KPIs'}, "
            "or drop the initiative",
        )
