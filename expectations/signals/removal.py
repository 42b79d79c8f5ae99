"""Were rows that fail their limit removed or overridden more often than rows that pass?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from expectations.signals.roundness import hypergeometric_tail
from expectations.signals.series import Signal, judged, not_applicable, not_enough

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Booleans = NDArray[np.bool_]

MINIMUM = 30


def removal(failed: Booleans, left_out: Booleans) -> Signal:
    """Fisher's exact test: which rows fail, and which of all were left out of the KPI.

    Its mid-p, the mean of "at least so many" and "more" (Lancaster 1961): few rows are left out,
    and the exact tail asks about far fewer honest sets than it says.
    """
    n = len(failed)
    if n < MINIMUM:
        return not_enough(n, MINIMUM, "rows")
    gone, failing = int(left_out.sum()), int(failed.sum())
    if not gone:
        return not_applicable(n, "no row was left out")
    if not failing:
        return not_applicable(n, "no row fails its limit")
    both = failed & left_out
    seen = int(both.sum())
    return judged(
        sum(hypergeometric_tail(least, (failing, gone, n)) for least in (seen, seen + 1)) / 2,
        n=n,
        observed=f"{seen} of {gone} rows left out fail their limit",
        expected=f"about {gone * failing / n:.1f} at the share of all rows",
        rows=np.flatnonzero(both),
    )
