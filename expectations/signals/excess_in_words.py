"""What lies just inside a target and just outside it, and what a curve expects, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from expectations.signals.bins import stays_out

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Pair = tuple[float, ...]


def in_words(
    values: Floats, places: tuple[float, float, float], seen: Pair, expected: Pair
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
    left_out = ", those exactly on 0 left out" if stays_out(values, limit) else ""
    inside, outside = (about(count) for count in expected)
    observed = f"{seen[0]:.0f} values just inside the target ({ranges[0]}) and "
    observed += f"{seen[1]:.0f} just outside ({ranges[1]}){left_out}"
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


def rows_between(values: Floats, limit: float, edge: float) -> Integers:
    """The values from the limit to the edge inside, without those that say nothing there."""
    between = (values >= min(limit, edge)) & (values <= max(limit, edge))
    return np.flatnonzero(between & ~(stays_out(values, limit) & (values == limit)))
