"""Quantiles of values, and how far their bulk lies apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def quantiles(values: NDArray[Any], *shares: float) -> list[float]:
    """The values below which these shares lie, between two neighbours in proportion.

    As numpy.quantile has them, which looks at its arguments for six times as long as 2,000 values
    take to sort; a guard asks for twenty of a KPI.
    """
    ordered, last = np.sort(values), len(values) - 1
    found = []
    for share in shares:
        below = int(share * last)
        low, high = float(ordered[below]), float(ordered[min(below + 1, last)])
        found.append(low + (high - low) * (share * last - below))
    return found


def deviation(values: NDArray[Any]) -> float:
    """The standard deviation of the bulk of the values, by the quantiles one of it away."""
    low, high = quantiles(values, 0.1587, 0.8413)
    return (high - low) / 2


def spread_of(values: NDArray[Any], parts: int) -> float:
    """Their deviation; of values most of which are equal, so much of what 99 of 100 span."""
    return max(deviation(values), part_of_span(values, parts))


def part_of_span(values: NDArray[Any], parts: int) -> float:
    """One of so many equal parts of what 99 of 100 values span: no outlier makes it larger."""
    low, high = quantiles(values, 0.005, 0.995)
    return max((high - low) / parts, 1e-12)
