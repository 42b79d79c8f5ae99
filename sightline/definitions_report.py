"""What `sightline check` says: every finding in the definitions, as data and for people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sightline import registry, walk
from sightline.catalog import Catalog, load_catalog
from sightline.errors import DefinitionError, NothingCheckedError
from sightline.finding import Finding, Place, did_you_mean
from sightline.kpi import PlannedMaintenance

# The model that says what planned maintenance takes out; a formula that follows it reads it.
MAINTENANCE = "int_excused_minutes"


@dataclass(frozen=True, slots=True)
class DefinitionsReport:
    """The outcome of one check. `counts` is empty when the files could not be read to the end."""

    folder: Path
    findings: tuple[Finding, ...]
    counts: dict[str, int]
    content_hash: str | None

    @property
    def exit_code(self) -> int:
        """0 when nothing was found, else what DefinitionError stands for."""
        return DefinitionError.exit_code if self.findings else 0

    def as_dict(self) -> dict[str, Any]:
        """For JSON: findings, counts, content_hash."""
        return {
            "findings": [finding.as_dict() for finding in self.findings],
            "counts": self.counts,
            "content_hash": self.content_hash,
        }

    def text(self) -> str:
        """For people: the outcome in a sentence, then one paragraph a finding."""
        if self.findings:
            findings = _counted(len(self.findings), "finding", "findings")
            files = _counted(len({each.place.file for each in self.findings}), "file", "files")
            heading = (
                f"{findings} in {files} below {self.folder}: "
                "nothing is judged until they are settled."
            )
            return "\n\n".join([heading, *map(str, self.findings)])
        counted = (
            _counted(self.counts["objectives"], "objective", "objectives"),
            _counted(self.counts["key_results"], "key result", "key results"),
            _counted(self.counts["kpis"], "KPI", "KPIs"),
            _counted(self.counts["policies"], "policy", "policies"),
        )
        return (
            f"Definitions hold: {', '.join(counted)}, against {self.counts['rules']} rules. "
            f"Content {(self.content_hash or '')[:12]}."
        )


def report(folder: Path, *, checkout: Path | None = None) -> DefinitionsReport:
    """Check the definitions below `folder`; findings are data here, never an exception.

    With `checkout` it is also checked that every KPI has its formula and every guard its code.
    Raises SightlineEnvironmentError when there is no folder and NothingCheckedError when it
    holds no KPI.
    """
    try:
        catalog = load_catalog(folder)
    except DefinitionError as error:
        return DefinitionsReport(folder, error.findings, {}, None)
    if not catalog.kpis:
        raise NothingCheckedError(f"there is no KPI below {folder}, so nothing was checked")
    findings = () if checkout is None else tuple(sorted(without_code(catalog, checkout)))
    counts = {
        "objectives": len(catalog.objectives),
        "key_results": len(catalog.key_results),
        "kpis": len(catalog.kpis),
        "policies": len(catalog.policies),
        "rules": len(registry.names("sightline.rules")),
    }
    return DefinitionsReport(folder, findings, counts, catalog.content_hash)


def without_code(catalog: Catalog, checkout: Path) -> Iterator[Finding]:
    """KPIs without a formula, formulas without a KPI, guards nobody wrote.

    Only names are looked at: the core knows where formulas and guards live, never what they do.
    """
    models = checkout / "dbt_project" / "models" / "kpis"
    formulas = {path.stem.removeprefix("kpi_") for path in models.glob("kpi_*.sql")}
    guards = {path.stem for path in (checkout / "expectations" / "guards").glob("[!_]*.py")}
    for kpi, at in walk.kpis(catalog):
        if kpi.id not in formulas:
            yield Finding(
                at("id"),
                "kpi_without_formula",
                f"{kpi.id!r} has no formula",
                f"write dbt_project/models/kpis/kpi_{kpi.id}.sql; {did_you_mean(kpi.id, formulas)}",
            )
        elif kpi.planned_maintenance is PlannedMaintenance.EXCLUDED:
            sql = models / f"kpi_{kpi.id}.sql"
            if MAINTENANCE not in sql.read_text(encoding="utf-8"):
                yield Finding(
                    at("planned_maintenance"),
                    "maintenance_not_in_formula",
                    f"{kpi.id!r} excludes planned maintenance, and its formula takes none out",
                    f"subtract {MAINTENANCE} in dbt_project/models/kpis/{sql.name}, "
                    "or write `planned_maintenance: counted`",
                )
        for index, guard in enumerate(kpi.guards):
            if guard.guard not in guards:
                yield Finding(
                    at("guards", index, "guard"),
                    "unknown_guard",
                    f"there is no guard {guard.guard!r}",
                    did_you_mean(guard.guard, guards),
                )
    for formula in sorted(formulas - catalog.kpis.keys()):
        yield Finding(
            Place(f"kpis/{formula}.yml"),
            "formula_without_kpi",
            f"dbt_project/models/kpis/kpi_{formula}.sql computes a KPI nobody defined",
            f"write this file, or remove the model; {did_you_mean(formula, catalog.kpis)}",
        )


def _counted(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}"
