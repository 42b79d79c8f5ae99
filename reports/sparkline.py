"""What did the last periods look like? A small inline SVG; no script, no picture file."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Sparkline:
    """Coordinates of one small line in whole pixels: the path, its last dot, the target's height.

    `path` uses relative steps (a third of the bytes of absolute ones); a missing period breaks
    the line. `target_y` and the dot are None where there is nothing to draw.
    """

    path: str
    dot: tuple[int, int] | None
    target_y: int | None
    width: int
    height: int


def sparkline(
    values: Sequence[Decimal | None],
    target: Decimal | None,
    *,
    width: int = 120,
    height: int = 20,
    margin: int = 2,
) -> Sparkline:
    """Scale values and target into the box; the target is always inside it."""
    known = [v for v in values if v is not None and v.is_finite()]
    if not known:
        return Sparkline("", None, None, width, height)
    limits = [*known, target] if target is not None and target.is_finite() else known
    low, span = min(limits), (max(limits) - min(limits)) or Decimal(1)
    steps = max(len(values) - 1, 1)

    def y(value: Decimal) -> int:
        return round((height - margin) - (value - low) / span * (height - 2 * margin))

    runs: list[list[tuple[int, int]]] = []
    broken = True
    for position, value in enumerate(values):
        if value is None or not value.is_finite():
            broken = True
            continue
        if broken:
            runs.append([])
            broken = False
        runs[-1].append((margin + round(position * (width - 2 * margin) / steps), y(value)))
    return Sparkline(
        path="".join(map(_run, runs)),
        dot=None if broken else runs[-1][-1],
        target_y=None if target is None or target not in limits else y(target),
        width=width,
        height=height,
    )


def _run(points: list[tuple[int, int]]) -> str:
    """One unbroken piece of the line; a lone point is a step of no length, drawn as a dot."""
    moves = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(points)] or [(0, 0)]
    start = f"M{points[0][0]} {points[0][1]}l"
    return start + " ".join(f"{dx}{dy}" if dy < 0 else f"{dx} {dy}" for dx, dy in moves)
