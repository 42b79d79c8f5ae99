"""Why did it change? Candidates in order of strength, each labelled with how strong it is.

Arithmetic is exact: parts that sum to the change. Statistical is measured against chance.
Coincidence only says that two things happened together.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from sightline.audit_case import Cause, Decomposition
from sightline.investigation.arithmetic import natural_limits
from sightline.investigation.evidence import SHOWN_PERIODS, Evidence
from sightline.investigation.wording import (
    counted,
    difference,
    limit,
    listed,
    named,
    percent,
    plain,
    quantity,
)

# Parts beyond the third are in the table, not in the sentence.
NAMED_PARTS = 3

# A decision taken up to four weeks before the first bad period, or since, is in the window.
WINDOW = timedelta(weeks=4)

# Residuals under this are rounding of the twelfth place.
EXACT = Decimal("1e-9")


def candidates(evidence: Evidence) -> tuple[Cause, ...]:
    """Decomposition, drill-down, chance, upstream KPIs, coincident changes: in this order."""
    return (
        *(_parts(evidence, decomposition) for decomposition in evidence.decompositions),
        *_chance(evidence),
        *_upstream(evidence),
        *_coincidences(evidence),
    )


def _parts(evidence: Evidence, split: Decomposition) -> Cause:
    # Shares of parts that pull both ways do not add up to a hundred and would mislead.
    one_way = all(part.share is not None and part.share >= 0 for part in split.parts)
    told = [
        f"{plain(part.label)} {difference(evidence.kpi, part.amount)}"
        + (f" ({percent(part.share)})" if one_way and part.share is not None else "")
        for part in split.parts[:NAMED_PARTS]
    ]
    rest = len(split.parts) - len(told)
    if rest:
        told.append(f"{counted(rest, 'smaller part')}")
    sums = "the parts sum to the change"
    if abs(split.residual) >= EXACT:
        sums = f"{difference(evidence.kpi, split.residual)} are in no part"
    text = (
        f"Change of {difference(evidence.kpi, split.change)} against the weeks from "
        f"{split.baseline_from} to {split.baseline_to}, by {plain(split.dimension)}: "
        f"{listed(told) or 'nothing moved'}; {sums}."
    )
    return Cause(kind="arithmetic", text=text)


def _chance(evidence: Evidence) -> Iterator[Cause]:
    readings = evidence.readings(evidence.kpi_id, evidence.scope)
    change = evidence.change(evidence.kpi_id, evidence.scope)
    before = [reading for reading in readings if reading.period_start < evidence.onset]
    limits = natural_limits(before[-SHOWN_PERIODS:])
    if change is None or limits is None:
        return
    kpi = evidence.kpi
    inside = limits.low <= change.after <= limits.high
    kind = "a common cause, within" if inside else "a special cause, outside"
    yield Cause(
        kind="statistical",
        text=(
            f"The latest {quantity(kpi, change.after)} is {kind} what chance gave in the "
            f"{counted(len(before[-SHOWN_PERIODS:]), 'week')} before: {quantity(kpi, limits.low)} "
            f"to {quantity(kpi, limits.high)} (XmR limits)."
        ),
    )


def _upstream(evidence: Evidence) -> Iterator[Cause]:
    for kpi_id in evidence.drivers:
        kpi, scope = evidence.kpis[kpi_id], evidence.nearest_scope(kpi_id)
        change = evidence.change(kpi_id, scope)
        if change is None:
            continue
        limits = natural_limits(change.baseline)
        moved = limits is None or not limits.low <= change.after <= limits.high
        beyond = "" if limits is None else ", beyond chance" if moved else ", within chance"
        yield Cause(
            kind="coincidence" if limits is None or not moved else "statistical",
            text=(
                f"Upstream, {named(kpi, scope)} went from {quantity(kpi, change.before)} to "
                f"{quantity(kpi, change.after)} over the same weeks{beyond}."
            ),
        )


def _coincidences(evidence: Evidence) -> Iterator[Cause]:
    earliest = evidence.onset - WINDOW
    before: Decimal | None = None
    for target in evidence.targets:
        approvers = evidence.role_names(target["approved_by"])
        if earliest <= target["valid_from"] <= evidence.as_of.date() and before is not None:
            yield _coincidence(
                target["valid_from"],
                f"the target moved from {limit(evidence.kpi, before)} to "
                f"{limit(evidence.kpi, target['target'])}, approved by {approvers}",
            )
        before = target["target"]
    policy = evidence.policy
    if policy is None:
        return
    if earliest <= policy["approved_on"] <= evidence.as_of.date():
        yield _coincidence(policy["approved_on"], f"the policy “{policy['name']}” was approved")
    if earliest <= policy["valid_from"] <= evidence.as_of.date():
        yield _coincidence(policy["valid_from"], f"the policy “{policy['name']}” came into force")


def _coincidence(on: date, what: str) -> Cause:
    return Cause(kind="coincidence", text=f"On {on} {what}.")
