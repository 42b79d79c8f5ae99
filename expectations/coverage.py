"""Of which judged numbers does a guard's evidence not speak, and what does that come to?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.evidence import ROLL_UP
from expectations.guard import Examination, Outcome

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from expectations.guard import Guard, Row
    from expectations.guarded_kpi import GuardedKpi

Numbers = frozenset[tuple[str, "date"]]
"""Scope and period_start of one KPI's numbers."""


def numbers_of(
    kpis: Sequence[GuardedKpi], judged: Collection[tuple[str, str, date]]
) -> dict[str, Numbers]:
    """The judged numbers of each of these KPIs."""
    numbers: dict[str, set[tuple[str, date]]] = {kpi.kpi_id: set() for kpi in kpis}
    for kpi_id, scope, period in judged:
        if kpi_id in numbers:
            numbers[kpi_id].add((scope, period))
    return {kpi_id: frozenset(own) for kpi_id, own in numbers.items()}


def without_evidence(guard: Guard, rows: Sequence[Row], judged: Numbers) -> Numbers:
    """The judged numbers of a KPI that its evidence should speak of and does not.

    A roll-up needs evidence of its own only where every number does, or where it has no parts.
    """
    if "scope" not in guard.part:
        return frozenset()
    if guard.every_number:
        return judged - {(row["scope"], row["period_start"]) for row in rows}
    split = {period for scope, period in judged if scope != ROLL_UP}
    spoken_of = {row["scope"] for row in rows}
    return frozenset(
        (scope, period)
        for scope, period in judged
        if scope not in spoken_of and (scope != ROLL_UP or period not in split)
    )


def left_out(kpi_id: str, lost: Numbers) -> dict[str, Examination]:
    """What is said of each scope that evidence may leave out and does, by part."""
    return {
        f"{kpi_id} / {scope}": Examination(
            outcome=Outcome.NOT_ENOUGH_DATA,
            n=0,
            detail="no evidence speaks of it",
            covered=frozenset(number for number in lost if number[0] == scope),
        )
        for scope in {scope for scope, _ in lost}
    }
