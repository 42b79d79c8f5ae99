"""How often would chance alone do this? Monte Carlo tests, deterministic in their inputs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]

# Besag and Clifford (1991): stop once this many draws reached the observed value. Honest series
# stop after some dozens; only a striking one pays for all draws, 0.2 CPU s at n = 90. Their number
# bounds p from below: at 0.00001 for short series, at 0.0001 from 1,000 periods on.
ENOUGH_EXCEEDANCES = 20
MOST_DRAWS = 99_999
FEWEST_DRAWS = 9_999
MOST_CELLS = 10_000_000
FIRST_BLOCK = 100
CELLS_AT_ONCE = 100_000


@dataclass(frozen=True, slots=True)
class Tested:
    """Observed statistic, its mean over the draws, one-sided p-value, draws made, seed used."""

    observed: int
    mean: float
    p_value: float
    draws: int
    seed: int


def seed_of(*inputs: Integers) -> int:
    """A seed derived from the inputs alone: SHA-256 over their shapes and little-endian values."""
    digest = hashlib.sha256()
    for values in inputs:
        digest.update(repr(values.shape).encode() + values.astype("<i8").tobytes())
    return int.from_bytes(digest.digest()[:8], "big")


def permutation_test(
    values: Integers,
    statistic: Callable[[Integers], Integers],
    *,
    seed: int,
    most_draws: int | None = None,
) -> Tested:
    """Is the statistic larger than when the values fall on the periods at random? One-sided.

    values: one integer a period, shape (n,); statistic: maps shape (draws, n) to (draws,).
    The null hypothesis is that values are exchangeable over the periods.
    """
    import numpy as np

    def draw(generator: np.random.Generator, count: int) -> Integers:
        return statistic(generator.permuted(np.tile(values, (count, 1)), axis=1))

    observed = int(statistic(values[np.newaxis, :])[0])
    most = most_draws or min(MOST_DRAWS, max(FEWEST_DRAWS, MOST_CELLS // len(values)))
    return monte_carlo_test(observed, draw, width=len(values), seed=seed, most_draws=most)


def monte_carlo_test(
    observed: int,
    draw: Callable[[np.random.Generator, int], Integers],
    *,
    width: int,
    seed: int,
    most_draws: int,
) -> Tested:
    """Is the observed statistic larger than those drawn under the null hypothesis? One-sided.

    draw: gives so many statistics of the null hypothesis, shape (count,); width: numbers that one
    draw handles, which bounds the memory. The p-value is valid at every stopping point (Besag and
    Clifford 1991, "Sequential Monte Carlo p-values").
    """
    import numpy as np

    generator = np.random.default_rng(seed)
    block = FIRST_BLOCK
    draws, exceedances, total = 0, 0, 0
    while draws < most_draws:
        count = min(block, most_draws - draws)
        block = max(FIRST_BLOCK, min(4 * block, CELLS_AT_ONCE // width))
        drawn = draw(generator, count)
        reached = np.flatnonzero(drawn >= observed)
        wanted = ENOUGH_EXCEEDANCES - exceedances
        if len(reached) >= wanted:
            last = int(reached[wanted - 1]) + 1
            draws, total = draws + last, total + int(drawn[:last].sum())
            p_value = ENOUGH_EXCEEDANCES / draws
            return Tested(observed, total / draws, p_value, draws, seed)
        draws, total = draws + count, total + int(drawn.sum())
        exceedances += len(reached)
    return Tested(observed, total / draws, (exceedances + 1) / (draws + 1), draws, seed)
