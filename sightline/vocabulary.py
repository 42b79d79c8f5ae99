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
    """Who holds a role from a day on: the person's mailbox and the deputy's.

    `valid_to` is the person's last day; after it the deputy acts until the next holder starts.
    """

    valid_from: Day = Field(alias="from")
    valid_to: Day | None = Field(default=None, alias="to")
    person: Mailbox
    deputy: Mailbox

    def acting_on(self, day: date) -> Mailbox:
        """Who acts on a day on or after the first: the person, or, once gone, the deputy."""
        has_left = self.valid_to is not None and day > self.valid_to
        return self.deputy if has_left else self.person


class Role(Definition):
    """A role that answers for something; its holders change, the role stays."""

    name: Text
    department: Id
    holders: tuple[Holder, ...] = Field(min_length=1)

    def holder_on(self, day: date) -> Holder | None:
        """The holder in force on a day, or None before the first one."""
        in_force = [holder for holder in self.holders if holder.valid_from <= day]
        return max(in_force, key=lambda holder: holder.valid_from, default=None)

    def acting_on(self, day: date) -> Mailbox | None:
        """Who acts in the role on a day, or None before the first holder."""
        holder = self.holder_on(day)
        return holder.acting_on(day) if holder else None


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
