"""`okrs/kpis/<id>.yml`: what a KPI means, who answers for it, and what counts as good enough."""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from sightline.calendar import FIRES_ON, Grain
from sightline.definition import (
    Count,
    CountFromZero,
    Day,
    Definition,
    Id,
    Number,
    Share,
    Text,
    refusal,
)
from sightline.finding import did_you_mean

_ZONES = frozenset(available_timezones())


class Direction(StrEnum):
    """Which way is better."""

    HIGHER_IS_BETTER = "higher_is_better"
    LOWER_IS_BETTER = "lower_is_better"


class Provenance(StrEnum):
    """How the number comes in: pulled from a system of record, or typed by hand."""

    PULLED = "pulled"
    TYPED = "typed"


class PlannedMaintenance(StrEnum):
    """Whether time that the calendar takes out for maintenance counts in the KPI."""

    COUNTED = "counted"
    EXCLUDED = "excluded"


def _known_zone(value: str) -> str:
    if value not in _ZONES:
        raise refusal("bad_time_zone", "is no IANA time zone", did_you_mean(value, _ZONES))
    return value


def _fire(value: Any) -> Any:
    if isinstance(value, list | tuple) and len(value) == 2:
        n, m = value
        if isinstance(n, int) and isinstance(m, int) and n > m:
            raise refusal(
                "bad_breach",
                "asks for more bad periods than it looks at",
                "write [n, m] with n ≤ m: n bad ones of the last m closed periods",
            )
    return value


class Target(Definition):
    """What is wanted from a day on, and the hard floor under it; stored with what it judges."""

    valid_from: Day = Field(alias="from")
    target: Number
    floor: Number | None = None
    approved_by: Id
    approved_on: Day


class Breach(Definition):
    """Fire when n of the last m closed periods are bad; recover after k good ones."""

    fire: Annotated[tuple[Count, Count], BeforeValidator(_fire)] | None = None
    recover: Count = 2


class Incentive(Definition):
    """A department paid by this KPI, with the share of the bonus that hangs on it."""

    department: Id
    share_of_bonus: Share


_Parameter = Number | bool | Text


class Guard(Definition):
    """An integrity guard to run on the KPI; every further key is a parameter of that guard."""

    model_config = ConfigDict(extra="allow")

    guard: Id
    __pydantic_extra__: dict[Id, _Parameter | tuple[dict[Id, _Parameter], ...]]

    @property
    def parameters(self) -> dict[str, Any]:
        """The guard's parameters by name; numbers are Decimal."""
        return dict(self.__pydantic_extra__)


class Kpi(Definition):
    """One KPI definition: three levels are never mixed, so it carries no values and no scopes."""

    id: Id
    name: Text
    description: Text
    unit: Id
    direction: Direction
    grain: Grain
    time_zone: Annotated[str, AfterValidator(_known_zone)]
    calendar: Id | None = None
    planned_maintenance: PlannedMaintenance = PlannedMaintenance.COUNTED
    owner: Id
    system_of_record: Id
    provenance: Provenance
    label: Literal["run_the_business"] | None = None
    grace_days: CountFromZero
    targets: tuple[Target, ...] = ()
    breach: Breach = Breach()
    asks: tuple[Id, ...] = ()
    driven_by: tuple[Id, ...] = ()
    factors: tuple[Id, ...] = ()
    incentives: tuple[Incentive, ...] = ()
    guards: tuple[Guard, ...] = ()

    @property
    def fires_on(self) -> tuple[int, int]:
        """n bad periods of the last m, as the definition or else its grain says."""
        return self.breach.fire or FIRES_ON[self.grain]

    @property
    def drivers(self) -> tuple[str, ...]:
        """The KPIs that move it: those it is a product of, and those it is driven by."""
        return (*self.factors, *self.driven_by)

    @property
    def definition_hash(self) -> str:
        """SHA-256 over what the number means; who is asked, paid or alarmed does not change it.

        Targets are left out as well: they are versions of their own, valid from their own day. So
        is what the calendar holds, which has a history of its own.
        """
        meaning = self.model_dump(
            mode="json",
            include={
                "id",
                "name",
                "description",
                "unit",
                "direction",
                "grain",
                "time_zone",
                "calendar",
                "planned_maintenance",
                "owner",
                "system_of_record",
                "provenance",
            },
        )
        text = json.dumps(meaning, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()
