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


def q_values(inspections: Sequence[Inspection]) -> dict[Test, float]:
    """The q-value of every test of the runs that ended without an error.

    First within the KPI over all its tests, then over the portfolio, where a KPI stands with its
    Simes p-value (its smallest q); the larger of the two corrections counts.
    """
    tests: dict[str, list[tuple[Test, float]]] = {}
    for inspection, _ in sound(inspections):
        kpi_id = inspection.kpi.kpi_id
        for part, examination in inspection.examinations.items():
            if examination.p_value is not None:
                test = (kpi_id, inspection.guard_name, part)
                tests.setdefault(kpi_id, []).append((test, examination.p_value))
    within = {kpi: benjamini_hochberg([p for _, p in tests[kpi]]) for kpi in tests}
    portfolio = dict(
        zip(within, benjamini_hochberg([min(q) for q in within.values()]), strict=True)
    )
    return {
        test: max(q, portfolio[kpi])
        for kpi in tests
        for (test, _), q in zip(tests[kpi], within[kpi], strict=True)
    }
