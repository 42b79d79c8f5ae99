"""The definitions as facts: one row for each thing somebody wrote, so that a change has a name.

The other tables hold definitions the way they are used; here every field stands alone, as text,
with the file it was written in.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sightline.catalog import Catalog

Row = dict[str, Any]

# Not written by anybody: counted or looked up from what was.
_DERIVED = frozenset({"position", "unit_symbol", "decimals", "definition_hash"})


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of definition: the columns that name it, and the file it stands in."""

    key: tuple[str, ...]
    file: str


KINDS: Mapping[str, Kind] = {
    "objective": Kind(("objective_id",), "objectives/{objective_id}.yml"),
    "key_result": Kind(("key_result_id",), "objectives/{objective_id}.yml"),
    "waypoint": Kind(("key_result_id", "day"), "objectives/{objective_id}.yml"),
    "waiver": Kind(("key_result_id", "rule", "kpi_id"), "objectives/{objective_id}.yml"),
    "initiative": Kind(("initiative_id", "kpi_id"), "objectives/{objective_id}.yml"),
    "dependency": Kind(("dependency_id",), "objectives/{objective_id}.yml"),
    "link": Kind(("key_result_id", "role", "kpi_id", "scope"), "objectives/{objective_id}.yml"),
    "kpi": Kind(("kpi_id",), "kpis/{kpi_id}.yml"),
    "kpi_target": Kind(("kpi_id", "valid_from"), "kpis/{kpi_id}.yml"),
    "kpi_ask": Kind(("kpi_id", "department"), "kpis/{kpi_id}.yml"),
    "kpi_driver": Kind(("kpi_id", "driver_kpi_id"), "kpis/{kpi_id}.yml"),
    "kpi_factor": Kind(("kpi_id", "factor_kpi_id"), "kpis/{kpi_id}.yml"),
    "kpi_incentive": Kind(("kpi_id", "department"), "kpis/{kpi_id}.yml"),
    "kpi_guard": Kind(("kpi_id", "guard"), "kpis/{kpi_id}.yml"),
    "calendar": Kind(("calendar_id",), "calendars/{calendar_id}.yml"),
    "maintenance": Kind(("calendar_id", "maintenance_id"), "calendars/{calendar_id}.yml"),
    "policy": Kind(("policy_id",), "policies/{policy_id}.yml"),
    "policy_rule": Kind(("policy_id", "rule"), "policies/{policy_id}.yml"),
    "role": Kind(("role_id", "valid_from"), "vocabulary.yml"),
    "department": Kind(("department_id",), "vocabulary.yml"),
}


def facts(catalog: Catalog, tables: Mapping[str, Sequence[Row]]) -> Iterator[Row]:
    """One row for each field of each definition in these tables; a value is text or None.

    A definition that is nothing but its key has one field, `is_defined`.
    """
    objective_of = {name: owner.id for name, (owner, _) in catalog.key_results.items()}
    for name, kind in KINDS.items():
        rows = _policy_rules(catalog) if name == "policy_rule" else tables[name]
        for row in rows:
            said = {k: v for k, v in row.items() if k not in _DERIVED and k not in kind.key}
            place = {"objective_id": objective_of.get(row.get("key_result_id", ""))} | row
            for field, value in (said or {"is_defined": "true"}).items():
                yield {
                    "kind": name,
                    "definition_id": "/".join(str(row[column]) for column in kind.key),
                    "field": field,
                    "value": None if value is None else str(value),
                    "file": kind.file.format(**place),
                }


def _policy_rules(catalog: Catalog) -> Iterator[Row]:
    """Rules as people wrote them; the table of rules holds one row for each band they list."""
    for policy in catalog.policies.values():
        for place, rule in enumerate(policy.rules, start=1):
            when = rule.when.model_dump(mode="json", exclude_none=True)
            yield {
                "policy_id": policy.id,
                "rule": rule.rule,
                "place": place,
                "when": json.dumps(when, sort_keys=True),
                "verdict": rule.verdict.value,
                "instruction": rule.instruction,
            }
