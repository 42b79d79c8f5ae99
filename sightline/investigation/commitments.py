"""What was promised around a KPI? Work that is to move it, help its goals need, planned windows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sightline.audit_case import Cause
from sightline.investigation.wording import listed, number
from sightline.marts import ask

if TYPE_CHECKING:
    from sightline.investigation.evidence import Evidence, Marts

_INITIATIVES = """
    select name, coalesce(owner_name, owner) as owner_name
    from marts.bridge_initiative_kpi where kpi_id = ? order by initiative_id
"""
_UNCONFIRMED = """
    select needs, unconfirmed_by, coalesce(risk_owner_name, risk_owner) as risk_owner_name
    from marts.dim_dependency
    where not is_confirmed and objective_id in (
        select objective_id from marts.rpt_one_glance where kpi_id = ?
    )
    order by dependency_id
"""
_WINDOWS = """
    select begins_on, minutes, reason, approved_by, approved_on, effect
    from marts.fct_planned_maintenance
    where kpi_id = ? and (scope in (?, 'all') or ? = 'all') and ends_on >= ? and begins_on <= ?
    order by begins_at, maintenance_id
"""
# What became of a window in the hours that were scheduled.
_EFFECTS = {
    "excluded": "its hours are taken out of the KPI",
    "counted": "its hours count in the KPI",
    "approved_late": "it excuses nothing, for it was approved, or read here, after it had begun",
}


def promised(marts: Marts, evidence: Evidence) -> Iterator[str]:
    """A sentence for each initiative that is to move the KPI and each help nobody confirmed."""
    for row in ask(marts, _INITIATIVES, evidence.kpi_id):
        yield f"“{row['name']}” is to move this KPI; {row['owner_name']} answers for it."
    for row in ask(marts, _UNCONFIRMED, evidence.kpi_id):
        names = listed([evidence.departments[each] for each in row["unconfirmed_by"].split(", ")])
        risk = f"{row['risk_owner_name']} carries the risk"
        yield f"“{row['needs']}” is not confirmed by {names}; {risk}."


def windows(marts: Marts, evidence: Evidence) -> Iterator[Cause]:
    """Planned maintenance since the onset, with whether it excuses anything."""
    scope, until = evidence.scope, evidence.as_of.date()
    for row in ask(marts, _WINDOWS, evidence.kpi_id, scope, scope, evidence.onset, until):
        yield Cause(
            kind="coincidence",
            text=(
                f"On {row['begins_on']} planned maintenance took {number(row['minutes'], 0)} "
                f"minutes ({row['reason']}), approved by {evidence.role_names(row['approved_by'])} "
                f"on {row['approved_on']}; {_EFFECTS[row['effect']]}."
            ),
        )
