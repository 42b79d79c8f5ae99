"""Do reported figures differ from recomputed ones where the difference helps?

Two looks. Differences of more than the report's resolution: do they carry periods over a limit more
often than the same differences falling on periods at random (`crossing.py`)? Smaller ones, which
only rounding makes: do they go to the better side rather than the worse (sign test)?
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import bdtrc

from expectations.signals.crossing import JUST_INSIDE, crossings
from expectations.signals.quantiles import deviation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from expectations.permutation import Integers, Tested

    Floats = NDArray[np.float64]
    Booleans = NDArray[np.bool_]

# Warehouse values carry up to nine decimal places; six leave room for values up to 9 × 10^12.
UNITS = 10**6
# Fewer figures rounded the other way than the nearest are slips; they are no rule of rounding.
FEWEST_ROUNDED = 10


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What both looks saw; masks are one a period, in the order given.

    differing: by more than the resolution; lifted: those that reach a limit where the recomputed
    figure does not; towards, away: rounded to the better or to the worse neighbour though the
    other one is nearer.
    """

    crossing: Tested
    differing: Booleans
    lifted: Booleans
    towards: Booleans
    away: Booleans

    @property
    def of_rounding(self) -> float | None:
        """How often chance alone rounds so many to the better side, None where too few are."""
        towards, away = int(self.towards.sum()), int(self.away.sum())
        if towards + away < FEWEST_ROUNDED:
            return None
        return float(bdtrc(towards - 1, towards + away, 0.5)) if towards else 1.0

    @property
    def is_rounding(self) -> bool:
        """Is it the rounding that is the less likely of the two?"""
        return self.of_rounding is not None and self.of_rounding < self.crossing.p_value

    def rounding_in_words(self) -> tuple[str, str]:
        """What was observed and what expected of the rounding."""
        towards, away = int(self.towards.sum()), int(self.away.sum())
        observed = (
            f"{towards} figures are rounded to the better side though the other is nearer, "
            f"{away} to the worse"
        )
        return observed, f"about {(towards + away) / 2:g} either way, if they were slips"

    @property
    def p_value(self) -> float:
        """Of the less likely look, doubled where there were two."""
        if self.of_rounding is None:
            return self.crossing.p_value
        return min(1.0, 2 * min(self.of_rounding, self.crossing.p_value))


def against_target(
    reported: Floats, recomputed: Floats, target: float, *, step: float, higher_is_better: bool
) -> Reconciled:
    """Compare a report with the record where all periods are held to one target."""
    report, record, limit = (
        np.rint(np.asarray(values) * UNITS).astype(np.int64)
        for values in (reported, recomputed, np.full((1, len(reported)), target))
    )
    return reconcile(
        report, record, limit, step=round(step * UNITS), higher_is_better=higher_is_better
    )


def reconcile(
    reported: Integers,
    recomputed: Integers,
    limits: Integers,
    *,
    step: int,
    higher_is_better: bool,
    exists: Booleans | None = None,
) -> Reconciled:
    """Compare a report of the resolution `step` with the record, both and limits in whole units.

    limits: one row a limit (target, floor), one column a period; exists: whether the period has it.
    """
    sign = 1 if higher_is_better else -1
    # As an honest report of this resolution shows it: else slips next to a step count more easily.
    rounded = (2 * recomputed + step) // (2 * step) * step if step else recomputed
    apart = sign * (reported - rounded)
    differing = np.abs(apart) > step
    differences = np.where(differing, apart, 0)
    exists = np.ones(limits.shape, dtype=bool) if exists is None else exists
    margins = np.where(exists, sign * (rounded - limits), 0)
    gap = sign * (reported - recomputed)
    one_way = (2 * np.abs(gap) > step) & (np.abs(gap) < step)
    return Reconciled(
        crossing=crossings(
            differences,
            margins,
            exists,
            just_inside=round(JUST_INSIDE * deviation(rounded.astype(np.float64))),
        ),
        differing=differing,
        lifted=differing & (exists & (margins < 0) & (margins + differences >= 0)).any(axis=0),
        towards=one_way & (gap > 0),
        away=one_way & (gap < 0),
    )
