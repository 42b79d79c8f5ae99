"""Do more values lie exactly on the target than a smooth curve through its neighbourhood expects?

Where values are few, all of them near by tell the curve, as round as the target or not: what each
kind of roundness gathers is part of it. Where they are many, places as round as the target do. The
count on the target is held against a negative binomial distribution about the curve, as wide as
chance, the fit and what no smooth curve knows make it. For a rate a value counts as on a target
when its numerator is the first that reaches it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import bdtrc, betainc

from expectations.signals.bunching import BOUNDS
from expectations.signals.density import fit, polynomials
from expectations.signals.exposure import dwelling, in_order
from expectations.signals.few_answers import are_shares_of_few, gathers_means
from expectations.signals.series import (
    Placebo,
    Signal,
    among_its_like,
    judged,
    not_applicable,
    not_enough,
)
from expectations.signals.standing import each_stand_once
from expectations.signals.sticky_places import among_sticky
from expectations.signals.target_cells import (
    FEWEST_TELLING,
    MANY,
    Cells,
    alike_tell,
    cells_of_rates,
    cells_of_values,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from expectations.signals.series import Series, Terms

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]

MINIMUM = 30
FEWEST_ON_TARGET = 2  # one is where targets are read off
FEWEST_ALIKE = 3  # places as round as the target
ORDER, LOW_ORDER = 3, 2
FEW = 60  # values from which on they afford the higher order
# An honest density is no polynomial: so much more may lie on the target than it says, on average
# and by chance (standard deviation).
MARGIN, MISFIT = 1.05, 0.1
# So much of what they hold, as a coefficient of variation, is no smooth curve with chance about it.
STICKY = 1.0
# A wider doubt about the mean would put nearly all of the distribution on none at all, and any two
# values would be rare.
LEAST_SHAPE = 1.0
FREE = 100.0  # how much a coefficient of the curve may be


@each_stand_once
def point_mass(series: Series, terms: Terms) -> Signal:
    """Do the values sit exactly on `terms.target`?"""
    values, n = series.values, len(series.values)
    if n < MINIMUM:
        return not_enough(n, MINIMUM)
    ends = (values.min(), values.max())
    if terms.target in terms.bounds or (terms.target in BOUNDS and terms.target in ends):
        return not_applicable(n, f"{terms.target:g} is a natural bound of the values")
    if terms.target == 0 and ends[0] < 0 < ends[1]:
        return not_applicable(n, "0 is where changes and balances lie when nothing happens")
    if terms.kind == "score" and gathers_means(values, terms.target):
        return not_applicable(n, f"means of few answers gather at {terms.target:g} anyway")
    is_rate = series.denominators is not None and series.numerators is not None
    if not is_rate and are_shares_of_few(values):
        return not_applicable(n, "shares of a few gather at simple ones: of how many is not known")
    found = cells_of_rates(series, terms) if is_rate else cells_of_values(values, terms)
    if isinstance(found, str):
        return not_applicable(n, found)
    cells, on_target = found
    others = cells.places[1 : cells.alike + 1]
    if len(others) < FEWEST_ALIKE or not others.min() < cells.places[0] < others.max():
        return not_applicable(n, "too few other places near by are as round as the target")
    stays = dwelling(np.unique(values, return_inverse=True)[1]) if in_order(series) else 1.0
    return _compare(cells, on_target, terms, stays)


def _compare(cells: Cells, on_target: Booleans, terms: Terms, stays: float) -> Signal:
    n, rows = len(on_target), np.arange(len(cells.places))
    of_alike = alike_tell(n, cells.hits[1 : cells.alike + 1])
    told = (rows > 0) & (rows <= cells.alike) if of_alike else rows > cells.alike
    order = ORDER if FEW <= n < MANY else LOW_ORDER
    design = np.hstack([polynomials(cells.places, order), cells.heaps])
    doubts = np.array([FREE] * (order + 1) + list(cells.gathered))
    curve = fit(cells.hits, design, told, exposure=cells.exposure, ridge=doubts**-2.0)
    expected = MARGIN * curve.expected[: cells.alike + 1]
    count, own = float(cells.hits[0]), max(float(expected[0]), 1e-9)
    at_target = (rows == 0).astype(float)
    spread = curve.dispersion * stays
    near_by = cells.hits[told]
    is_blind = near_by.sum() < FEWEST_TELLING and 2 * count < n
    if is_blind or (spread - 1) > STICKY**2 * float(near_by.mean()):
        return among_sticky(cells.held, on_target, terms.target)
    fit_errs = spread * curve.variance_of(at_target) / max(float(curve.expected[0]), 1e-9) ** 2
    shape = max(1 / (fit_errs + MISFIT**2), LEAST_SHAPE)
    p_value = 1.0
    if count > own and count >= FEWEST_ON_TARGET:
        p_value = float(betainc(count / spread, shape, own / (own + spread * shape)))
    scores = (cells.hits[: cells.alike + 1] - expected) / np.sqrt(
        np.maximum(expected, 0.5) * spread
    )
    p_value = max(p_value, among_its_like(scores[0], scores[1:]))
    if of_alike and len(cells.beside):
        # Where the next places hold as many, no roundness makes the target one of its like.
        gathered, places = round(count), len(cells.beside) + 1
        among = gathered + int(cells.beside.sum())
        p_value = max(p_value, float(bdtrc(gathered - 1, among, 1 / places)))
    beaten = int((scores[1:] >= scores[0]).sum())
    if beaten > 1:  # the target is not special among its like
        p_value = max(p_value, beaten / (cells.alike + 1))
    return judged(
        p_value,
        n=n,
        rows=np.flatnonzero(on_target),
        observed=f"{count:.0f} values exactly on {terms.target:g}",
        expected=f"about {own:.1f} by a smooth curve through the neighbourhood",
        score=float(scores[0]),
        placebos=[
            Placebo(at=float(place), score=float(score))
            for place, score in zip(cells.places[1:], scores[1:], strict=False)
        ],
    )
