"""How much is one small p-value worth among many looks? False-discovery control, applied twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.inspection import sound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from expectations.inspection import Inspection

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
    leave of the whole goes to those that do: a test that stands alone pays for no other.
    """
    scale = max(1.0, 1 / sum(shares)) if shares else 1.0
    tests = zip(p_values, shares, strict=True)
    return benjamini_hochberg([min(p / (share * scale), 1.0) / len(shares) for p, share in tests])


def q_values(inspections: Sequence[Inspection]) -> dict[Test, float]:
    """The q-value of every test of the runs that ended without an error.

    First within the KPI over all its tests, where a guard shares its part of the false alarms out
    among the scopes it judges, then over the portfolio, where a KPI stands with its
    Simes p-value (its smallest q); the larger of the two corrections counts.
    """
    tests: dict[str, list[tuple[Test, float, float]]] = {}
    for inspection, guard in sound(inspections):
        kpi_id = inspection.kpi.kpi_id
        judged = {
            part: examination.p_value
            for part, examination in inspection.examinations.items()
            if examination.p_value is not None
        }
        tests.setdefault(kpi_id, []).extend(
            ((kpi_id, inspection.guard_name, part), p_value, guard.share / len(judged))
            for part, p_value in judged.items()
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
