"""What in a series could its own past not have told? Its surprises, the rest taken out.

Two series that each follow their own past look related at some lag although they are not: the best
of five lags finds a "lead" in most pairs of unrelated random walks. Between surprises that cannot
happen (Haugh 1976, "Checking the independence of two covariance-stationary time series").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# Five lags take out an AR(2), a random walk and a month of weeks; what a longer season leaves is
# for the rephased draws of `leading` to stand. A short series pays one lag for each five periods.
MOST_LAGS = 5
PERIODS_A_LAG = 5


def standardised(values: Sequence[Decimal | None]) -> Floats:
    """The known values as floats from their first one and on the scale of their widest distance.

    Exact decimals up to the one division, so that a change of unit changes nothing that follows.
    Missing and non-finite values become NaN; a series that never moves is zero throughout.
    """
    import numpy as np

    known = [value for value in values if value is not None and value.is_finite()]
    first = known[0] if known else None
    widest = max((abs(value - known[0]) for value in known), default=None)
    return np.array(
        [
            float((value - first) / (widest or 1))
            if value is not None and value.is_finite() and first is not None
            else np.nan
            for value in values
        ]
    )


def surprises(values: Floats) -> Floats:
    """What is left of each value after a level, a trend and an autoregression; mean zero.

    The order of the autoregression has the smallest corrected Akaike criterion (Hurvich and Tsai
    1989), all orders compared on the same periods. NaN where the value or one of the values that
    it is predicted from is missing: a gap is never filled.
    """
    import numpy as np

    most = min(MOST_LAGS, int(np.isfinite(values).sum()) // PERIODS_A_LAG)
    design = _design(values, most)
    comparable = np.isfinite(values) & np.isfinite(design).all(axis=1)
    criteria = [
        _corrected_akaike(values[comparable], design[comparable, : 2 + lags])
        for lags in range(most + 1)
    ]
    design = design[:, : 2 + int(np.argmin(criteria))]
    usable = np.isfinite(values) & np.isfinite(design).all(axis=1)
    left = np.full(len(values), np.nan)
    left[usable] = _residuals(values[usable], design[usable])
    return left


def _design(values: Floats, lags: int) -> Floats:
    """Columns: one, the time from -1 to 1, then the value 1 to `lags` periods earlier."""
    import numpy as np

    columns = [np.ones(len(values)), np.linspace(-1, 1, len(values))]
    for lag in range(1, lags + 1):
        columns.append(np.concatenate([np.full(lag, np.nan), values[:-lag]]))
    return np.column_stack(columns)


def _residuals(values: Floats, design: Floats) -> Floats:
    import numpy as np

    coefficients = np.linalg.lstsq(design, values)[0]
    return np.asarray(values - design @ coefficients)


def _corrected_akaike(values: Floats, design: Floats) -> float:
    """Infinite where there are not enough periods for the number of coefficients."""
    import numpy as np

    periods, coefficients = design.shape
    parameters = coefficients + 1  # and the variance
    if periods <= parameters + 1:
        return float("inf")
    variance = max(float(np.mean(_residuals(values, design) ** 2)), 1e-24)
    return float(periods * np.log(variance) + 2 * parameters * periods / (periods - parameters - 1))
