"""What ends with a period and what begins with it: only days that were lent are asked about."""

from __future__ import annotations

import numpy as np

from expectations.guard import Outcome
from expectations.signals.period_end import period_end
from expectations.signals.series import Series, Signal, Terms

Floats = np.typing.NDArray[np.float64]

SEEDS = range(40)
MONTHLY = Terms(target=1.0, kind="count", bounds=(0.0, None), period_end="month")
FIRST_OF_JANUARY = 738_156


def seen(values: Floats) -> Signal:
    return period_end(Series.of(values, days=FIRST_OF_JANUARY + np.arange(len(values))), MONTHLY)


def asked(series: list[Floats]) -> int:
    """How many of the series have p < 1 %."""
    p_values = [seen(one).p_value for one in series]
    return sum(p is not None and p < 0.01 for p in p_values)


def month_ends(seed: int, *, last: float, first: float) -> Floats:
    """Daily counts of two years whose month ends and starts are so many times the usual."""
    generator = np.random.default_rng(seed)
    dates = np.arange("2022-01-01", "2024-01-01", dtype="datetime64[D]")
    starts = np.flatnonzero(dates == dates.astype("datetime64[M]"))[1:]
    mean = np.full(len(dates), 200.0)
    mean[starts - 1] *= last
    mean[starts] *= first
    return generator.negative_binomial(30, 30 / (30 + mean)).astype(float)


def test_a_last_day_higher_than_a_first_day_that_is_high_as_well_borrows_nothing() -> None:
    series = [month_ends(seed, last=1.6, first=1.2) for seed in SEEDS]
    assert asked(series) <= len(SEEDS) // 10


def test_days_that_borrow_from_the_next_are_found() -> None:
    series = [month_ends(seed, last=1.3, first=0.7) for seed in SEEDS]
    assert asked(series) == len(SEEDS)


def test_holidays_that_return_with_the_year_do_not_speak_for_its_other_months() -> None:
    dates = np.arange("2022-01-01", "2027-01-01", dtype="datetime64[D]")
    starts = np.flatnonzero(dates == dates.astype("datetime64[M]"))[1:]
    holidays = starts[np.isin(dates[starts].astype("datetime64[M]").astype(int) % 12, (0, 4, 10))]
    series = []
    for seed in SEEDS:
        generator = np.random.default_rng(seed)
        mean = np.full(len(dates), 200.0)
        mean[holidays] *= 0.5
        series.append(generator.negative_binomial(30, 30 / (30 + mean)).astype(float))
    assert asked(series) <= len(SEEDS) // 10


def to_date(values: Floats, unit: str) -> Floats:
    """The same as totals of the month, or of the year, so far."""
    dates = np.arange("2022-01-01", "2024-01-01", dtype="datetime64[D]")[: len(values)]
    whole = dates.astype(f"datetime64[{unit}]").astype(int)
    return np.concatenate([np.cumsum(values[whole == one]) for one in np.unique(whole)])


def test_totals_to_date_begin_anew_and_borrow_nothing() -> None:
    honest = [month_ends(seed, last=1.0, first=1.0) for seed in SEEDS]
    for unit in ("M", "Y"):
        assert asked([to_date(values, unit) for values in honest]) <= len(SEEDS) // 20


def test_days_that_borrow_are_found_in_totals_to_date_as_well() -> None:
    borrowed = [month_ends(seed, last=1.3, first=0.7) for seed in SEEDS]
    for unit in ("M", "Y"):
        assert asked([to_date(values, unit) for values in borrowed]) == len(SEEDS)


def test_a_backlog_that_is_cleared_on_the_first_of_a_month_ends_it_on_another_level() -> None:
    starts = to_date(np.ones(730), "M") == 1
    for seed in SEEDS:
        generator = np.random.default_rng(seed)
        backlog, open_items = np.zeros(730), 100.0
        for day in range(730):
            open_items += generator.poisson(10) - generator.poisson(8)
            open_items *= 0.5 if starts[day] else 1.0
            backlog[day] = max(0.0, np.rint(open_items))
        signal = seen(backlog)
        assert signal.outcome is Outcome.NOT_APPLICABLE
        assert "on another level" in signal.detail
