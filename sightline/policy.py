"""`okrs/policies/<id>.yml`: which of two KPIs gives way, decided before anyone needs to know."""

from __future__ import annotations

from enum import StrEnum
from itertools import product
from typing import Annotated, NamedTuple

from pydantic import BeforeValidator, Field, WithJsonSchema

from sightline.definition import Code, Count, Day, Definition, Id, NotNegativeNumber, Text


class Integrity(StrEnum):
    """Can the guardrail's number be trusted?"""

    TRUSTED = "trusted"
    CONTESTED = "contested"
    INSUFFICIENT = "insufficient"


class Floor(StrEnum):
    """Where the guardrail is against its hard floor; `below` is the bad side of it."""

    ABOVE = "above"
    BELOW = "below"


class Budget(StrEnum):
    """What is left of the window's budget; `low` is under a quarter."""

    AMPLE = "ample"
    LOW = "low"
    SPENT = "spent"


class Pace(StrEnum):
    """Where the key result is against its plan.

    Also `behind` where the forecast of its landing misses the target with its whole interval.
    """

    AHEAD = "ahead"
    BEHIND = "behind"


class Effort(StrEnum):
    """`starved` is under 60 % of the planned effort in each of the last four periods."""

    SUFFICIENT = "sufficient"
    STARVED = "starved"


class Verdict(StrEnum):
    """What the policy says to do, from loosest to strictest; `no_verdict` stands apart."""

    GOAL_WINS_SPEND_BUDGET = "goal_wins_spend_budget"
    GOAL_WINS_PROCEED = "goal_wins_proceed"
    SLOW_DOWN = "slow_down"
    GUARDRAIL_WINS = "guardrail_wins"
    NO_VERDICT = "no_verdict"


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _bands(words: type[StrEnum]) -> tuple[object, ...]:
    """One word or a list of words; editors are told both forms."""
    one = {"enum": [word.value for word in words]}
    schema = {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}
    return BeforeValidator(_as_list), Field(min_length=1), WithJsonSchema(schema)


class When(Definition):
    """The states a rule is for: one band, a list of bands, or left out for any."""

    integrity: Annotated[tuple[Integrity, ...], *_bands(Integrity)] | None = None
    floor: Annotated[tuple[Floor, ...], *_bands(Floor)] | None = None
    budget: Annotated[tuple[Budget, ...], *_bands(Budget)] | None = None
    pace: Annotated[tuple[Pace, ...], *_bands(Pace)] | None = None
    effort: Annotated[tuple[Effort, ...], *_bands(Effort)] | None = None

    def matches(self, state: State) -> bool:
        """Whether the rule is for this state."""
        return all(
            bands is None or band in bands
            for bands, band in zip(
                (self.integrity, self.floor, self.budget, self.pace, self.effort),
                state,
                strict=True,
            )
        )


class State(NamedTuple):
    """One situation a policy can meet."""

    integrity: Integrity
    floor: Floor
    budget: Budget
    pace: Pace
    effort: Effort


def every_state() -> tuple[State, ...]:
    """All 72 situations, so that a policy can be proven instead of tried."""
    return tuple(State(*bands) for bands in product(Integrity, Floor, Budget, Pace, Effort))


class Instance(Definition):
    """One instance of a KPI."""

    kpi: Id
    scope: Id = "all"


class PolicyRule(Definition):
    """When the state matches, this verdict and this sentence to the people who act."""

    rule: Id
    when: When
    verdict: Verdict
    instruction: Text


class Policy(Definition):
    """Goal against guardrail: the first rule that matches wins.

    `planned_allowance` is in points of the guardrail's unit per period, on top of what its target
    leaves, summed over `window_periods`. What is lost to `exempt_causes`, reason codes of the
    guardrail's source, burns no budget; its target and its hard floor hold all the same.
    """

    id: Id
    name: Text
    key_result: Id
    guardrail: Instance
    effort: Instance
    window_periods: Count
    planned_allowance: NotNegativeNumber
    exempt_causes: tuple[Code, ...] = ()
    approved_by: tuple[Id, ...] = Field(min_length=1)
    approved_on: Day
    valid_from: Day
    valid_to: Day
    dispute_route: Text
    rules: tuple[PolicyRule, ...] = Field(min_length=1)

    @property
    def conflict(self) -> tuple[str, Instance]:
        """What it decides about: the key result and the guardrail that may be spent for it."""
        return self.key_result, self.guardrail

    def rule_for(self, state: State) -> PolicyRule | None:
        """The first rule that matches a state, or None where the policy has a gap."""
        return next((rule for rule in self.rules if rule.when.matches(state)), None)
