"""What lies just inside a target and just outside it, and what a curve expects, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Pair = tuple[float, ...]


def in_words(
    values: Floats,
    places: tuple[float, float, float],
    seen: Pair,
    expected: Pair,
    *,
    left_out: bool,
) -> tuple[str, str]:
    """Observed and expected, of a limit, an edge inside and an end outside, in this order.

    The edges of bins are said no finer than bins are wide, and not beyond what values there are.
    """
    limit, edge, end = places
    ranges = []
    for count, far in zip(seen, (edge, end), strict=True):
        least, most = sorted((limit, far))
        own = far if count == 0 else float(np.clip(far, values.min(), values.max()))
        ranges.append(f"{said(limit)} to {said(own, most - least)}")
    without = f", those exactly on {said(limit)} left out" if left_out else ""
    inside, outside = (about(count) for count in expected)
    observed = f"{seen[0]:.0f} values just inside the target ({ranges[0]}) and "
    observed += f"{seen[1]:.0f} just outside ({ranges[1]}){without}"
    return observed, f"{inside} and {outside} by a smooth curve through the neighbourhood"


def said(number: float, width: float | None = None) -> str:
    """A number, no finer than a hundredth of the width that it is an edge of."""
    if width:
        digits = 1 - int(np.floor(np.log10(width)))
        number = round(number, digits)
    text = f"{number:,.10f}".rstrip("0").rstrip(".")
    return text if float(text.replace(",", "")) else f"{number:g}"


def about(count: float) -> str:
    """An expected count, as exact as it is known."""
    if count < 0.5:
        return "hardly any"
    return f"about {count:.0f}" if count >= 10 else f"about {count:.1f}"


def rows_between(values: Floats, limit: float, edge: float, *, left_out: bool) -> Integers:
    """The values from the limit to the edge inside, with those exactly on it or without."""
    between = (values >= min(limit, edge)) & (values <= max(limit, edge))
    return np.flatnonzero(between & ~(left_out & (values == limit)))
