"""Do differences carry values over a limit more often than the same differences at random would?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from expectations.permutation import (
    FEWEST_DRAWS,
    MOST_CELLS,
    Tested,
    monte_carlo_test,
    seed_of,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from expectations.permutation import Integers


JUST_INSIDE = 0.5  # standard deviations of the values
# A period carried over counts once, and up to four times the nearer to the limit it ends: who wants
# to pass stops there. Whole units so fine that few of the permuted statistics are equal: where
# every crossing just inside counted alike, ties cost a third of the restatements found at n = 90.
ONCE, NEARER = 16, 48
MOST_DRAWS = 24_999  # p is never below 0.00004: enough for an urgent question at a share of 5 %


def crossings(
    differences: Integers, margins: Integers, exists: NDArray[np.bool_], *, just_inside: int = 0
) -> Tested:
    """Periods carried over a limit less those carried back, against random order.

    differences: one a period, positive where it helps; margins: how far each period lies past each
    limit, one row a limit; exists: whether the period has that limit; just_inside: a period carried
    over that ends at most so far inside counts for more, the nearer the more. All in the same whole
    units.
    """

    n, moved = len(differences), np.flatnonzero(differences)
    sizes = differences[moved]

    def net_lifted(places: Integers) -> Integers:
        lifted = np.zeros(len(places), dtype=np.int64)
        for margin, counts in zip(margins, exists, strict=True):
            before, usable = margin[places], counts[places]
            inside = before + sizes
            over = (before < 0) & (inside >= 0) & usable
            back = (before >= 0) & (inside < 0) & usable
            lifted += ONCE * (over.sum(axis=1) - back.sum(axis=1))
            if just_inside:
                nearness = NEARER * np.maximum(just_inside - inside, 0) // just_inside
                lifted += (over * nearness).sum(axis=1)
        return lifted

    def draw(generator: np.random.Generator, count: int) -> Integers:
        return net_lifted(distinct_places(generator, count, chosen=len(moved), among=n))

    return monte_carlo_test(
        int(net_lifted(moved[None, :])[0]),
        draw,
        width=max(len(moved), 1),
        seed=seed_of(differences, margins),
        most_draws=min(MOST_DRAWS, max(FEWEST_DRAWS, MOST_CELLS // n)),
    )


def distinct_places(
    generator: np.random.Generator, count: int, *, chosen: int, among: int
) -> Integers:
    """`count` times `chosen` different places of `among`, in random order; shape (count, chosen).

    Few of many are drawn with repetition, and a place drawn twice is drawn again: no place is
    preferred, and nobody shuffles a thousand places for ten.
    """
    if 4 * chosen > among:
        everywhere = np.tile(np.arange(among, dtype=np.int64), (count, 1))
        return generator.permuted(everywhere, axis=1)[:, :chosen]
    places = generator.integers(0, among, (count, chosen))
    while True:
        # Place and draw in one number: sorting numbers is several times faster than ordering them.
        ordered = np.sort(places * chosen + np.arange(chosen), axis=1)
        rows, columns = np.nonzero(np.diff(ordered // chosen) == 0)
        if not len(rows):
            return places
        again = ordered[rows, columns + 1] % chosen
        places[rows, again] = generator.integers(0, among, len(rows))
