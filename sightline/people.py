"""Who is who today? Mailboxes and the roles they hold, from the vocabulary, by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightline.errors import UsageError
from sightline.finding import did_you_mean

if TYPE_CHECKING:
    from datetime import date

    from sightline.catalog import Catalog


def role_names(catalog: Catalog) -> dict[str, str]:
    """Every role's name by its id."""
    return {role_id: role.name for role_id, role in catalog.vocabulary.roles.items()}


def holders(catalog: Catalog, role: str, day: date) -> tuple[str, ...]:
    """The person who holds a role on a day, then the deputy; nobody where it has no holder."""
    known = catalog.vocabulary.roles.get(role)
    holder = known.holder_on(day) if known else None
    return () if holder is None else tuple(dict.fromkeys([holder.person, holder.deputy]))


def roles_of(catalog: Catalog, mailbox: str, day: date) -> tuple[str, ...]:
    """The roles a mailbox stands for on a day, as person or as deputy, by id."""
    roles = sorted(catalog.vocabulary.roles)
    return tuple(role for role in roles if mailbox in holders(catalog, role, day))


def require_known(catalog: Catalog, mailbox: str, day: date) -> None:
    """UsageError when the mailbox holds no role on that day: who has left cannot act."""
    if not roles_of(catalog, mailbox, day):
        raise UsageError(f"{mailbox} holds no role on {day}: okrs/vocabulary.yml says who may act")


def mailboxes(catalog: Catalog, day: date) -> tuple[str, ...]:
    """Everybody who holds a role on a day, persons and deputies."""
    roles = catalog.vocabulary.roles
    return tuple(sorted({person for role in roles for person in holders(catalog, role, day)}))


def require_role_or_person(catalog: Catalog, who: str, day: date) -> None:
    """UsageError when `who` is neither a role nor somebody who holds one that day."""
    known = (*catalog.vocabulary.roles, *mailboxes(catalog, day))
    if who not in known:
        raise UsageError(f"{who} is no role and holds none on {day}; {did_you_mean(who, known)}")


def owners(catalog: Catalog, kpi_id: str, day: date) -> tuple[str, ...]:
    """Who owns a KPI on a day, the deputy included; nobody for a KPI that is defined no more."""
    kpi = catalog.kpis.get(kpi_id)
    return () if kpi is None else holders(catalog, kpi.owner, day)
