"""All definitions of a firm, read from one folder, checked together, usable as one value."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, PrivateAttr, ValidationError

from sightline import registry
from sightline.business_calendar import BusinessCalendar
from sightline.catalog_rows import tables
from sightline.errors import DefinitionError, SightlineEnvironmentError
from sightline.finding import Finding, Place
from sightline.kpi import Kpi
from sightline.objective import Dependency, KeyResult, Objective, Waiver
from sightline.policy import Policy
from sightline.shape_errors import findings_of
from sightline.vocabulary import Vocabulary
from sightline.yaml_reader import Document, read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sightline.definition import Definition

# Folder → model of each file in it. The vocabulary is one file beside them.
FOLDERS: dict[str, type[Definition]] = {
    "objectives": Objective,
    "kpis": Kpi,
    "policies": Policy,
    "calendars": BusinessCalendar,
}
VOCABULARY = "vocabulary.yml"
# 10,000 instances are scopes of one KPI, not files; a folder this full is a mistake or an attack.
MOST_FILES = 5_000


class Catalog(BaseModel):
    """Every definition in force, by id in alphabetical order. Built by `load_catalog` only."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    objectives: dict[str, Objective]
    kpis: dict[str, Kpi]
    policies: dict[str, Policy]
    calendars: dict[str, BusinessCalendar]
    vocabulary: Vocabulary

    _documents: dict[str, Document] = PrivateAttr(default_factory=dict)

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of everything the definitions say; comments and layout do not count."""
        text = json.dumps(
            self.model_dump(mode="json", by_alias=True),
            sort_keys=True,
            ensure_ascii=False,
            separators=(",", ":"),
        )
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def key_results(self) -> dict[str, tuple[Objective, KeyResult]]:
        """Key result id → its objective and itself."""
        return {
            key_result.id: (objective, key_result)
            for objective in self.objectives.values()
            for key_result in objective.key_results
        }

    def department_of(self, role: str) -> str | None:
        """The department of a role, None when there is no such role."""
        found = self.vocabulary.roles.get(role)
        return found.department if found else None

    def is_waived(self, key_result: KeyResult, rule: str, kpi: str | None = None) -> bool:
        """Whether a waiver that counts lets the key result break a rule."""
        return any(
            (waiver.rule, waiver.kpi) == (rule, kpi) for waiver in self.waivers_of(key_result)
        )

    def waivers_of(self, key_result: KeyResult) -> tuple[Waiver, ...]:
        """The waivers that count: another department than the key result's own signed them."""
        own = self.department_of(key_result.owner)
        return tuple(
            waiver for waiver in key_result.waivers if self.department_of(waiver.signed_by) != own
        )

    def unconfirmed_by(self, objective: Objective, dependency: Dependency) -> tuple[str, ...]:
        """The departments, of the two sides, that have not confirmed a dependency."""
        sides = (self.department_of(objective.owner), dependency.department)
        confirmed = {self.department_of(each.by) for each in dependency.confirmed}
        return tuple(side for side in dict.fromkeys(sides) if side and side not in confirmed)

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """The definitions as tables: table name → rows; values are str, int, Decimal, date, None.

        Every row carries `catalog_hash`, so a snapshot in the warehouse names its catalog.
        """
        return tables(self)

    def proposing(self, path: Path) -> tuple[Policy, Catalog]:
        """A policy from any file, and a catalog in which it replaces those of its conflict.

        Raises DefinitionError when the file cannot be read as a policy, SightlineEnvironmentError
        when there is none.
        """
        if not path.is_file():
            raise SightlineEnvironmentError(f"there is no file {path}")
        document = read(path, str(path))
        try:
            proposed = Policy.model_validate(document.data)
        except ValidationError as error:
            raise DefinitionError(list(findings_of(error, document, Policy))) from error
        others = {
            stem: policy
            for stem, policy in self.policies.items()
            if policy.conflict != proposed.conflict and stem != proposed.id
        }
        catalog = Catalog(
            objectives=self.objectives,
            kpis=self.kpis,
            policies=others | {proposed.id: proposed},
            calendars=self.calendars,
            vocabulary=self.vocabulary,
        )
        catalog._documents = self._documents | {f"policies/{proposed.id}.yml": document}
        return proposed, catalog

    def place(self, file: str, *path: str | int) -> Place:
        """Where `path` stands in a file such as `kpis/sorter_uptime.yml`."""
        document = self._documents.get(file)
        return document.place(*path) if document else Place(file)


def load_catalog(folder: Path) -> Catalog:
    """Read and check all definitions below `folder`.

    Raises DefinitionError carrying all findings of the first stage that has any (a file's YAML and
    shape come before what only the whole can show), and SightlineEnvironmentError when the folder
    is not there.
    """
    catalog = read_catalog(folder)
    findings = list(offences(catalog))
    if findings:
        raise DefinitionError(findings)
    return catalog


def offences(catalog: Catalog) -> Iterator[Finding]:
    """What the rules in `sightline/rules/` find, rule by rule."""
    for rule in registry.modules("sightline.rules").values():
        yield from rule.offenders(catalog)


def read_catalog(folder: Path) -> Catalog:
    """Read all definitions below `folder` without asking the rules; raises as `load_catalog`."""
    if not folder.is_dir():
        raise SightlineEnvironmentError(
            f"there is no definitions folder {folder}; point SIGHTLINE_OKRS at one"
        )
    findings: list[Finding] = []
    documents: dict[str, Document] = {}
    models: dict[str, Definition] = {}
    for file, model in _files(folder, findings):
        try:
            documents[file] = read(folder / file, file)
        except DefinitionError as error:
            findings.extend(error.findings)
            continue
        try:
            models[file] = model.model_validate(documents[file].data)
        except ValidationError as error:
            findings.extend(findings_of(error, documents[file], model))
    if findings:
        raise DefinitionError(findings)
    catalog = Catalog.model_validate(
        {
            name: {
                file.removeprefix(f"{name}/").removesuffix(".yml"): definition
                for file, definition in models.items()
                if file.startswith(f"{name}/")
            }
            for name in FOLDERS
        }
        | {"vocabulary": models[VOCABULARY]}
    )
    catalog._documents.update(documents)
    return catalog


def _files(folder: Path, findings: list[Finding]) -> Iterator[tuple[str, type[Definition]]]:
    """Every definition file with its model, in a fixed order; what does not belong is a finding."""
    if (folder / VOCABULARY).is_file():
        yield VOCABULARY, Vocabulary
    else:
        findings.append(
            Finding(
                Place(VOCABULARY),
                "missing_vocabulary",
                "the file is not there",
                "write it: departments, roles, units, sources, cause codes (see README.md)",
            )
        )
    known = {VOCABULARY, "README.md", "schemas", *FOLDERS}
    findings.extend(
        Finding(
            Place(path.name),
            "stray_file",
            "nothing reads this file",
            f"move it into one of {', '.join(FOLDERS)}, or remove it",
        )
        for path in sorted(folder.iterdir())
        if path.name not in known and not path.name.startswith(".")
    )
    for name, model in FOLDERS.items():
        paths = sorted((folder / name).glob("*")) if (folder / name).is_dir() else []
        if len(paths) > MOST_FILES:
            findings.append(
                Finding(
                    Place(name),
                    "too_many_files",
                    f"{len(paths):,} files, more than {MOST_FILES:,}",
                    "one KPI with many scopes is one file",
                )
            )
            continue
        for path in paths:
            if path.name.startswith("."):
                continue
            if path.suffix == ".yml" and path.is_file():
                yield f"{name}/{path.name}", model
            else:
                findings.append(
                    Finding(
                        Place(f"{name}/{path.name}"),
                        "stray_file",
                        "nothing reads this file",
                        "name it <id>.yml, or remove it",
                    )
                )
