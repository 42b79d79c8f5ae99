"""Where does a goal land, with the dip and without it? Forecasts are the warehouse's own.

`fct_key_result_outlook` carries the mean step of the last periods on to the last day. Its newest
row is the landing with the dip. Its row of the last period before the dip is the landing without:
by the same arithmetic, in which every period since counts as it was expected.

A dip as old as the goal leaves no such row. The KPI's own history would give a number, but no
answer: before the goal nobody worked towards it, so the pace of then is that without the goal.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline.investigation.evidence import Evidence, Row
from sightline.investigation.wording import number, percent

# What these move to is a value; what has to stay in range is a share of periods.
_MOVING = frozenset({"increase_to", "decrease_to", "milestone"})

# How wide the warehouse makes its interval: 80 % of landings.
_OFTEN = "four times in five"


def landings(evidence: Evidence, goal: Row) -> Iterator[str]:
    """Two sentences for a goal whose last day is still to come, each with its interval."""
    if goal["kind"] == "binary" or goal["period_to"] <= evidence.as_of.date():
        return
    outlooks = evidence.outlooks(goal["key_result_id"])
    before = [row for row in outlooks if row["period_start"] < evidence.onset]
    now, then = _forecast(outlooks), _forecast(before)
    since = f"the {evidence.kpi['grain']}s since {evidence.onset}"
    name = f"“{goal['key_result_name']}”"
    if now is None:
        yield f"There is no forecast of {name}: too few of its periods are known."
    else:
        yield f"At its recent pace {name} lands at {_landing(goal, now)}."
    if then is not None:
        yield f"Without {since} it would land at {_landing(goal, then)}."
    elif now is not None and before:
        yield f"Where it would land without {since} is not known: too few periods lie before them."
    elif now is not None:
        yield (
            f"Where it would land without {since} cannot be known: the goal has no "
            f"{evidence.kpi['grain']} before them, and how its number moved before there was a "
            "goal is no pace towards it."
        )


def _forecast(outlooks: list[Row]) -> Row | None:
    """The newest row, when it has a forecast."""
    return outlooks[-1] if outlooks and outlooks[-1]["forecast_progress"] is not None else None


def _landing(goal: Row, row: Row) -> str:
    shares = [row[name] for name in ("forecast_progress", "forecast_low", "forecast_high")]
    if goal["kind"] in _MOVING:
        start, end = goal["baseline"], goal["target"]
        places = max(0, -int(end.normalize().as_tuple().exponent))
        value, *ends = (start + (end - start) * share for share in shares)
        low, high = (number(bound, places) for bound in sorted(ends))
        return f"{number(value, places)} of {number(end, places)} ({_OFTEN} {low} to {high})"
    in_range, low, high = map(percent, shares)
    return f"{in_range} of its periods in range ({_OFTEN} {low} to {high})"
