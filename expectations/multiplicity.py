"""How much is one small p-value worth among many looks? False-discovery control, applied twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.inspection import sound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from expectations.inspection import Inspection

# Asked every week for a year, q<.05 alarms on 20 % of honest series and q<.01 on 1.9 %: only the
# stricter level asks a question, the looser one is a watch that lowers the grade.
QUESTION_LEVEL = 0.01

Test = tuple[str, str, str]
"""kpi_id, guard, part: what is tested again at every close."""


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """q-values in the order given (Benjamini and Hochberg 1995, step-up, made monotone)."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i], reverse=True)
    adjusted = [1.0] * len(p_values)
    smallest = 1.0
    for i, index in enumerate(order):
        rank = len(p_values) - i
        smallest = min(smallest, p_values[index] * len(p_values) / rank)
        adjusted[index] = smallest
    return adjusted


def shared_q_values(p_values: Sequence[float], shares: Sequence[float]) -> list[float]:
    """q-values of one KPI's tests, in the order given, each weighted by its guard's share.

    Weighted Benjamini-Hochberg (Genovese, Roeder and Wasserman 2006). What guards that do not judge
    leave of the whole goes to those that do, and one that stands alone pays for no other. The
    shares were chosen for questions; what is no question counts
    at least as it would among equals, for at 5 % the tests ask about as often as they say and
    shares that add up to more would show.
    """
    if not p_values:
        return []
    scale = max(1.0, 1 / sum(shares))
    weighted = benjamini_hochberg(
        [
            min(p / (share * scale), 1.0) / len(shares)
            for p, share in zip(p_values, shares, strict=True)
        ]
    )
    return [
        max(p, q if q < QUESTION_LEVEL else max(q, among_equals))
        for p, q, among_equals in zip(p_values, weighted, benjamini_hochberg(p_values), strict=True)
    ]


def q_values(inspections: Sequence[Inspection]) -> dict[Test, float]:
    """The q-value of every test of the runs that ended without an error.

    First within the KPI over all its tests, where a guard shares its part of the false alarms out
    among the scopes it judges, then over the portfolio, where a KPI stands with its
    Simes p-value (its smallest q); the larger of the two corrections counts.
    """
    tests: dict[str, list[tuple[Test, float, float]]] = {}
    for inspection, guard in sound(inspections):
        kpi_id = inspection.kpi.kpi_id
        judged = {p: e for p, e in inspection.examinations.items() if e.p_value is not None}
        tests.setdefault(kpi_id, []).extend(
            (
                (kpi_id, inspection.guard_name, part),
                seen.p_value,
                guard.share_at(seen.n) / len(judged),
            )
            for part, seen in judged.items()
            if seen.p_value is not None
        )
    tests = {kpi: own for kpi, own in tests.items() if own}
    within = {
        kpi: shared_q_values([p for _, p, _ in own], [share for *_, share in own])
        for kpi, own in tests.items()
    }
    portfolio = dict(
        zip(within, benjamini_hochberg([min(q) for q in within.values()]), strict=True)
    )
    return {
        test: max(q, portfolio[kpi])
        for kpi in tests
        for (test, *_), q in zip(tests[kpi], within[kpi], strict=True)
    }
