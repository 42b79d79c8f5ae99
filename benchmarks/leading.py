"""How often is a lead claimed that is none, and one found that is? `python -m benchmarks.leading`

Measures the test behind `sightline evidence` on pairs of series whose truth is known, prints the
tables and writes `docs/leading_indicators.md`. A quarter of an hour on one core.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from expectations.leading import allowed_lags, find_lead, method_version
from expectations.link_evidence import FEWEST_PERIODS, LEVEL
from sightline.home import CHECKOUT

Floats: TypeAlias = NDArray[np.float64]
Generator: TypeAlias = np.random.Generator

DOCUMENT = CHECKOUT / "docs" / "leading_indicators.md"
SEED = 1976
LENGTHS = (26, 52, 104)
LAG = 3
UNRELATED, RELATED = 1000, 400  # pairs a cell: standard errors of 0.7 and at most 2.5 points
SHARES = (0.36, 0.5)  # of the follower's surprises that the leader's explain
MOST_DRAWS = 999  # enough to tell which side of 5 % a pair is on
BURN_IN = 208  # periods before the first one used: four years of weeks


@dataclass(frozen=True)
class Family:
    """One shape of series: surprises in, series out; `beside` is laid over it, own to each."""

    name: str
    coefficients: tuple[float, ...] = ()
    beside: Callable[[Generator, int], Floats] | None = None

    def series(self, generator: Generator, surprises: Floats, periods: int) -> Floats:
        """The last `periods` values of the autoregression that these surprises drive."""
        recursion = [1.0, *(-c for c in self.coefficients)]
        values = np.asarray(lfilter([1.0], recursion, surprises))[-periods:]
        return values if self.beside is None else values + self.beside(generator, periods)


def _season(generator: Generator, periods: int) -> Floats:
    turns = np.arange(periods, dtype=np.float64) / 13 + generator.random()
    return 1.5 * np.sin(2 * np.pi * turns)


def _trend(generator: Generator, periods: int) -> Floats:
    return 0.1 * generator.standard_normal() * np.arange(periods, dtype=np.float64)


def _shift(generator: Generator, periods: int) -> Floats:
    begin = generator.integers(periods // 4, 3 * periods // 4)
    return np.where(np.arange(periods) >= begin, 3.0, 0.0)


FAMILIES = (
    Family("no memory"),
    Family("AR(1), 0.8", (0.8,)),
    Family("random walk", (1.0,)),
    Family("AR(2), 1.2 and −0.5", (1.2, -0.5)),
    Family("seasonal AR, 0.8 of four periods ago", (0, 0, 0, 0.8)),
    Family("season of 13 periods", beside=_season),
    Family("trend", beside=_trend),
    Family("one shift of level", beside=_shift),
)


@dataclass(frozen=True)
class Cell:
    """One cell of a table: the family, the length, and the share explained (0 is unrelated)."""

    family: Family
    periods: int
    share: float = 0.0

    def pairs(self, count: int) -> Iterator[tuple[Floats, Floats]]:
        """Leader and follower; the first pairs of a cell are the same however many are drawn."""
        place = [SEED, FAMILIES.index(self.family), self.periods, round(100 * self.share)]
        for number in range(count):
            generator = np.random.default_rng([*place, number])
            ahead, own = generator.standard_normal((2, BURN_IN + self.periods))
            behind = np.concatenate([np.zeros(LAG), ahead[:-LAG]])
            mixed = np.sqrt(self.share) * behind + np.sqrt(1 - self.share) * own
            yield (
                self.family.series(generator, ahead, self.periods),
                self.family.series(generator, mixed, self.periods),
            )

    def found(self, count: int) -> int:
        """In how many pairs the test finds a lead at the level of one link."""
        return sum(is_found(*pair) for pair in self.pairs(count))

    def found_naively(self, count: int) -> int:
        """In how many pairs the best of the same lags would pass for a lead by the textbook."""
        return sum(is_found_naively(*pair) for pair in self.pairs(count))


def is_found(leader: Floats, follower: Floats) -> bool:
    """Whether the test as it stands gives the pair a p-value of at most 5 %."""
    lead = find_lead(
        [Decimal(float(value)) for value in leader],
        [Decimal(float(value)) for value in follower],
        declared_lag=LAG,
        most_draws=MOST_DRAWS,
    )
    return lead is not None and lead.p_value <= LEVEL


def is_found_naively(leader: Floats, follower: Floats) -> bool:
    """Whether the strongest correlation of the series themselves exceeds 1.96 / √n."""
    strongest = max(
        abs(float(np.corrcoef(leader[:-lag], follower[lag:])[0, 1])) for lag in allowed_lags(LAG)
    )
    return bool(strongest > 1.96 / np.sqrt(len(leader)))


Measured: TypeAlias = Mapping[tuple[str, int, float | str], float]


def measure(say: Callable[[str], object]) -> Measured:
    """Every cell's rate, by family, length and either share, 'unrelated' or 'naive'."""
    rates: dict[tuple[str, int, float | str], float] = {}
    for family in FAMILIES:
        for periods in LENGTHS:
            unrelated = Cell(family, periods)
            key = family.name, periods
            rates[*key, "unrelated"] = unrelated.found(UNRELATED) / UNRELATED
            rates[*key, "naive"] = unrelated.found_naively(UNRELATED) / UNRELATED
            for share in SHARES:
                rates[*key, share] = Cell(family, periods, share).found(RELATED) / RELATED
            told = ", ".join(f"{what} {rates[*key, what]:.3f}" for what in _columns())
            say(f"{family.name}, {periods} periods: {told}")
    return rates


def _columns() -> tuple[float | str, ...]:
    return ("unrelated", "naive", *SHARES)


def _table(rates: Measured, what: float | str, as_text: Callable[[float], str]) -> str:
    lines = [f"| series | {' | '.join(map(str, LENGTHS))} |", "|---" * (1 + len(LENGTHS)) + "|"]
    lines += [
        f"| {family.name} | "
        + " | ".join(as_text(rates[family.name, periods, what]) for periods in LENGTHS)
        + " |"
        for family in FAMILIES
    ]
    return "\n".join(lines)


def _percent(rate: float) -> str:
    return f"{100 * rate:.1f} %"


def document(rates: Measured) -> str:
    """The page: what is claimed, how it is tested, and how often the answer is wrong."""
    lags = allowed_lags(LAG)
    power = "\n\n".join(
        f"The leader's surprises explain {share:.0%} of the follower's:\n\n"
        + _table(rates, share, lambda rate: f"{rate:.2f}")
        for share in SHARES
    )
    return f"""\
# Leading indicators: how far to trust the verdict

<!-- Generated by `python -m benchmarks.leading`; do not edit.
Method {method_version()}, seed {SEED}. -->

A link with role `leading` claims that its KPI moves `lag_periods` periods before the measure of the
key result. The claim is tested once a week (`sightline evidence`, mart `fct_link_evidence`):

1. A level, a trend and an autoregression are taken out of each series; what is left are its
   surprises. Gaps stay gaps.
2. The statistic is the largest absolute correlation between surprises, over the declared lag and
   two periods to either side of it.
3. Chance takes the same maximum over the same lags, once with the follower's surprises shuffled and
   once with its waves rephased. The larger of the two p-values counts.
4. Over all links tested, the false discovery rate is held at {LEVEL:.0%} (Benjamini and Hochberg).

`supported` passed that; `not_supported` did not, which is no proof that there is no lead;
`insufficient` was not tested: under {FEWEST_PERIODS} periods, too few moves, or nothing to compare.

## A lead that is none

How often two unrelated series pass for a lead at p ≤ {LEVEL}, tested at {lags[0]} to {lags[-1]}
periods, of {UNRELATED:,} pairs (standard error 0.7 points). A length of 26 is `insufficient` by
rule; the test itself is measured there too.

{_table(rates, "unrelated", _percent)}

The same pairs, by the strongest correlation of the series themselves at the same lags, against the
1.96 / √n of a textbook:

{_table(rates, "naive", _percent)}

## A lead that is one

How often a true lead of {LAG} periods is found, of {RELATED} pairs (standard error at most 2.5
points).

{power}

A season that both series share hides a lead, because it would explain it: such leads are found less
often, and not claimed more often. A lead that came with a single event is never found, however
large: one event is one coincidence.
"""


def main() -> None:
    """Measure, print, and write the document."""

    def say(line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    page = document(measure(say))
    say("\n" + page)
    Path(DOCUMENT).write_text(page, encoding="utf-8")


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__).parse_args()
    main()
