"""The definitions as flat tables, the way the warehouse keeps them.

One function a table; every row is one thing a person wrote, in the words of the YAML files.
"""

from __future__ import annotations

import json
from itertools import product
from typing import TYPE_CHECKING, Any

from sightline import calendar_rows
from sightline.definition_facts import facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightline.catalog import Catalog
    from sightline.policy import When

Row = dict[str, Any]


def tables(catalog: Catalog) -> dict[str, list[Row]]:
    """Table name → rows; a table without rows is an empty list, never absent."""
    rows = {
        "objective": _objective,
        "key_result": _key_result,
        "waypoint": _waypoint,
        "waiver": _waiver,
        "initiative": _initiative,
        "dependency": _dependency,
        "link": _link,
        "kpi": _kpi,
        "kpi_target": _kpi_target,
        "kpi_ask": _kpi_ask,
        "kpi_driver": _kpi_driver,
        "kpi_factor": _kpi_factor,
        "kpi_incentive": _kpi_incentive,
        "kpi_guard": _kpi_guard,
        "calendar": calendar_rows.calendar,
        "calendar_span": calendar_rows.calendar_span,
        "maintenance": calendar_rows.maintenance,
        "policy": _policy,
        "policy_rule": _policy_rule,
        "role": _role,
        "department": _department,
    }
    stamp = {"catalog_hash": catalog.content_hash}
    made = {table: list(make(catalog)) for table, make in rows.items()}
    made["definition_field"] = list(facts(catalog, made))
    return {table: [row | stamp for row in found] for table, found in made.items()}


def _objective(catalog: Catalog) -> Iterator[Row]:
    for position, objective in enumerate(catalog.objectives.values(), start=1):
        yield {
            "objective_id": objective.id,
            "name": objective.name,
            "owner": objective.owner,
            "unit": objective.unit,
            "period_from": objective.period.first_day,
            "period_to": objective.period.last_day,
            "supports": objective.supports,
            "position": position,
        }


def _key_result(catalog: Catalog) -> Iterator[Row]:
    for objective in catalog.objectives.values():
        for position, key_result in enumerate(objective.key_results, start=1):
            yield {
                "key_result_id": key_result.id,
                "objective_id": objective.id,
                "position": position,
                "name": key_result.name,
                "kind": key_result.kind.value,
                "owner": key_result.owner,
                "baseline": key_result.baseline,
                "target": key_result.target,
                "low": key_result.low,
                "high": key_result.high,
                "weight": key_result.weight,
                "path": key_result.path.value,
            }


def _waypoint(catalog: Catalog) -> Iterator[Row]:
    for _, key_result in catalog.key_results.values():
        for waypoint in key_result.waypoints:
            yield {
                "key_result_id": key_result.id,
                "day": waypoint.day,
                "value": waypoint.value,
            }


def _waiver(catalog: Catalog) -> Iterator[Row]:
    """Those that count; each ends with its objective."""
    for objective, key_result in catalog.key_results.values():
        for waiver in catalog.waivers_of(key_result):
            yield {
                "key_result_id": key_result.id,
                "rule": waiver.rule,
                "kpi_id": waiver.kpi,
                "reason": waiver.reason,
                "signed_by": waiver.signed_by,
                "signed_on": waiver.signed_on,
                "valid_to": objective.period.last_day,
            }


def _initiative(catalog: Catalog) -> Iterator[Row]:
    for objective in catalog.objectives.values():
        for initiative in objective.initiatives:
            for kpi in initiative.changes:
                yield {
                    "initiative_id": initiative.id,
                    "kpi_id": kpi,
                    "objective_id": objective.id,
                    "name": initiative.name,
                    "owner": initiative.owner,
                }


def _dependency(catalog: Catalog) -> Iterator[Row]:
    for objective in catalog.objectives.values():
        for dependency in objective.dependencies:
            yield {
                "dependency_id": dependency.id,
                "objective_id": objective.id,
                "needs": dependency.needs,
                "department": dependency.department,
                "confirmed_by": ", ".join(each.by for each in dependency.confirmed) or None,
                "confirmed_on": max((each.on for each in dependency.confirmed), default=None),
                "unconfirmed_by": ", ".join(catalog.unconfirmed_by(objective, dependency)) or None,
                "risk_owner": dependency.risk_owner,
            }


def _link(catalog: Catalog) -> Iterator[Row]:
    for objective, key_result in catalog.key_results.values():
        for position, link in enumerate(key_result.links, start=1):
            yield {
                "key_result_id": key_result.id,
                "kpi_id": link.kpi,
                "role": link.role.value,
                "scope": link.scope,
                "weight": link.weight,
                "lag_periods": link.lag_periods,
                "execution_owner": link.execution_owner,
                "valid_from": link.valid_from or objective.period.first_day,
                "valid_to": link.valid_to or objective.period.last_day,
                "position": position,
            }


def _kpi(catalog: Catalog) -> Iterator[Row]:
    for kpi in catalog.kpis.values():
        unit = catalog.vocabulary.units[kpi.unit]
        fire_n, fire_m = kpi.fires_on
        yield {
            "kpi_id": kpi.id,
            "name": kpi.name,
            "description": kpi.description,
            "unit": kpi.unit,
            "unit_symbol": unit.symbol,
            "decimals": unit.decimals,
            "direction": kpi.direction.value,
            "grain": kpi.grain.value,
            "time_zone": kpi.time_zone,
            "calendar_id": kpi.calendar,
            "planned_maintenance": kpi.planned_maintenance.value,
            "owner": kpi.owner,
            "department": catalog.department_of(kpi.owner),
            "system_of_record": kpi.system_of_record,
            "provenance": kpi.provenance.value,
            "label": kpi.label,
            "grace_days": kpi.grace_days,
            "fire_n": fire_n,
            "fire_m": fire_m,
            "recover_k": kpi.breach.recover,
            "definition_hash": kpi.definition_hash,
        }


def _kpi_target(catalog: Catalog) -> Iterator[Row]:
    for kpi in catalog.kpis.values():
        for target in kpi.targets:
            yield {
                "kpi_id": kpi.id,
                "valid_from": target.valid_from,
                "target": target.target,
                "floor": target.floor,
                "approved_by": target.approved_by,
                "approved_on": target.approved_on,
            }


def _kpi_ask(catalog: Catalog) -> Iterator[Row]:
    for kpi in catalog.kpis.values():
        for department in kpi.asks:
            yield {"kpi_id": kpi.id, "department": department}


def _kpi_driver(catalog: Catalog) -> Iterator[Row]:
    for kpi in catalog.kpis.values():
        for driver in kpi.driven_by:
            yield {"kpi_id": kpi.id, "driver_kpi_id": driver}


def _kpi_factor(catalog: Catalog) -> Iterator[Row]:
    for kpi in catalog.kpis.values():
        for factor in kpi.factors:
            yield {"kpi_id": kpi.id, "factor_kpi_id": factor}


def _kpi_incentive(catalog: Catalog) -> Iterator[Row]:
    for kpi in catalog.kpis.values():
        for incentive in kpi.incentives:
            yield {
                "kpi_id": kpi.id,
                "department": incentive.department,
                "share_of_bonus": incentive.share_of_bonus,
            }


def _kpi_guard(catalog: Catalog) -> Iterator[Row]:
    for kpi in catalog.kpis.values():
        for guard in kpi.guards:
            yield {
                "kpi_id": kpi.id,
                "guard": guard.guard,
                # Numbers as text: a JSON float would lose the exact value.
                "parameters": json.dumps(guard.parameters, sort_keys=True, default=str),
            }


def _policy(catalog: Catalog) -> Iterator[Row]:
    for policy in catalog.policies.values():
        yield {
            "policy_id": policy.id,
            "name": policy.name,
            "key_result_id": policy.key_result,
            "guardrail_kpi_id": policy.guardrail.kpi,
            "guardrail_scope": policy.guardrail.scope,
            "effort_kpi_id": policy.effort.kpi,
            "effort_scope": policy.effort.scope,
            "window_periods": policy.window_periods,
            "planned_allowance": policy.planned_allowance,
            "exempt_causes": ", ".join(policy.exempt_causes) or None,
            "approved_by": ", ".join(policy.approved_by),
            "approved_on": policy.approved_on,
            "valid_from": policy.valid_from,
            "valid_to": policy.valid_to,
            "dispute_route": policy.dispute_route,
        }


def _policy_rule(catalog: Catalog) -> Iterator[Row]:
    for policy in catalog.policies.values():
        rows = ((rule, bands) for rule in policy.rules for bands in _band_combinations(rule.when))
        for position, (rule, bands) in enumerate(rows, start=1):
            yield {
                "policy_id": policy.id,
                "position": position,
                "rule": rule.rule,
                **bands,
                "verdict": rule.verdict.value,
                "instruction": rule.instruction,
            }


def _band_combinations(when: When) -> Iterator[dict[str, str | None]]:
    """A list of bands in the YAML is one row for each of them; None matches any."""
    names = ("integrity", "floor", "budget", "pace", "effort")
    choices = [[band.value for band in getattr(when, name) or ()] or [None] for name in names]
    for combination in product(*choices):
        yield dict(zip(names, combination, strict=True))


def _role(catalog: Catalog) -> Iterator[Row]:
    for role_id, role in catalog.vocabulary.roles.items():
        for holder in role.holders:
            yield {
                "role_id": role_id,
                "name": role.name,
                "department": role.department,
                "person": holder.person,
                "deputy": holder.deputy,
                "valid_from": holder.valid_from,
                "valid_to": holder.valid_to,
            }


def _department(catalog: Catalog) -> Iterator[Row]:
    for department_id, department in catalog.vocabulary.departments.items():
        yield {"department_id": department_id, "name": department.name}
