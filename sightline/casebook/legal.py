"""May this person take this step now? A refusal names what is possible instead."""

from __future__ import annotations

from datetime import date

from sightline.casebook.acts import ACTS, VERBS, Accept, Act, Merge, SilenceCase, TakeAction
from sightline.casebook.life_cycle import Standing, is_legal
from sightline.errors import UsageError


def legal_verbs(now: Standing, *, is_owner: bool) -> list[str]:
    """What a person may do with the case, in the order of its life."""
    return [
        verb
        for verb, act in ACTS.items()
        if is_legal(act.kind, now.state) and not (is_owner and act.ends_case)
    ]


def require_case(case_id: str, now: Standing | None) -> Standing:
    """Where the case stands; UsageError when there is no such case."""
    if now is None:
        raise UsageError(f"no case is called {case_id}; see `sightline case list --all`")
    return now


def refuse_illegal(
    case_id: str,
    act: Act,
    stands: Standing | None,
    *,
    into: Standing | None,
    is_owner: bool,
    today: date,
) -> Standing:
    """The standing the act starts from; UsageError when it may not be taken.

    `into` is where the case stands that a merge names.
    """
    now = require_case(case_id, stands)
    possible = ", ".join(legal_verbs(now, is_owner=is_owner))
    if not is_legal(act.kind, now.state):
        state = now.state.replace("_", " ")
        hint = "; a case is closed once its fix has held for four periods" * (act.verb == "close")
        raise UsageError(
            f"{case_id} is {state}: cannot {VERBS[act.kind]} it now{hint}; possible are: {possible}"
        )
    if act.ends_case and is_owner:
        raise UsageError(
            f"whoever owns the KPI cannot {act.verb} its case: ask somebody who does not; "
            f"possible for you are: {possible}"
        )
    if isinstance(act, Merge) and (into is None or into.is_over or into.case_id == case_id):
        raise UsageError(f"{case_id} can only be merged into another case that is not over")
    _refuse_past(act, today)
    return now


def _refuse_past(act: Act, today: date) -> None:
    """What lasts until a day ends on a later one; what is to be done can be done today."""
    if isinstance(act, Accept | SilenceCase) and act.until <= today:
        raise UsageError(
            f"cannot {act.verb} it until {act.until}: today is {today}; give a later day"
        )
    if isinstance(act, TakeAction) and act.due_on < today:
        raise UsageError(
            f"nothing can be done by {act.due_on}: today is {today}; give that day or a later one"
        )
