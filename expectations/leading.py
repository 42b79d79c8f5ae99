"""Does one KPI move before another? The largest cross-correlation of surprises, against chance.

The claim is "the leader moves `declared_lag` periods before the follower". Both series are reduced
to their surprises (`whitening`). The statistic is the largest absolute correlation over the lags
near the declared one; chance takes the same maximum, so that looking at five lags costs what it
should. Chance is drawn in two ways and the weaker verdict counts: *shuffled* keeps the sizes of
the follower's surprises (one outlier in each series is no lead), *rephased* keeps what rhythm the
whitening left (a common season is no lead; Theiler et al. 1992, "Testing for nonlinearity in time
series: the method of surrogate data"). The error rates are in `docs/leading_indicators.md`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from expectations.permutation import Tested, monte_carlo_test, permutation_test
from expectations.whitening import standardised, surprises

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    import numpy as np
    from numpy.typing import NDArray

    from expectations.whitening import Floats

    Booleans = NDArray[np.bool_]
    Integers = NDArray[np.int64]

# Nobody knows a lag to the week: two periods to either side, and never at or after the follower.
LAGS_AROUND = 2
# Surprises that stand on fewer pairs than this at some lag say nothing; the verdict asks for more.
FEWEST_PAIRS = 12
# Bounds p from below at 0.0001: enough for one lead among 500 links, at 0.2 CPU s a striking one.
MOST_DRAWS = 9_999
# A series that its own past foretells to this share of its range has no surprises to compare.
SILENT = 1e-9
BILLIONTHS = 1e9
_METHOD = ("leading.py", "permutation.py", "whitening.py")


@dataclass(frozen=True, slots=True)
class Lead:
    """The strongest lag, the correlation of surprises there, and the chance of one as strong."""

    best_lag: int
    correlation: float
    p_value: float


def allowed_lags(declared_lag: int) -> range:
    """The lags that a claim is tested at."""
    return range(max(1, declared_lag - LAGS_AROUND), declared_lag + LAGS_AROUND + 1)


def find_lead(
    leader: Sequence[Decimal | None],
    follower: Sequence[Decimal | None],
    *,
    declared_lag: int,
    most_draws: int = MOST_DRAWS,
) -> Lead | None:
    """Test the claim on two series of one value a period, over the same periods, oldest first.

    None where nothing can be computed: a series that does not move, or too few pairs. A change of
    unit or of zero of either series changes nothing; changing places asks the opposite question.
    The random numbers follow from the series, so the same series give the same answer.
    """
    import numpy as np

    scaled = standardised(leader), standardised(follower)
    if any(np.isfinite(series).sum() < FEWEST_PAIRS for series in scaled):
        return None
    before, after = (surprises(series) for series in scaled)
    if any(np.nanstd(left, ddof=0) < SILENT for left in (before, after)):
        return None
    compared = _Compared.of(before, after, allowed_lags(declared_lag))
    if compared.pairs.min() < FEWEST_PAIRS:
        return None
    correlations = compared.correlations(compared.after[np.newaxis, :])[0]
    best = int(np.argmax(np.abs(correlations)))
    seed = _seed(*scaled)
    chances = (
        _shuffled(compared, seed=seed, most_draws=most_draws),
        _rephased(compared, seed=seed, most_draws=most_draws),
    )
    return Lead(
        best_lag=compared.lags[best],
        correlation=float(correlations[best]),
        p_value=max(chance.p_value for chance in chances),
    )


def method_version() -> str:
    """Twelve hexadecimal digits that change with the code of the method."""
    digest = hashlib.sha256()
    for name in _METHOD:
        digest.update((Path(__file__).parent / name).read_bytes())
    return digest.hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class _Compared:
    """The follower's surprises, and for each lag the leader's that many periods earlier.

    Missing surprises are zero and marked; they add nothing to a correlation.
    """

    lags: range
    after: Floats
    after_known: Booleans
    before: Floats
    before_known: Booleans

    @classmethod
    def of(cls, before: Floats, after: Floats, lags: range) -> _Compared:
        """Arrange two series of surprises; `before` becomes one row a lag."""
        import numpy as np

        earlier = np.full((len(lags), len(before)), np.nan)
        for row, lag in zip(earlier, lags, strict=True):
            row[lag:] = before[: len(before) - lag] if lag < len(before) else ()
        return cls(
            lags=lags,
            after=np.nan_to_num(after),
            after_known=np.isfinite(after),
            before=np.nan_to_num(earlier),
            before_known=np.isfinite(earlier),
        )

    @property
    def pairs(self) -> Integers:
        """How many pairs each lag rests on."""
        import numpy as np

        return np.asarray((self.before_known & self.after_known).sum(axis=1))

    def correlations(self, after: Floats) -> Floats:
        """For followers of shape (draws, n), shape (draws, lags). Surprises have mean zero."""
        import numpy as np

        energy = after**2 @ self.before_known.T
        scale = np.sqrt(energy * (self.before**2 @ self.after_known))
        return np.asarray(after @ self.before.T / np.where(scale > 0, scale, 1))

    def largest(self, after: Floats) -> Integers:
        """The statistic of each draw, in billionths: whole numbers compare alike."""
        import numpy as np

        strongest = np.abs(self.correlations(after)).max(axis=1)
        return np.asarray(np.rint(strongest * BILLIONTHS).astype(np.int64))


def _shuffled(compared: _Compared, *, seed: int, most_draws: int) -> Tested:
    """Against the same surprises in any other order; gaps stay where they are."""
    import numpy as np

    places = np.flatnonzero(compared.after_known)
    surprises_there = compared.after[places]

    def largest(order: Integers) -> Integers:
        shuffled = np.zeros((len(order), len(compared.after)))
        shuffled[:, places] = surprises_there[order]
        return compared.largest(shuffled)

    return permutation_test(np.arange(len(places)), largest, seed=seed, most_draws=most_draws)


def _rephased(compared: _Compared, *, seed: int, most_draws: int) -> Tested:
    """Against series of the same spectrum whose waves begin anywhere else; gaps stay."""
    import numpy as np

    amplitudes = np.abs(np.fft.rfft(compared.after))
    periods = len(compared.after)

    def draw(generator: np.random.Generator, count: int) -> Integers:
        phases = generator.uniform(0, 2 * np.pi, (count, len(amplitudes)))
        waves = np.fft.irfft(amplitudes * np.exp(1j * phases), periods, axis=1)
        return compared.largest(waves * compared.after_known)

    observed = int(compared.largest(compared.after[np.newaxis, :])[0])
    return monte_carlo_test(observed, draw, width=periods, seed=seed, most_draws=most_draws)


def _seed(*series: Floats) -> int:
    """A seed from the shapes of the series alone, the same for a series turned upside down."""
    import numpy as np

    digest = hashlib.sha256()
    for values in series:
        digest.update(np.abs(np.nan_to_num(values, nan=-1.0)).round(6).astype("<f8").tobytes())
    return int.from_bytes(digest.digest()[:8], "big")
