"""Why did it change? Candidates in order of strength, each labelled with how strong it is.

Arithmetic is exact: parts that sum to the change. Statistical is measured against chance.
Coincidence only says that two things happened together.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from sightline.audit_case import Cause, Decomposition, Part
from sightline.investigation.arithmetic import natural_limits, pooled, to_decimal
from sightline.investigation.coincidences import coincidences
from sightline.investigation.evidence import SHOWN_PERIODS, Evidence
from sightline.investigation.factors import ALL_ELSE, by_factors, obstacle
from sightline.investigation.wording import (
    counted,
    difference,
    listed,
    named,
    percent,
    plain,
    quantity,
    rounded,
    signed,
)

# Parts beyond the third are in the table, not in the sentence.
NAMED_PARTS = 3

# How far back a KPI that drives this one may have moved first.
LOOK_BACK = timedelta(weeks=8)

# Residuals under this are rounding of the twelfth place.


def candidates(evidence: Evidence) -> tuple[Cause, ...]:
    """Decompositions, factors, chance, upstream KPIs, coincident changes: in this order."""
    return (
        *(_parts(evidence, decomposition) for decomposition in evidence.decompositions),
        *_factors(evidence),
        *_chance(evidence),
        *_upstream(evidence),
        *coincidences(evidence),
    )


def _parts(evidence: Evidence, split: Decomposition) -> Cause:
    # Shares of parts that pull both ways do not add up to a hundred and would mislead.
    one_way = all(part.share is not None and part.share >= 0 for part in split.parts)
    known = [
        (amount, text + _noise(part))
        for part in split.parts
        for amount, text in _told(evidence, part, one_way=one_way)
    ]
    if any(part.split for part in split.parts):
        known.sort(key=lambda each: -abs(each[0]))
    told = [text for _, text in known[:NAMED_PARTS]]
    rest = len(known) - len(told)
    if rest:
        told.append(f"{counted(rest, 'smaller part')}")
    text = (
        f"Change of {difference(evidence.kpi, split.change)} against {_baseline(evidence, split)}, "
        f"by {plain(split.dimension)}: "
        f"{listed(told) or 'nothing moved'}; {_sums(evidence, split)}."
    )
    return Cause(kind="arithmetic", text=text)


def _baseline(evidence: Evidence, split: Decomposition) -> str:
    return f"the {evidence.kpi['grain']}s from {split.baseline_from} to {split.baseline_to}"


def _sums(evidence: Evidence, split: Decomposition) -> str:
    if not split.is_exact:
        return f"{difference(evidence.kpi, split.residual)} are in no part"
    return "the parts sum to the change"


def _noise(part: Part) -> str:
    return ", no more than its own noise" if part.noise == "within" else ""


def _told(evidence: Evidence, part: Part, *, one_way: bool) -> Iterator[tuple[Decimal, str]]:
    """A part in words; one with a ratio of its own as up to two, what it did and what it weighs."""
    name, kpi = plain(part.label), evidence.kpi
    if part.split is None:
        share = f" ({percent(part.share)})" if one_way and part.share is not None else ""
        yield part.amount, f"{name} {difference(kpi, part.amount)}{share}"
        return
    rate, mix = part.split.rate, part.split.mix
    if rounded(kpi, rate):
        how = "worse" if evidence.worsening(rate) > 0 else "better"
        yield rate, f"{name} itself got {how}: {difference(kpi, rate)}"
    if rounded(kpi, mix):
        is_more = part.split.weight_after > part.split.weight_before
        is_weaker = (evidence.worsening(mix) > 0) is is_more
        more, weaker = "more" if is_more else "less", "weaker" if is_weaker else "stronger"
        moved = f"{more} of the volume ran on {name}, which is {weaker}"
        yield mix, f"{moved}: {difference(kpi, mix)}"


def _factors(evidence: Evidence) -> Iterator[Cause]:
    """What came by each factor of a product and what by all else, or why that cannot be told."""
    kpi, split, why_not = evidence.kpi, by_factors(evidence), obstacle(evidence)
    factors = [evidence.kpis[kpi_id] for kpi_id in evidence.factors]
    if why_not:
        names = listed([*(str(factor["name"]) for factor in factors), ALL_ELSE])
        yield Cause(
            kind="arithmetic",
            text=f"{kpi['name']} is the product of {names}; not split by them: {why_not}.",
        )
    if split is None:
        return
    moved = [
        f" ({quantity(factor, change.before)} to {quantity(factor, change.after)})"
        for factor, change in zip(factors, evidence.factor_changes.values(), strict=True)
    ]
    told = [
        f"{signed(kpi, part.amount)} came by {plain(part.label)}{levels}{_noise(part)}"
        for part, levels in zip(split.parts, [*moved, ""], strict=True)
    ]
    yield Cause(
        kind="arithmetic",
        text=(
            f"Of {difference(kpi, split.change)} against {_baseline(evidence, split)}, "
            f"{listed(told)}; {_sums(evidence, split)}."
        ),
    )


def _chance(evidence: Evidence) -> Iterator[Cause]:
    change = evidence.change(evidence.kpi_id, evidence.scope)
    limits = natural_limits(evidence.before)
    if change is None or limits is None:
        return
    kpi = evidence.kpi
    inside = limits.low <= change.after <= limits.high
    kind = "a common cause, within" if inside else "a special cause, outside"
    yield Cause(
        kind="statistical",
        text=(
            f"The latest {quantity(kpi, change.after)} is {kind} what chance gave in the "
            f"{counted(len(evidence.before), kpi['grain'])} before: "
            f"{quantity(kpi, limits.low)} to {quantity(kpi, limits.high)} (XmR limits)."
        ),
    )


def _upstream(evidence: Evidence) -> Iterator[Cause]:
    for kpi_id in evidence.drivers:
        kpi, scope = evidence.kpis[kpi_id], evidence.nearest_scope(kpi_id)
        change = evidence.change(kpi_id, scope)
        if change is None:
            continue
        before, after = quantity(kpi, change.before), quantity(kpi, change.after)
        if before == after:
            continue
        limits = natural_limits(change.baseline)
        moved = limits is None or not limits.low <= change.after <= limits.high
        within = ", beyond chance" if moved else ", within chance as a whole"
        beyond = "" if limits is None else within
        left = _lead(evidence, kpi_id, scope)
        lead = f"; it {'moved' if moved else 'was beyond it'} {left}" if left else ""
        yield Cause(
            kind="coincidence" if limits is None or not moved else "statistical",
            text=(
                f"Upstream, {named(kpi, scope)} went from {before} to {after} over the same "
                f"{kpi['grain']}s{beyond}{lead}."
            ),
        )


def _lead(evidence: Evidence, kpi_id: str, scope: str) -> str:
    """How long before or after the onset a driver left what chance gives it; empty if it did not.

    Its limits come from the time before the look back, so that its own move is not in them.
    """
    readings = evidence.readings(kpi_id, scope)
    begin = evidence.onset - LOOK_BACK
    limits = natural_limits([r for r in readings if r.period_start < begin][-SHOWN_PERIODS:])
    if limits is None:
        return ""
    for reading in readings:
        if reading.period_start < begin or reading.denominator == 0:
            continue
        if not limits.low <= to_decimal(pooled([reading])) <= limits.high:
            grain = evidence.kpis[kpi_id]["grain"]
            first, last = sorted((reading.period_start, evidence.onset))
            periods = sum(first <= each.period_start < last for each in readings)
            if not periods:
                return f"in the same {grain}"
            side = "before" if reading.period_start < evidence.onset else "after"
            return f"{counted(periods, grain)} {side}"
    return ""
