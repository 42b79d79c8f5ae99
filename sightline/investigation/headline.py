"""What is the one sentence? It stands before every table and carries the numbers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sightline.audit_case import Decomposition
from sightline.investigation.evidence import Evidence, Row
from sightline.investigation.wording import (
    counted,
    difference,
    during,
    hard_limit,
    limit,
    listed,
    named,
    percent,
    period,
    plain,
    quantity,
    quantity_beside,
    rounded,
    signed,
)

# A cause is named in the headline when it carries most of the change; 70 % is the share by which
# one cause is told from several.
MOST_OF_IT = Decimal("0.7")

# The other parts together may worsen by a fifth of the change: the noise of ordinary periods.
NOISE = Decimal("0.2")


def headline(evidence: Evidence) -> str:
    """One sentence with numbers for the rule that fired."""
    told = {
        "silent_sacrifice": _silent_sacrifice,
        "no_data": _no_data,
        "budget_burn_fast": _fast_burn,
        "relapse": _relapse,
    }
    return told.get(evidence.episode["rule"], _level)(evidence)


@dataclass(frozen=True)
class Reason:
    """What carries most of a change: in words, and how much of it in the KPI's unit."""

    text: str
    amount: Decimal


def main_reason(evidence: Evidence, decomposition: Decomposition) -> Reason | None:
    """What carries most of a change for the worse; None when nothing does.

    The first part does, where members have no ratio of their own. Else a member that got worse
    itself, or the mix: what one member gains in weight another loses, so they are one reason.
    """
    parts = decomposition.parts
    if not parts or evidence.worsening(decomposition.change) <= 0:
        return None
    splits = [(part.label, part.split) for part in parts if part.split is not None]
    known = [Reason(f"{plain(label)} itself got worse", split.rate) for label, split in splits]
    mix = sum((split.mix for _, split in splits), Decimal())
    known.append(Reason("more of the volume ran where it is weaker", mix))
    if not splits:
        known = [Reason(f"of {plain(parts[0].label)}", parts[0].amount)]
    top = max(known, key=lambda reason: evidence.worsening(reason.amount))
    return top if top.amount / decomposition.change >= MOST_OF_IT else None


def _relapse(evidence: Evidence) -> str:
    now = quantity(evidence.kpi, evidence.evaluation["value"])
    return (
        f"{named(evidence.kpi, evidence.scope)} is back at {now}: "
        "half of what a closed key result had reached is lost"
    )


def _level(evidence: Evidence) -> str:
    kpi, now = evidence.kpi, evidence.evaluation
    target = now["target"]
    if target is None:
        value = quantity(kpi, now["value"])
        return f"{named(kpi, evidence.scope)} is {value}, and no target is in force to judge it by"
    words = ("at or above", "below")
    if kpi["direction"] == "lower_is_better":
        words = ("at or below", "above")
    held = f"target of {limit(kpi, target)}"
    value = quantity_beside(kpi, now["value"], target)
    if now["is_beyond_floor"]:
        value = quantity_beside(kpi, now["value"], now["floor"])
        held = f"{hard_limit(kpi)} of {limit(kpi, now['floor'])} (target {limit(kpi, target)})"
    stands = f"{named(kpi, evidence.scope)} is {value}, {words[now['is_beyond_target']]} its {held}"
    if now["integrity_verdict"] == "contested":
        asked = counted(len(evidence.open_findings), "question")
        settle = (
            f"{asked} about it must be answered" if evidence.open_findings else "settle the data"
        )
        return f"{stands}, but the number is contested: {settle} first"
    return stands + _because(evidence)


def _because(evidence: Evidence) -> str:
    kpi = evidence.kpi
    trusted = evidence.evaluation["integrity_verdict"] == "trusted"
    for decomposition in evidence.decompositions:
        reason = main_reason(evidence, decomposition)
        if reason is not None:
            carried = _of_the_change(kpi, reason.amount, decomposition.change)
            text = f", because {reason.text} ({carried})"
            return text + _not_because(evidence, decomposition, reason, trusted=trusted)
    doubt = "" if trusted else "; whether the number is real cannot be told"
    if evidence.decompositions:
        moved = difference(kpi, evidence.decompositions[0].change)
        return f", a change of {moved} that no single part explains{doubt}"
    return f", for {counted(evidence.episode['periods'], kpi['grain'])} now{doubt}"


def _of_the_change(kpi: Row, amount: Decimal, change: Decimal) -> str:
    """−0.90 of −1.00 points; where it is more than the change, what the rest gave back as well."""
    text = f"{signed(kpi, amount)} of {difference(kpi, change)}"
    rest = rounded(kpi, change) - rounded(kpi, amount)
    return f"{text}, all else {signed(kpi, rest)}" if rest * change < 0 else text


def _not_because(
    evidence: Evidence, decomposition: Decomposition, reason: Reason, *, trusted: bool
) -> str:
    if not trusted:
        return "; whether the number is real cannot be told"
    rest = evidence.worsening(decomposition.change - reason.amount)
    if rest > NOISE * abs(decomposition.change):
        return ", not because the data are wrong"
    return ", not because the data are wrong or anything else got worse"


def _no_data(evidence: Evidence) -> str:
    kpi, now = evidence.kpi, evidence.evaluation
    text = f"{named(kpi, evidence.scope)} has no value since {period(kpi, evidence.opened)}"
    if now["value"] is None:
        return text
    last = f"{quantity(kpi, now['value'])} {during(kpi, now['period_start'])}"
    return f"{text}; the last one is {last}"


def _fast_burn(evidence: Evidence) -> str:
    kpi, worst = evidence.kpi, evidence.episode["worst_value"]
    used = percent(worst / 100)
    name = named(kpi, evidence.scope)
    return f"{name} took {used} of its conflict budget in a single {kpi['grain']}"


def _silent_sacrifice(evidence: Evidence) -> str:
    kpi, now, policy = evidence.kpi, evidence.evaluation, evidence.policy
    text = f"{named(kpi, evidence.scope)} stayed green at {quantity(kpi, now['value'])}"
    reasons = []
    if policy is not None and policy["effort_share"] is not None:
        effort = evidence.kpis[policy["effort_kpi_id"]]["name"].lower()
        reasons.append(f"{effort} was starved to {percent(policy['effort_share'])} of its plan")
    behind = [
        goal
        for goal in evidence.goals
        if policy is not None and goal["key_result_id"] == policy["key_result_id"]
    ]
    for goal in behind:
        if goal["progress"] is not None:
            reasons.append(
                f"“{goal['key_result_name']}” reached {percent(goal['progress'])} of the way, "
                f"{percent(goal['expected_progress'])} expected"
            )
    return f"{text} while {listed(reasons)}" if reasons else text
