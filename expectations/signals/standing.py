"""A value that stands still is one observation, on however many days it is read again.

Headcounts, prices and stocks move now and then: five days at one level say no more than one of how
values spread. Where neighbours are equal far more often than values of the series are anyway, the
tests of how values spread see each value once, when it comes.
"""

from __future__ import annotations

from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from expectations.signals.series import Series, Signal, Terms

    Test = Callable[[Series, Terms], Signal]

# So many more of the values, beyond chance, equal the one before.
STANDS = 0.25


def each_stand_once(test: Test) -> Test:
    """The test, of the values that came where they stand still, and of all elsewhere."""

    @wraps(test)
    def of_what_came(series: Series, terms: Terms) -> Signal:
        came = _came(series, terms.target)
        stood = len(series.values) - len(came)
        if not stood:
            return test(series, terms)
        signal = test(series.take(came), terms)
        note = f"{stood} values that only repeat the one before count once with it"
        return replace(
            signal,
            rows=came[signal.rows],
            detail=f"{signal.detail}; {note}",
            observed=signal.observed and f"{signal.observed}; {note}",
        )

    return of_what_came


def _came(series: Series, target: float) -> NDArray[np.int64]:
    """Where values differ from the one before; everywhere, unless they stand still.

    What lies on the target does not say whether they do: someone may have put it there.
    """
    values = series.values
    every = np.arange(len(values))
    if series.days is None or len(values) < 2:
        return every
    same, off = np.diff(values) == 0, values != target
    known = off[1:] & off[:-1]
    if not known.any():
        return every
    shares = np.unique(values[off], return_counts=True)[1] / off.sum()
    if same[known].mean() - float((shares**2).sum()) < STANDS:
        return every
    return np.flatnonzero(np.concatenate([[True], ~same]))
