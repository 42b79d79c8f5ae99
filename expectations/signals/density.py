"""A smooth curve through counts in bins, and how far it may err where it was not fitted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Booleans = NDArray[np.bool_]

STEPS = 12
LARGEST_LOG_MEAN = 25.0
RIDGE = 1e-6


@dataclass(frozen=True, slots=True)
class Curve:
    """Expected counts of all bins by a Poisson regression that saw some of them.

    covariance: of the coefficients; dispersion: Pearson's, of the bins it saw, at least 1.
    """

    expected: Floats
    design: Floats
    covariance: Floats
    dispersion: float

    def variance_of(self, weights: Floats) -> float:
        """Variance of the weighted sum of expected counts: what the fit itself may err."""
        gradient = (weights * self.expected) @ self.design
        return float(gradient @ self.covariance @ gradient)


def polynomials(places: Floats, order: int) -> Floats:
    """Chebyshev polynomials over the range of the places, one column each."""
    low, high = places.min(), places.max()
    scaled = 2 * (places - low) / max(high - low, 1e-12) - 1
    return np.polynomial.chebyshev.chebvander(scaled, order)


def fit(
    counts: Floats,
    design: Floats,
    seen: Booleans,
    *,
    exposure: Floats | None = None,
    ridge: Floats | None = None,
) -> Curve:
    """Poisson regression with log link on the bins `seen`; expectations for all bins.

    exposure: how much of a bin could be filled, 1 where left out; ridge: one over the variance that
    each coefficient is known to have beforehand, next to nothing where left out.
    """
    y, x = counts[seen], design[seen]
    offset = np.zeros(len(counts)) if exposure is None else np.log(exposure)
    known = offset[seen]
    coefficients = np.zeros(x.shape[1])
    coefficients[0] = np.log(max(float(y.mean()), 1e-3))
    prior = np.diag(np.full(x.shape[1], RIDGE) if ridge is None else ridge)
    previous = np.inf
    for _ in range(STEPS):
        linear = np.clip(x @ coefficients + known, -LARGEST_LOG_MEAN, LARGEST_LOG_MEAN)
        mean = np.exp(linear)
        information = (x.T * mean) @ x + prior
        step = np.linalg.solve(information, x.T @ (y - mean) - prior @ coefficients)
        largest = float(np.abs(step).max())
        coefficients = coefficients + step * min(1.0, 3.0 / max(largest, 1e-12))
        if largest < 1e-4 or (largest > previous > 50):
            break
        previous = largest
    expected = np.exp(np.clip(design @ coefficients + offset, -LARGEST_LOG_MEAN, LARGEST_LOG_MEAN))
    mean = expected[seen]
    covariance = np.asarray(np.linalg.inv((x.T * mean) @ x + prior), dtype=np.float64)
    freedom = max(len(y) - x.shape[1], 1)
    pearson = float((((y - mean) ** 2) / np.maximum(mean, 0.5)).sum() / freedom)
    # Under chance alone it strays from 1 by sqrt(2 / freedom): only more than twice that counts.
    dispersion = pearson if pearson > 1 + 2 * np.sqrt(2 / freedom) else 1.0
    return Curve(expected, design, covariance, dispersion)


def deviance(counts: Floats, expected: Floats) -> float:
    """Twice how much less likely the counts are than if just they had been expected."""
    expected = np.maximum(expected, 1e-9)
    logs = np.log(np.maximum(counts, 1e-9) / expected)
    return 2 * float((counts * logs - (counts - expected)).sum())
