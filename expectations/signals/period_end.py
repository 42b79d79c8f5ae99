"""Do the last days of a period rise and the first of the next fall, more than on other days?

Only for what can be booked a day early: counts and amounts. The difference between the last days
and the first, at every end of a period, is held against the same difference at all days, as it
varies away from the ends (placebo offsets), after the weekday's usual level is taken out and each
day is measured by how much the days about it vary: what restless months do is no yardstick for calm
ones. What is borrowed is missing elsewhere: where one of the two sides goes the other way, against
the fortnights before and after, the end of the period is just a day of another kind. Holidays
return with the year: where years repeat, the months of the year have to agree, by Wilcoxon's signed
ranks (1945), so that New Year and the first of May do not speak for the other ten. Of totals to
date, which begin anew with the period, what each day added is looked at; what falls with the period
and stays low for more than the days that may have lent, as a backlog that is cleared, borrows
nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtr

from expectations.signals.quantiles import quantiles
from expectations.signals.series import (
    Placebo,
    Series,
    Signal,
    judged,
    not_applicable,
    not_enough,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from expectations.signals.series import Terms

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

FEWEST_ENDS = 5
DAYS = (1, 3, 5)
UNIX_EPOCH = 719_163  # 1 January 1970 as a proleptic Gregorian ordinal
MOST_GAPS = 0.4
FORTNIGHT, MONTH = 14, 30
LEAST_SCALE = 0.2
YEARS = 2
# The weeks before and after an end, without a few days of either, differ by so many errors where
# not days but levels end there.
WEEK, LEVELS = 7, 4.0
# Totals to date fall where a month begins; elsewhere corrections may, so many of them for a rise.
FEW_FALLS = 0.02
# A side that goes the other way by more than so many of its errors does not borrow.
CONTRARY = -0.5
# One holiday, or one wave, must not speak for all ends: it counts as so many deviations at most.
MOST_OF_ONE = 1.5


def period_end(series: Series, terms: Terms) -> Signal:
    """Do period ends borrow from the next period?"""
    n = len(series.values)
    if series.days is None:
        return not_applicable(n, "without dates there are no period ends")
    if terms.kind not in ("count", "amount"):
        return not_applicable(n, "only counts and amounts can be booked a day early")
    first, span = int(series.days[0]), int(series.days[-1] - series.days[0]) + 1
    if terms.period_end is None:
        return not_applicable(n, "the values are not daily")
    if n < (1 - MOST_GAPS) * span:
        return not_applicable(n, "the values are not daily")
    starts = _starts(np.arange(first, first + span), terms.period_end)
    starts = starts[(starts >= max(DAYS)) & (starts <= span - max(DAYS))]
    if len(starts) < FEWEST_ENDS:
        return not_enough(len(starts), FEWEST_ENDS, "period ends")
    booked = _each_day(series)
    if booked.days is None or len(booked.days) < (1 - MOST_GAPS) * span:
        return not_applicable(n, "it is a total to date, and too few days follow one another")
    line = np.full(span, np.nan)
    line[booked.days - first] = _without_weekday(booked)
    line = _evened(line)
    months = months_of(first + starts) % 12
    if _score(_in_errors(*_of_levels(line, starts)), starts) > LEVELS:
        return not_applicable(n, "it ends each period on another level than it begins the next")
    tested = [_borrowed(line, starts, days, months) for days in DAYS]
    days, p_value, seen, placebos, score = min(tested, key=lambda one: one[1])
    end_rows = np.flatnonzero(
        np.isin(series.days - first, (starts[:, None] + np.arange(-days, days)).ravel())
    )
    return judged(
        min(1.0, len(DAYS) * p_value),
        n=n,
        observed=f"the last {days} days of {len(starts)} periods exceed the first {days} of the "
        f"next by {seen:.0%}",
        expected="no more than on other days of the month",
        rows=end_rows,
        score=score,
        placebos=placebos,
    )


def months_of(days: Integers) -> Integers:
    """A number for each calendar month, for proleptic Gregorian ordinals."""
    dates = (days - UNIX_EPOCH).astype("datetime64[D]")
    return dates.astype("datetime64[M]").astype(np.int64)


def _starts(days: Integers, period: str) -> Integers:
    months = months_of(days)
    turns = np.flatnonzero(np.diff(months) > 0) + 1
    return turns[months[turns] % 3 == 0] if period == "quarter" else turns


def _each_day(series: Series) -> Series:
    """What each day added to a total to date, of days that follow one another; else the series."""
    assert series.days is not None  # noqa: S101 - told by the caller
    values, days = series.values, series.days
    added, anew = np.diff(values), np.diff(months_of(days)) > 0
    if ((added < 0) & ~anew).sum() >= FEW_FALLS * (added > 0).sum():
        return series
    fell = (added < 0) & anew
    known = np.flatnonzero(fell | (np.diff(days) == 1))
    return Series.of(np.where(fell, values[1:], added)[known], days=days[1:][known])


def _without_weekday(series: Series) -> Floats:
    """Logarithms less the usual level of the weekday, the outermost clipped."""
    values = np.log(np.maximum(series.values, 0) + 0.5)
    assert series.days is not None  # noqa: S101 - told by the caller
    weekday = series.days % 7
    for _ in range(2):
        for day in range(7):
            own = weekday == day
            if own.any():
                values = values - np.where(own, np.median(values[own]), 0.0)
    low, high = quantiles(values, 0.005, 0.995)
    return np.asarray(np.clip(values, low, high))


def _sums(line: Floats) -> tuple[Floats, Integers]:
    """Sum and number of the days known before each day, and before the end."""
    known = np.isfinite(line)
    sums = np.concatenate([[0.0], np.cumsum(np.where(known, line, 0.0))])
    return sums, np.concatenate([[0], np.cumsum(known)])


def _means(line: Floats, begins: Integers, ends: Integers) -> Floats:
    """Mean of the days known of each stretch, no number where there are none."""
    sums, counts = _sums(line)
    begins, ends = np.clip(begins, 0, len(line)), np.clip(ends, 0, len(line))
    number = counts[ends] - counts[begins]
    return np.asarray(np.where(number, sums[ends] - sums[begins], np.nan) / np.maximum(number, 1))


def _evened(line: Floats) -> Floats:
    """The line with the deviations of a month about each day made as large everywhere."""
    at = np.arange(len(line))
    month = at - MONTH, at + MONTH + 1
    scale = _means(np.abs(line - _means(line, *month)), *month)
    usual = float(np.nanmean(scale))
    return np.asarray(line * usual / np.fmax(scale, max(LEAST_SCALE * usual, 1e-9)))


def _borrowed(
    line: Floats, starts: Integers, days: int, months: Integers
) -> tuple[int, float, float, list[Placebo], float]:
    """Days compared, p-value, mean difference at the ends, placebo offsets, and their t."""
    at = np.arange(days, len(line) - days + 1)
    last, first = _means(line, at - days, at), _means(line, at, at + days)
    around = (
        np.nan_to_num(_means(line, at - days - FORTNIGHT, at - days))
        + np.nan_to_num(_means(line, at + days, at + days + FORTNIGHT))
    ) / 2
    difference = last - first
    is_far = np.ones(len(at), dtype=bool)
    near = starts[:, None] - days + np.arange(1 - 2 * days, 2 * days)
    is_far[near[(near >= 0) & (near < len(at))]] = False
    known = np.isfinite(difference)
    ends, elsewhere = int(known[starts - days].sum()), int((is_far & known).sum())
    if ends < FEWEST_ENDS or elsewhere < 3 * FEWEST_ENDS:
        return days, 1.0, 0.0, [], 0.0
    usual = _in_errors(difference, is_far)
    score = _score(usual, starts - days)
    sides = [
        _score(_in_errors(one, is_far), starts - days) for one in (last - around, around - first)
    ]
    freedom = max(4.0, min(elsewhere / (2 * days), 60.0))
    p_value = float(stdtr(freedom, -score)) if min(sides) >= CONTRARY else 1.0
    p_value = max(p_value, _by_month_of_the_year(usual[starts - days], months))
    placebos = []
    for offset in range(-15, 16):
        shifted = starts + offset - days
        shifted = shifted[(shifted >= 0) & (shifted < len(difference))]
        if abs(offset) >= 2 * days:
            placebos.append(Placebo(at=float(offset), score=_score(usual, shifted)))
    return days, p_value, float(np.nanmean(difference[starts - days])), placebos, score


def _of_levels(line: Floats, starts: Integers) -> tuple[Floats, NDArray[np.bool_]]:
    """At each day the week that ends before it less the one that follows, and where no end is."""
    at, apart = np.arange(len(line)), max(DAYS)
    before = _means(line, at - apart - WEEK, at - apart)
    after = _means(line, at + apart, at + apart + WEEK)
    near = (starts[:, None] + np.arange(-apart - WEEK, apart + WEEK)).ravel()
    is_far = np.ones(len(line), dtype=bool)
    is_far[near[(near >= 0) & (near < len(line))]] = False
    return before - after, is_far


def _in_errors(difference: Floats, is_far: NDArray[np.bool_]) -> Floats:
    """Differences less the mean of all, in standard deviations of those far from the ends.

    The differences of all days add up to next to nothing, so that those far from the ends mirror
    the ends: held against their mean alone, chance would count twice.
    """
    known, usual = np.isfinite(difference), difference
    for bound in (MOST_OF_ONE, np.inf):
        spread = max(float(usual[is_far & known].std(ddof=1)), 1e-9)
        usual = np.clip((usual - usual[known].mean()) / spread, -bound, bound)
    return np.asarray(usual)


def _by_month_of_the_year(ends: Floats, months: Integers) -> float:
    """Exact p-value of the months of the year having means above 0; 0 before they come twice."""
    own = [ends[(months == month) & np.isfinite(ends)] for month in np.unique(months)]
    means = np.array([one.mean() for one in own if len(one)])
    if len(means) < FEWEST_ENDS or sum(map(len, own)) < YEARS * len(means):
        return 0.0
    ranks = np.argsort(np.argsort(np.abs(means))) + 1
    ways = np.ones(1)
    for rank in range(1, len(means) + 1):
        ways = np.convolve(ways, [1, *[0] * (rank - 1), 1])
    return float(ways[ranks[means > 0].sum() :].sum() / ways.sum())


def _score(usual: Floats, places: Integers) -> float:
    """How many errors the mean at these places is from that of all."""
    here = usual[places]
    here = here[np.isfinite(here)]
    return float(here.sum() / np.sqrt(max(len(here), 1)))
