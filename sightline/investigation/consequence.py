"""What follows if nothing changes, and who does what by when?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from sightline.audit_case import Action
from sightline.investigation.evidence import Evidence, Row
from sightline.investigation.landing import landings
from sightline.investigation.wording import counted, limit, named, number, percent

if TYPE_CHECKING:
    from sightline.casebook.deadlines import IsOff

_FRIDAY = 4

# Nobody can be asked for tomorrow: a due date leaves at least three days.
_NOTICE = timedelta(days=3)


def consequences(evidence: Evidence) -> tuple[str, ...]:
    """Budget, then for each goal the days left and where it lands, with the dip and without."""
    return (
        *_budget(evidence),
        *(text for goal in evidence.goals for text in _goal(evidence, goal)),
    )


def actions(evidence: Evidence, departments: tuple[str, ...]) -> tuple[Action, ...]:
    """The policy's instruction first, then the open questions, then the owner's own plan.

    An audit of one department is not cross-functional: the owner is asked to name the others.
    """
    due = due_date(evidence.as_of.date(), evidence.is_off)
    policy, owner = evidence.policy, str(evidence.kpi["owner"])
    asked: list[tuple[str, str]] = []
    if policy is not None:
        is_late = policy["rule"] == "approved_late"  # then it says to settle this without it
        order = "Settle it without a policy" if is_late else "Carry out the policy"
        asked += [
            (goal["key_result_owner"], f"{order}: {policy['instruction']}")
            for goal in evidence.goals
            if goal["key_result_id"] == policy["key_result_id"]
        ][:1]
    unanswered = [row for row in evidence.open_findings if row["answer_state"] != "answered"]
    if unanswered:
        asked.append((owner, f"Answer the open question: {unanswered[0]['question']}"))
    asked.append((owner, _plan(evidence)))
    if len(departments) < 2:
        only, name = evidence.departments[departments[0]], evidence.kpi["name"]
        asked.append((owner, f"Only {only} was asked: name who else {name} depends on."))
    return tuple(_action(evidence, role, text, due) for role, text in dict.fromkeys(asked))


def due_date(today: date, is_off: IsOff) -> date:
    """The last business day that leaves three days, up to the first Friday that leaves them.

    Where nobody works on any of these days, as between the years, it is that of the week after.
    """
    earliest = today + _NOTICE
    while True:
        friday = earliest + timedelta(days=(_FRIDAY - earliest.weekday()) % 7)
        days = (friday - timedelta(days=back) for back in range((friday - earliest).days + 1))
        worked = next((day for day in days if not is_off(day)), None)
        if worked is not None:
            return worked
        earliest = friday + timedelta(days=1)


def _plan(evidence: Evidence) -> str:
    name = named(evidence.kpi, evidence.scope)
    if evidence.episode["rule"] == "silent_sacrifice":
        return f"Say what {name} may lose while the planned effort is restored, and confirm it."
    grain, target = evidence.kpi["grain"], evidence.evaluation["target"]
    if evidence.episode["rule"] == "no_data":
        return f"Say why {name} has no value, and the {grain} in which it will have one again."
    if target is None:
        return f"Confirm the cause, and have the target approved that {name} is held to now."
    held = limit(evidence.kpi, target)
    return f"Confirm the cause and the {grain} in which {name} is back at {held}."


def _action(evidence: Evidence, role: str, text: str, due: date) -> Action:
    known = evidence.roles[role]
    return Action(
        role=role,
        role_name=known["name"],
        department_name=evidence.departments[known["department"]],
        text=text,
        due=due,
    )


def _budget(evidence: Evidence) -> Iterator[str]:
    policy = evidence.policy
    if policy is None or policy["budget_used_share"] is None:
        return
    used: Decimal = policy["budget_used_share"]
    window = counted(policy["window_periods"], evidence.kpi["grain"])
    left = f"{_tenths(1 - used)} is left" if used < 1 else f"{_tenths(used - 1)} too much"
    yield (
        f"{_tenths(used)} of what {named(evidence.kpi, evidence.scope)} may lose in {window} "
        f"is used; {left}."
    )


def _goal(evidence: Evidence, goal: Row) -> Iterator[str]:
    days = (goal["period_to"] - evidence.as_of.date()).days
    if goal["progress"] is None:
        yield f"“{goal['key_result_name']}” has no progress yet; {_left(days)}."
        return
    yield (
        f"“{goal['key_result_name']}” has come {percent(goal['progress'])} of the way, "
        f"{percent(goal['expected_progress'])} expected; {_left(days)}."
    )
    yield from landings(evidence, goal)


def _left(days: int) -> str:
    if days < 0:
        return f"it ended {counted(-days, 'day')} ago"
    return (
        f"{counted(days, 'day')} {'is' if days == 1 else 'are'} left" if days else "it ends today"
    )


def _tenths(share: Decimal) -> str:
    return f"{number(share * 100, 1)}\u202f%"
