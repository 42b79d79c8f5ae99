"""Do differences carry values over a limit more often than the same differences at random would?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from expectations.permutation import Tested, permutation_test, seed_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from expectations.permutation import Integers


JUST_INSIDE = 0.5  # standard deviations of the values


def crossings(
    differences: Integers, margins: Integers, exists: NDArray[np.bool_], *, just_inside: int = 0
) -> Tested:
    """Periods carried over a limit less those carried back, against random order.

    differences: one a period, positive where it helps; margins: how far each period lies past each
    limit, one row a limit; exists: whether the period has that limit; just_inside: a period carried
    over that ends at most so far inside counts threefold, because who wants to pass stops there.
    All in the same whole units.
    """

    def net_lifted(permuted: Integers) -> Integers:
        lifted = np.zeros(len(permuted), dtype=np.int64)
        for margin, counts in zip(margins, exists, strict=True):
            reached = (margin + permuted >= 0) & counts
            over = reached & (margin < 0)
            lifted += over.sum(axis=1)
            if just_inside:
                lifted += 2 * (over & (margin + permuted <= just_inside)).sum(axis=1)
            lifted -= (~reached & counts & (margin >= 0)).sum(axis=1)
        return lifted

    return permutation_test(differences, net_lifted, seed=seed_of(differences, margins))
