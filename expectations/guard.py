"""The contract every guard keeps: what it says of itself, and what it says of the evidence."""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, cast

from sightline.errors import UsageError
from sightline.finding import did_you_mean
from sightline.registry import names

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from expectations.row_expectation import RowExpectation

PACKAGE = "expectations.guards"

Row = dict[str, Any]
"""One line of evidence: the guard's own columns, and what the definition says of the KPI:
kpi_name, direction, target, floor, grace_days, grain, time_zone."""


class Kind(StrEnum):
    """A structural fact proves itself; a statistical signal has an error rate. Never mixed."""

    STRUCTURAL = "structural"
    STATISTICAL = "statistical"


class Outcome(StrEnum):
    """What came of one examination; the last two are results, never a pass."""

    JUDGED = "judged"
    NOT_APPLICABLE = "not_applicable"
    NOT_ENOUGH_DATA = "not_enough_data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What a guard says of itself.

    evidence: SQL that yields kpi_id, scope, period_start (first day of a period, or null) and
        whatever else the guard needs, for all KPIs at once.
    part: the columns that split a KPI's evidence into parts; one expectation is evaluated a part.
        Without `scope` among them it looks at the KPI as such.
    every_number: its evidence speaks of every judged number, and one it leaves out is an error.
        Where that need not be (a workbook of one site), a scope it leaves out has not enough data.
    minimum: the fewest rows of a part it will judge.
    false_alarm_rate: share of honest parts it asks about, as its tests measure it; 0 for a fact.
    rate_holds: what "honest" means there, and where the rate is known not to hold.
    invisible: what it cannot see, said aloud.
    share: of a statistic, of the false alarms that all guards of a KPI may cause together, at 100
        values. A guard that is sure at once has a small one; `python -m benchmarks.guards` says
        what comes of all.
    share_falls: with the fourth root of the number of values, where more of them make it much
        surer; not where small strengths need the same share at any length.
    """

    kind: Kind
    evidence: str
    part: tuple[str, ...]
    minimum: int
    false_alarm_rate: float
    rate_holds: str
    innocent_explanations: tuple[str, ...]
    invisible: tuple[str, ...]
    every_number: bool = True
    share: float = 0.1
    share_falls: bool = True

    def share_at(self, n: int) -> float:
        """Its share where it compared so many values."""
        return self.share * (100 / n) ** 0.25 if self.share_falls else self.share


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """One question with its evidence. A fact names one period; a statistic speaks of several.

    place tells it from other suspicions of the same part: a cell address, a range of periods.
    contests: for a fact, whether the numbers it speaks of can no longer be trusted; a fact that
        only asks (a hidden row, a target that was moved) leaves them standing.
    """

    scope: str
    period_start: date | None
    periods: frozenset[date]
    place: str
    observed: str
    expected: str
    question: str
    evidence: Mapping[str, Any]
    contests: bool = True

    def __post_init__(self) -> None:
        """Raise ValueError when it speaks of no period: it could then reach no number."""
        if not self.periods:
            raise ValueError("a suspicion must name the periods it speaks of")


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What a guard saw in one part.

    n: rows it compared; covered: the (scope, period_start) pairs it speaks for;
    p_value: for statistical guards, before any correction for the number of looks;
    unexpected_count: rows that do not fit, whether or not they add up to a question.
    """

    outcome: Outcome
    n: int
    detail: str
    covered: frozenset[tuple[str, date]] = frozenset()
    p_value: float | None = None
    unexpected_count: int = 0
    suspicions: tuple[Suspicion, ...] = field(default=())

    def __post_init__(self) -> None:
        """Raise ValueError for a judgement over nothing: it would read as a pass."""
        if self.outcome is Outcome.JUDGED and (self.n < 1 or not self.covered):
            raise ValueError("an examination that judged must have compared and covered something")


class GuardModule(Protocol):
    """What a file in `guards/` holds."""

    GUARD: Guard

    def expectation(self) -> type[RowExpectation]:
        """The Great Expectations class; imports Great Expectations when called."""
        ...


def load(name: str) -> GuardModule:
    """The guard of that name. Raises UsageError when there is none, ImportError when it breaks."""
    module = f"{PACKAGE}.{name}"
    if module not in sys.modules and name not in (known := names(PACKAGE)):
        raise UsageError(f"there is no guard {name!r}: {did_you_mean(name, known)}")
    return cast("GuardModule", importlib.import_module(module))
