"""`okrs/objectives/<id>.yml`: an objective, its key results and the KPIs they are tied to."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Literal

from pydantic import Field

from sightline.definition import CountFromZero, Day, Definition, Id, Number, PositiveNumber, Text


class KeyResultKind(StrEnum):
    """What it means for a key result to be reached."""

    INCREASE_TO = "increase_to"
    DECREASE_TO = "decrease_to"
    STAY_AT_OR_ABOVE = "stay_at_or_above"
    STAY_AT_OR_BELOW = "stay_at_or_below"
    WITHIN_RANGE = "within_range"
    MILESTONE = "milestone"
    BINARY = "binary"


class LinkRole(StrEnum):
    """What a KPI is to a key result: its number, its early sign, its price, its precondition."""

    MEASURE = "measure"
    LEADING = "leading"
    GUARDRAIL = "guardrail"
    CONSTRAINT = "constraint"


class Path(StrEnum):
    """How a key result is expected to move from its baseline to its target."""

    LINEAR = "linear"
    BACK_LOADED = "back_loaded"
    LISTED = "listed"


class Period(Definition):
    """First and last day, both included."""

    first_day: Day = Field(alias="from")
    last_day: Day = Field(alias="to")


class Link(Definition):
    """Ties a key result to one instance of a KPI; valid for the objective's period by default."""

    kpi: Id
    role: LinkRole
    scope: Id = "all"
    weight: PositiveNumber = Decimal(1)
    lag_periods: CountFromZero = 0
    execution_owner: Id
    valid_from: Day | None = None
    valid_to: Day | None = None


class Waypoint(Definition):
    """What the measure should have reached by the end of a day."""

    day: Day
    value: Number


class Waiver(Definition):
    """A rule that is knowingly left unmet, and who answers for that.

    It ends with the objective. A department cannot sign for its own goal. `kpi` names the KPI that
    an undeclared conflict is about; a key result without a guardrail has none to name.
    """

    rule: Literal["undeclared_conflict", "key_result_without_guardrail"]
    kpi: Id | None = None
    reason: Text
    signed_by: Id
    signed_on: Day


class KeyResult(Definition):
    """One measurable result; which of the four numbers it needs depends on its kind."""

    id: Id
    name: Text
    kind: KeyResultKind
    owner: Id
    baseline: Number | None = None
    target: Number | None = None
    low: Number | None = None
    high: Number | None = None
    weight: PositiveNumber = Decimal(1)
    path: Path = Path.LINEAR
    waypoints: tuple[Waypoint, ...] = ()
    links: tuple[Link, ...] = ()
    waivers: tuple[Waiver, ...] = ()

    def links_as(self, *roles: LinkRole) -> tuple[Link, ...]:
        """The links that play one of the given roles, in the order written."""
        return tuple(link for link in self.links if link.role in roles)


class Initiative(Definition):
    """Work that is done to move KPIs; which ones, it has to say."""

    id: Id
    name: Text
    owner: Id
    changes: tuple[Id, ...] = ()


class Confirmation(Definition):
    """A role that agreed to something, and when."""

    by: Id
    on: Day


class Dependency(Definition):
    """What the objective needs from another department.

    It stands when both sides have confirmed it; until then somebody has to carry the risk.
    """

    id: Id
    needs: Text
    department: Id
    confirmed: tuple[Confirmation, ...] = ()
    risk_owner: Id | None = None


class Objective(Definition):
    """What one unit of the organisation wants to have reached by a day."""

    id: Id
    name: Text
    owner: Id
    unit: Id
    period: Period
    supports: Id | None = None
    key_results: tuple[KeyResult, ...] = ()
    initiatives: tuple[Initiative, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
