"""Do restatements carry past periods over the target more often than their sizes would at random?

Among the periods that were edited the sizes of the edits are exchanged: a drift that all edits
share (late bookings that always add) moves the permuted ones as well, and is no finding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from expectations.signals.crossing import JUST_INSIDE, crossings
from expectations.signals.quantiles import deviation
from expectations.signals.series import Signal, judged, not_applicable, not_enough

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from expectations.signals.series import Terms

    Floats = NDArray[np.float64]

MINIMUM = 30
FEWEST_EDITS = 5
UNITS = 10**6


def restatement(before: Floats, after: Floats, terms: Terms) -> Signal:
    """Do edits of past periods favour the target? Both as finite values, a period each."""
    n = len(before)
    if n < MINIMUM:
        return not_enough(n, MINIMUM, "periods on record")
    edited = np.flatnonzero(before != after)
    if not len(edited):
        return not_applicable(n, "no period was restated")
    if len(edited) < FEWEST_EDITS:
        return not_enough(len(edited), FEWEST_EDITS, "restated periods")
    sign = 1 if terms.higher_is_better else -1
    differences = np.rint(sign * (after - before)[edited] * UNITS).astype(np.int64)
    margins = np.rint(sign * (before[edited] - terms.target) * UNITS).astype(np.int64)
    tested = crossings(
        differences,
        margins[None, :],
        np.ones((1, len(edited)), dtype=bool),
        just_inside=round(JUST_INSIDE * deviation(before) * UNITS),
    )
    lifted = edited[(margins < 0) & (margins + differences >= 0)]
    sunk = int(((margins >= 0) & (margins + differences < 0)).sum())
    return judged(
        tested.p_value,
        n=n,
        observed=f"{len(lifted)} of {len(edited)} restated periods came to meet the target, "
        f"{sunk} to miss it",
        expected="about as many either way, and few just inside it, by edits of the same sizes",
        rows=lifted,
        figures={"draws": tested.draws, "seed": str(tested.seed)},
    )
