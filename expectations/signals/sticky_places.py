"""Where values stand still on few places, is the target one of those?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtr

from expectations.signals.series import LARGEST_P, Signal, judged, not_applicable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FEWEST_HELD = 12  # places as round as the target that hold anything
# How far what such places hold scatters at least, as a logarithm; and what none counts as.
LEAST_SPREAD, NOTHING = 0.5, 0.5


def among_sticky(held: Floats, on_target: NDArray[np.bool_], target: float) -> Signal:
    """Where no curve tells, what all places as round near by hold: in logarithms, by t.

    Prices, doses and limits stand still, and places hold now many values, now none: where another
    holds half as many as the target, the target is one of those. A few prices are no density.
    """
    n, count = len(on_target), int(on_target.sum())
    if (held > 0).sum() < FEWEST_HELD:
        return not_applicable(n, "its neighbours hold now many values, now none")
    others = np.log(np.maximum(held, NOTHING))
    spread = max(float(others.std(ddof=1)), LEAST_SPREAD) * np.sqrt(1 + 1 / len(others))
    score = float((np.log(max(count, NOTHING)) - others.mean()) / spread)
    is_one_of_those = bool((2 * held >= count).any())
    return judged(
        LARGEST_P if is_one_of_those else float(stdtr(len(others) - 1, -score)),
        n=n,
        rows=np.flatnonzero(on_target),
        observed=f"{count} values exactly on {target:g}",
        expected=f"{held.mean():.1f} on the average of {len(others)} values near by that are "
        "as round",
        score=score,
    )
