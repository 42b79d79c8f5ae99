"""`okrs/vocabulary.yml`: the closed list of words objectives, KPIs and policies may use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from sightline.alert_policy import AlertPolicy
from sightline.definition import CountFromZero, Day, Definition, Id, Mailbox, Text

if TYPE_CHECKING:
    from datetime import date


class OrganisationUnit(Definition):
    """A part of the firm that may have objectives of its own."""

    name: Text


class Department(Definition):
    """A department that owns KPIs and answers audit questions."""

    name: Text


class Holder(Definition):
    """Who holds a role from a day on: the person's mailbox and the deputy's."""

    valid_from: Day = Field(alias="from")
    person: Mailbox
    deputy: Mailbox


class Role(Definition):
    """A role that answers for something; its holders change, the role stays."""

    name: Text
    department: Id
    holders: tuple[Holder, ...] = Field(min_length=1)

    def holder_on(self, day: date) -> Holder | None:
        """The holder in force on a day, or None before the first one."""
        in_force = [holder for holder in self.holders if holder.valid_from <= day]
        return max(in_force, key=lambda holder: holder.valid_from, default=None)


class Unit(Definition):
    """A unit of measure; `decimals` is for showing, judgement compares unrounded numbers."""

    symbol: Text
    decimals: CountFromZero = Field(le=9)


class Vocabulary(Definition):
    """Every closed list of the firm."""

    organisation_units: dict[Id, OrganisationUnit] = Field(min_length=1)
    departments: dict[Id, Department] = Field(min_length=1)
    roles: dict[Id, Role] = Field(min_length=1)
    units: dict[Id, Unit] = Field(min_length=1)
    sources: tuple[Id, ...] = Field(min_length=1)
    channels: tuple[Id, ...] = ()
    cause_codes: tuple[Id, ...] = Field(min_length=1)
    answer_codes: tuple[Id, ...] = ()
    alerting: AlertPolicy = AlertPolicy()
