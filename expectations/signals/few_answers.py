"""Are the values means of few answers? Then many of them are a whole number or a half.

Means are fractions. Those of few answers lie on thirds, quarters and so on up to eighths more often
than on other hundredths, and on whole numbers and halves more often than anywhere. Tenths are left
out of the comparison, because people round to them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

HUNDREDTH = 0.01
TENTHS = set(range(0, 100, 10))
SIMPLE = sorted({round(100 * k / of) for of in range(3, 9) for k in range(1, of)} - TENTHS)
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
