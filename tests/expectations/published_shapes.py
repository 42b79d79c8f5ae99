"""Generated data in the shape of published cases; none of it is real.

Each is a column of numbers with a target, honest or with values moved over the target as the
published case describes it: exam marks at the pass mark, waiting times at four hours, incomes at a
notch, p-values at 0.05, blood pressure at 140, air quality at 100, emissions at a limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from expectations.signals.series import Terms

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Generator = np.random.Generator
    Draw = Callable[[Generator, int], Floats]


@dataclass(frozen=True)
class Shape:
    """How values fall, their target, and how they are moved: width, share, and how far inside."""

    name: str
    draw: Draw
    target: float
    higher: bool = True
    width: float = 0.0
    share: float = 0.0
    inside: float = 0.0
    step: float = 0.0

    @property
    def terms(self) -> Terms:
        """What the guards are told: no more than target and direction."""
        return Terms(target=self.target, higher_is_better=self.higher)

    def values(self, seed: int, n: int, *, moved: bool) -> Floats:
        """So many values, honest or moved."""
        generator = np.random.default_rng([seed, n])
        values = self.draw(generator, n)
        if not moved:
            return values
        sign = 1 if self.higher else -1
        short = -sign * (values - self.target)
        near = np.flatnonzero((short > 0) & (short <= self.width))
        chosen = near[generator.random(len(near)) < self.share]
        landed = self.inside * generator.random(len(chosen))
        landed = np.floor(landed / self.step) * self.step if self.step else landed
        values[chosen] = self.target + sign * landed
        return values


def _heaped(draw: Draw, steps: tuple[int, ...], habit: tuple[float, ...]) -> Draw:
    def heaped(generator: Generator, n: int) -> Floats:
        step = generator.choice(steps, n, p=habit)
        return np.rint(draw(generator, n) / step) * step

    return heaped


def _marks(generator: Generator, n: int) -> Floats:
    return np.clip(np.rint(generator.normal(27, 10, n)), 0, 50)


def _scaled_marks(generator: Generator, n: int) -> Floats:
    """Through a conversion table that leaves some marks out and doubles others."""
    raw = np.clip(np.rint(generator.normal(40, 14, n)), 0, 85)
    return np.rint(100 * (raw / 85) ** 0.75)


def _waits(generator: Generator, n: int) -> Floats:
    return generator.gamma(2.2, 70, n)


def _bimodal(generator: Generator, n: int) -> Floats:
    first = generator.random(n) < 0.5
    return np.where(first, generator.normal(40, 6, n), generator.normal(60, 5, n))


WAITING = _heaped(_waits, (1, 5, 15, 30, 60), (0.4, 0.25, 0.15, 0.1, 0.1))
INCOME = _heaped(
    lambda g, n: np.exp(g.normal(10.6, 0.7, n)), (1, 100, 1000, 5000), (0.4, 0.2, 0.3, 0.1)
)
PAID = _heaped(
    lambda g, n: np.exp(g.normal(11.1, 0.5, n)),
    (0.01, 12, 1000, 5000, 50_000),
    (0.1, 0.2, 0.3, 0.3, 0.1),
)
PRESSURE = _heaped(lambda g, n: g.normal(138, 17, n), (1, 2, 5, 10), (0.2, 0.3, 0.1, 0.4))

MOVED = (
    Shape("exam marks", _marks, 15, True, 4, 0.5, 2, 1),
    Shape("converted exam marks", _scaled_marks, 65, True, 4, 0.5, 2, 1),
    Shape("waiting times", lambda g, n: np.rint(_waits(g, n)), 240, False, 30, 0.5, 11, 1),
    Shape("heaped waiting times", WAITING, 240, False, 30, 0.5, 11, 1),
    Shape("incomes", INCOME, 50_000, False, 4_000, 0.6, 800, 1),
    Shape("incomes to the cent", PAID, 100_000, False, 10_000, 0.6, 3_000, 0.01),
    Shape("z-values", lambda g, n: np.abs(g.normal(1.4, 1.3, n)), 1.96, True, 0.4, 0.4, 0.15),
    Shape("p-values", lambda g, n: g.beta(0.5, 2.5, n), 0.05, False, 0.02, 0.5, 0.008),
    Shape("blood pressure", PRESSURE, 139.5, False, 6, 0.4, 2, 1),
    Shape("air", lambda g, n: np.rint(np.exp(g.normal(4.4, 0.35, n))), 100, False, 6, 0.5, 4, 1),
    Shape("emissions", lambda g, n: np.rint(g.normal(130, 18, n)), 120, False, 6, 0.5, 3, 1),
)

HONEST = (
    *MOVED,
    Shape("marks with a half-point target", _marks, 24.5),
    Shape("heaps on the target", PRESSURE, 150, False),
    Shape("teeth", lambda g, n: g.negative_binomial(1.2, 0.25, n).astype(float), 3, False),
    Shape("five answers", lambda g, n: g.binomial(4, 0.6, n) + 1.0, 4),
    Shape("uniform", lambda g, n: g.uniform(0, 100, n), 98),
    Shape("tail", lambda g, n: g.exponential(10, n), 40, False),
    Shape("two peaks", _bimodal, 50),
    Shape("natural bound", lambda g, n: np.round(100 - g.gamma(0.8, 0.6, n), 1), 100),
    Shape("one value only", lambda g, n: np.full(n, 7.0) + 0 * g.random(n), 5),
)
