"""Walks over a catalog that hand out each thing together with where it is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sightline.business_calendar import BusinessCalendar, Maintenance
from sightline.catalog import VOCABULARY, Catalog
from sightline.finding import Place
from sightline.kpi import Kpi
from sightline.objective import Dependency, Initiative, KeyResult, Link, Objective, Waiver
from sightline.policy import Policy
from sightline.vocabulary import Role


@dataclass(frozen=True, slots=True)
class At:
    """Somewhere in a file; called with the keys below it, it gives their place."""

    catalog: Catalog
    file: str
    path: tuple[str | int, ...] = ()

    def __call__(self, *below: str | int) -> Place:
        return self.catalog.place(self.file, *self.path, *below)

    def inside(self, *below: str | int) -> At:
        """The same, further inside."""
        return At(self.catalog, self.file, (*self.path, *below))


@dataclass(frozen=True, slots=True)
class NamedRole:
    """A role somebody named, with the day from which it must have a holder, if there is one."""

    role: str
    day: date | None
    place: Place


def objectives(catalog: Catalog) -> Iterator[tuple[Objective, At]]:
    """Every objective."""
    for stem, objective in catalog.objectives.items():
        yield objective, At(catalog, f"objectives/{stem}.yml")


def key_results(catalog: Catalog) -> Iterator[tuple[Objective, KeyResult, At]]:
    """Every key result of every objective, duplicates of an id included."""
    for objective, at in objectives(catalog):
        for index, key_result in enumerate(objective.key_results):
            yield objective, key_result, at.inside("key_results", index)


def links(catalog: Catalog) -> Iterator[tuple[Objective, KeyResult, Link, At]]:
    """Every link of every key result."""
    for objective, key_result, at in key_results(catalog):
        for index, link in enumerate(key_result.links):
            yield objective, key_result, link, at.inside("links", index)


def waivers(catalog: Catalog) -> Iterator[tuple[KeyResult, Waiver, At]]:
    """Every waiver of every key result."""
    for _, key_result, at in key_results(catalog):
        for index, waiver in enumerate(key_result.waivers):
            yield key_result, waiver, at.inside("waivers", index)


def initiatives(catalog: Catalog) -> Iterator[tuple[Objective, Initiative, At]]:
    """Every initiative of every objective."""
    for objective, at in objectives(catalog):
        for index, initiative in enumerate(objective.initiatives):
            yield objective, initiative, at.inside("initiatives", index)


def dependencies(catalog: Catalog) -> Iterator[tuple[Objective, Dependency, At]]:
    """Every dependency of every objective."""
    for objective, at in objectives(catalog):
        for index, dependency in enumerate(objective.dependencies):
            yield objective, dependency, at.inside("dependencies", index)


def kpis(catalog: Catalog) -> Iterator[tuple[Kpi, At]]:
    """Every KPI."""
    for stem, kpi in catalog.kpis.items():
        yield kpi, At(catalog, f"kpis/{stem}.yml")


def drivers(kpi: Kpi, at: At) -> Iterator[tuple[str, Place]]:
    """Every KPI that moves a KPI, in the order of `Kpi.drivers`."""
    for key, named in (("factors", kpi.factors), ("driven_by", kpi.driven_by)):
        for index, driver in enumerate(named):
            yield driver, at(key, index)


def policies(catalog: Catalog) -> Iterator[tuple[Policy, At]]:
    """Every policy."""
    for stem, policy in catalog.policies.items():
        yield policy, At(catalog, f"policies/{stem}.yml")


def calendars(catalog: Catalog) -> Iterator[tuple[BusinessCalendar, At]]:
    """Every calendar."""
    for stem, calendar in catalog.calendars.items():
        yield calendar, At(catalog, f"calendars/{stem}.yml")


def maintenance(catalog: Catalog) -> Iterator[tuple[BusinessCalendar, Maintenance, At]]:
    """Every window of planned maintenance of every calendar."""
    for calendar, at in calendars(catalog):
        for index, window in enumerate(calendar.maintenance):
            yield calendar, window, at.inside("maintenance", index)


def roles(catalog: Catalog) -> Iterator[tuple[str, Role, At]]:
    """Every role by its id."""
    for role_id, role in catalog.vocabulary.roles.items():
        yield role_id, role, At(catalog, VOCABULARY, ("roles", role_id))


def named_roles(catalog: Catalog) -> Iterator[NamedRole]:
    """Every place that names a role."""
    for objective, at in objectives(catalog):
        yield NamedRole(objective.owner, objective.period.first_day, at("owner"))
    for objective, key_result, at in key_results(catalog):
        yield NamedRole(key_result.owner, objective.period.first_day, at("owner"))
    for objective, _, link, at in links(catalog):
        start = link.valid_from or objective.period.first_day
        yield NamedRole(link.execution_owner, start, at("execution_owner"))
    for _, waiver, at in waivers(catalog):
        yield NamedRole(waiver.signed_by, waiver.signed_on, at("signed_by"))
    for objective, initiative, at in initiatives(catalog):
        yield NamedRole(initiative.owner, objective.period.first_day, at("owner"))
    for objective, dependency, at in dependencies(catalog):
        for index, confirmation in enumerate(dependency.confirmed):
            yield NamedRole(confirmation.by, confirmation.on, at("confirmed", index, "by"))
        if dependency.risk_owner:
            start = objective.period.first_day
            yield NamedRole(dependency.risk_owner, start, at("risk_owner"))
    for kpi, at in kpis(catalog):
        first = min((target.valid_from for target in kpi.targets), default=None)
        yield NamedRole(kpi.owner, first, at("owner"))
        for index, target in enumerate(kpi.targets):
            # Targets may be older than the record of who held which role: only the name counts.
            yield NamedRole(target.approved_by, None, at("targets", index, "approved_by"))
    for _, window, at in maintenance(catalog):
        yield NamedRole(window.approved_by, window.approved_on, at("approved_by"))
    for policy, at in policies(catalog):
        for index, role in enumerate(policy.approved_by):
            yield NamedRole(role, policy.approved_on, at("approved_by", index))


def cycles(edges: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """Every cycle once, as the nodes in order, starting at its alphabetically first node.

    Depth-first with an explicit stack, so a long chain cannot exhaust Python's own. Edges to
    unknown nodes are ignored. One cycle is reported for each edge that closes one.
    """
    done: set[str] = set()
    seen: set[tuple[str, ...]] = set()
    for start in sorted(edges):
        if start in done:
            continue
        path: list[str] = [start]
        remaining = [iter(edges[start])]
        while path:
            node = next(remaining[-1], None)
            if node is None:
                done.add(path.pop())
                remaining.pop()
            elif node in path:
                cycle = path[path.index(node) :]
                first = cycle.index(min(cycle))
                turned = tuple(cycle[first:] + cycle[:first])
                if turned not in seen:
                    seen.add(turned)
                    yield turned
            elif node in edges and node not in done:
                path.append(node)
                remaining.append(iter(edges[node]))
