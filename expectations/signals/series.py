"""What the tests are given: a series of values, the terms it is held to, and what one test says."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import stdtr

from expectations.guard import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

# A p-value of one says only that the statistic is on the innocent side; kept off the edge.
LARGEST_P = 0.99
# What is less likely than this is held against a dearer look as well, which may excuse it.
SUSPECT = 0.05
# Places as round scatter by chance up to here, in standard deviations.
SCATTER = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a KPI's definition says that a test has to know.

    kind: rate, count, amount, duration or score; bounds: the natural limits of the unit, None
    where there is none; independent: the counted events do not depend on one another;
    baseline_until: the last day of the KPI's own past that later days are compared with;
    period_end: month or quarter, whose last days may borrow from the next; None when the values are
    not daily.
    """

    target: float = float("nan")
    higher_is_better: bool = True
    kind: str | None = None
    resolution: float | None = None
    bounds: tuple[float | None, float | None] = (None, None)
    independent: bool = False
    approval_limit: float | None = None
    baseline_until: int | None = None
    period_end: str | None = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Values, all finite. `days` are increasing ordinals, None for values without an order.

    numerators and denominators: whole numbers whose ratio the values are, None for other kinds.
    """

    values: Floats
    days: Integers | None = None
    numerators: Integers | None = None
    denominators: Integers | None = None

    @classmethod
    def of(
        cls,
        values: Floats | Sequence[float],
        *,
        days: Integers | None = None,
        numerators: Integers | None = None,
        denominators: Integers | None = None,
    ) -> Series:
        """A series from anything that numpy takes for numbers."""
        return cls(
            values=np.asarray(values, dtype=np.float64),
            days=days,
            numerators=numerators,
            denominators=denominators,
        )

    @property
    def step_of_ratios(self) -> float:
        """How far apart ratios over a usual denominator lie, in percent; 0 for other kinds."""
        return 0.0 if self.denominators is None else float(100 / np.median(self.denominators))

    def take(self, index: Integers) -> Series:
        """The rows of these indices, in their order."""
        parts = (self.days, self.numerators, self.denominators)
        days, numerators, denominators = (None if p is None else p[index] for p in parts)
        return Series(
            values=self.values[index], days=days, numerators=numerators, denominators=denominators
        )


def numbered(days: Integers, until: int | None) -> tuple[Integers, int | None, bool]:
    """First days of periods, in their order, as the numbers of these; whether they are days.

    Days keep their ordinals, which tell weekdays and months; weeks, months and quarters are
    numbered from 0, their unequal lengths are no gaps. until: a day, and then its number, -1 before
    all of them.
    """
    apart = np.diff(days)
    step = int(np.median(apart)) if len(apart) else 1
    if step == 1:
        return days, until, True
    numbers = np.cumsum(np.maximum(1, np.rint(apart / max(step, 1)).astype(np.int64)))
    numbers = np.concatenate([[0], numbers])
    if until is not None:
        position = int(np.searchsorted(days, until, side="right"))
        until = int(numbers[position - 1]) if position else -1
    return numbers, until, False


@dataclass(frozen=True, slots=True, kw_only=True)
class Placebo:
    """The same test at another place where nothing was promised: how striking is it there?"""

    at: float
    score: float


def among_its_like(score: float, others: Floats) -> float:
    """The least p-value of a score where places as round scatter more than chance, else 0.

    Where honest values heap in ways that no curve knows, the curve fails at its placebos as well.
    """
    wide = float(np.sqrt(np.mean(others**2)))
    return float(stdtr(len(others), -score / wide)) if wide > SCATTER else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """What one test says of one series.

    n: values it compared; p_value: None unless it judged; rows: indices of values it speaks of;
    observed, expected: in words, with their numbers; score: the statistic, as `placebos` have it.
    """

    outcome: Outcome
    n: int
    detail: str
    p_value: float | None = None
    observed: str = ""
    expected: str = ""
    rows: Integers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    score: float | None = None
    placebos: tuple[Placebo, ...] = ()
    figures: dict[str, Any] = field(default_factory=dict)


def judged(
    p_value: float,
    *,
    n: int,
    observed: str,
    expected: str,
    rows: Integers | None = None,
    score: float | None = None,
    placebos: Sequence[Placebo] = (),
    figures: dict[str, Any] | None = None,
) -> Signal:
    """A signal with a p-value, kept off the edges of 0 and 1. Raises ValueError for a NaN."""
    if math.isnan(p_value):
        raise ValueError(f"a test yielded p = {p_value}")
    clipped = float(min(max(p_value, 1e-300), LARGEST_P))
    return Signal(
        outcome=Outcome.JUDGED,
        n=n,
        detail="; ".join(filter(None, (observed, expected, f"p = {clipped:.3g}"))),
        p_value=clipped,
        observed=observed,
        expected=expected,
        rows=np.zeros(0, dtype=np.int64) if rows is None else rows,
        score=score,
        placebos=tuple(placebos),
        figures=figures or {},
    )


def not_applicable(n: int, reason: str) -> Signal:
    """The test has nothing to say of such a series, and why."""
    return Signal(outcome=Outcome.NOT_APPLICABLE, n=n, detail=reason)


def not_enough(n: int, needed: int, what: str = "values") -> Signal:
    """The test would have something to say of a longer series."""
    detail = f"{n} {what}, {needed} are needed"
    return Signal(outcome=Outcome.NOT_ENOUGH_DATA, n=n, detail=detail)
