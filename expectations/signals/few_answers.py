"""Are the values means, or shares, of few? Then many of them are a whole number, a half, a tenth.

Means are fractions. Those of few answers lie on thirds, quarters and so on up to eighths more often
than on other hundredths, and on whole numbers and halves more often than anywhere. Tenths are left
out of the comparison, because people round to them.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

HUNDREDTH = 0.01
TENTHS = set(range(0, 100, 10))
SIMPLE = sorted({round(100 * k / of) for of in range(3, 9) for k in range(1, of)} - TENTHS)
# A percentage to so many decimals, and as shares of how many at most it is known by its place.
SHARES_OF = {1: 25, 2: 80}
NEARLY_ALL = 0.98
# Standard errors by which simple fractions have to be more than their share.
CLEARLY = 2.33


def gathers_means(values: Floats, target: float) -> bool:
    """Is the target where means of few answers gather, and are these such means?"""
    hundredths = np.rint(values / HUNDREDTH)
    is_mean = np.abs(values / HUNDREDTH - hundredths) < 1e-6
    if abs(2 * target - round(2 * target)) > 1e-9 or not is_mean.all():
        return False
    others = hundredths[hundredths % 10 != 0] % 100
    chance = len(SIMPLE) / (100 - len(TENTHS))
    expected = chance * len(others)
    return float(np.isin(others, SIMPLE).sum()) > expected + CLEARLY * float(
        np.sqrt(expected * (1 - chance))
    )


def are_shares_of_few(values: Floats) -> bool:
    """Are nearly all of these percentages shares of a few, which decimals as fine seldom are?"""
    if values.min() < 0 or values.max() > 100 or (values % 1 == 0).all():
        return False
    for decimals, few in SHARES_OF.items():
        places = values * 10**decimals
        if (np.abs(places - np.rint(places)) < 1e-6).all():
            return bool(_parts(decimals, few)[np.rint(places).astype(int)].mean() >= NEARLY_ALL)
    return False


@cache
def _parts(decimals: int, few: int) -> NDArray[np.bool_]:
    """Which percentages to so many decimals are shares of so many or fewer."""
    whole = 100 * 10**decimals
    is_part = np.zeros(whole + 1, dtype=bool)
    for of in range(1, few + 1):
        is_part[np.rint(whole * np.arange(of + 1) / of).astype(int)] = True
    return is_part
