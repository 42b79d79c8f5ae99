"""Do more values lie exactly on the target than on places that are as round?

The count on the target is compared with the counts on its neighbours of the same roundness, through
which a smooth curve runs. For a rate the places are numerators: a value counts as on a target when
its numerator is the first that reaches it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betainc

from expectations.signals.bunching import BOUNDS
from expectations.signals.density import fit, polynomials
from expectations.signals.lattice import Lattice, lattice_of
from expectations.signals.series import Placebo, Signal, judged, not_applicable, not_enough

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from expectations.signals.series import Series, Terms

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]

MINIMUM = 30
FEWEST_NEIGHBOURS, MOST_NEIGHBOURS = 3, 12  # at least in all, at most on each side
FEWEST_FAR = 5  # where the density bends between them
CURVED_FROM = 12.0
WITHIN = 2.0  # standard deviations about the target
# An honest density is no parabola: so much more may lie on the target than it says.
MARGIN = 1.05


def point_mass(series: Series, terms: Terms) -> Signal:
    """Do the values sit exactly on `terms.target`?"""
    values, n = series.values, len(series.values)
    if n < MINIMUM:
        return not_enough(n, MINIMUM)
    ends = (values.min(), values.max())
    if terms.target in terms.bounds or (terms.target in BOUNDS and terms.target in ends):
        return not_applicable(n, f"{terms.target:g} is a natural bound of the values")
    if series.denominators is not None and series.numerators is not None:
        places, hits, on_target = _places_of_rates(series, terms)
        same = np.ones(len(places), dtype=bool)
    else:
        lattice = lattice_of(
            values, resolution=terms.resolution, apart_from=terms.target, wary=True
        )
        if lattice is None:
            lattice = _fine(values)
        if abs(round(terms.target / lattice.step) * lattice.step - terms.target) > 1e-6 * max(
            lattice.step, abs(terms.target) * 1e-6
        ):
            reason = f"{terms.target:g} is not on the step {lattice.step:g} of the values"
            return not_applicable(n, reason)
        places, hits, same = _places_of_lattice(lattice, values, terms)
        on_target = lattice.steps == round(terms.target / lattice.step)
    return _compare(values, places, hits, same, on_target, terms)


def _fine(values: Floats) -> Lattice:
    low, high = np.quantile(values, [0.1587, 0.8413])
    step = float(max((high - low) / 2000, np.ptp(values) / 1e5, 1e-12))
    return Lattice(step, np.rint(values / step).astype(np.int64), ())


def _places_of_lattice(
    lattice: Lattice, values: Floats, terms: Terms
) -> tuple[Floats, Floats, Booleans]:
    target = round(terms.target / lattice.step)
    low, high = np.quantile(values, [0.1587, 0.8413])
    reach = int(np.clip((high - low) / 2 / lattice.step, 40, 400))
    if lattice.heaps:
        reach = max(reach, 8 * lattice.heaps[-1])
    around = np.arange(target - reach, target + reach + 1)
    index = lattice.steps - (target - reach)
    hits = np.bincount(index[(index >= 0) & (index < len(around))], minlength=len(around)).astype(
        float
    )
    span = (around >= lattice.steps.min()) & (around <= lattice.steps.max())
    bounds = [round(b / lattice.step) for b in terms.bounds if b is not None]
    span &= ~np.isin(around, bounds)
    span &= np.abs(around - target) <= max(WITHIN * (high - low) / 2 / lattice.step, 6)
    span[reach] = True
    signature = lattice.roundness(around)
    same = signature == signature[reach]
    return around[span] * lattice.step, hits[span], same[span]


def _places_of_rates(series: Series, terms: Terms) -> tuple[Floats, Floats, Booleans]:
    """Placebo targets about the target, and how many numerators just reach each."""
    assert series.denominators is not None and series.numerators is not None  # noqa: S101, PT018 - told by the caller
    values, denominators = series.values, series.denominators
    low, high = np.quantile(values, [0.1587, 0.8413])
    spacing = max((high - low) / 24, 1.01 * 100 / float(np.median(denominators)))
    places = terms.target + spacing * np.arange(-MOST_NEIGHBOURS, MOST_NEIGHBOURS + 1)
    exact = places[:, None] * denominators[None, :] / 100
    first = np.ceil(exact - 1e-6) if terms.higher_is_better else np.floor(exact + 1e-6)
    reached = first == series.numerators[None, :]
    hits = reached.sum(axis=1).astype(float)
    inside = (places >= values.min()) & (places <= values.max())
    inside[MOST_NEIGHBOURS] = True
    return places[inside], hits[inside], reached[MOST_NEIGHBOURS]


def _compare(
    values: Floats,
    places: Floats,
    hits: Floats,
    same: Booleans,
    on_target: Booleans,
    terms: Terms,
) -> Signal:
    n = len(values)
    at = int(np.argmin(np.abs(places - terms.target)))
    alike = np.flatnonzero(same)
    alike = alike[alike != at]
    below, above = alike[alike < at][-MOST_NEIGHBOURS:], alike[alike > at][:MOST_NEIGHBOURS]
    neighbours = np.concatenate([below, above])
    count = float(hits[at])
    low, high = np.quantile(values, [0.1587, 0.8413])
    far = len(neighbours) and np.ptp(places[neighbours]) > (high - low) / 2
    if len(neighbours) < (FEWEST_FAR if far else FEWEST_NEIGHBOURS):
        return not_applicable(n, "too few other places near by are as round as the target")
    expected, doubt, dispersion = _expected(places, hits, at, neighbours)
    own, shape = float(expected[0]), float(expected[0]) ** 2 / doubt
    p_value = 1.0
    if count > own:
        p_value = float(betainc(count / dispersion, shape / dispersion, own / (own + shape)))
    spread = np.sqrt(np.maximum(expected, 0.5) * dispersion)
    scores = (hits[np.concatenate([[at], neighbours])] - expected) / spread
    beaten = int((scores[1:] >= scores[0]).sum())
    if beaten > 1:  # the target is not special among its like
        p_value = max(p_value, beaten / (len(neighbours) + 1))
    return judged(
        p_value,
        n=n,
        rows=np.flatnonzero(on_target),
        observed=f"{count:.0f} values exactly on {terms.target:g}",
        expected=f"about {own:.1f}, as on {len(neighbours)} places as round",
        score=float(scores[0]),
        placebos=[
            Placebo(at=float(places[i]), score=float(score))
            for i, score in zip(neighbours, scores[1:], strict=True)
        ],
    )


def _expected(
    places: Floats, hits: Floats, at: int, neighbours: Integers
) -> tuple[Floats, float, float]:
    """Values to expect on the target and on each neighbour, the variance of the first of these,
    and how much more widely than chance neighbours scatter."""
    total, share = float(hits[neighbours].sum()), 1 / len(neighbours)
    if total < CURVED_FROM or len(neighbours) < FEWEST_FAR:
        flat = np.full(1 + len(neighbours), MARGIN * share * (total + 1))
        return flat, (MARGIN * share) ** 2 * (total + 1), 1.0
    chosen = np.concatenate([[at], neighbours])
    there = np.arange(len(chosen)) == 0
    curve = fit(hits[chosen], polynomials(places[chosen], 2), ~there)
    doubt = curve.variance_of(there.astype(float)) * MARGIN**2
    return MARGIN * curve.expected, max(doubt, 1e-9), curve.dispersion
