"""May this person take this step now? A refusal names what is possible instead."""

from __future__ import annotations

from sightline.casebook.acts import ACTS, VERBS, Act, Merge
from sightline.casebook.life_cycle import Standing, is_legal
from sightline.errors import UsageError


def legal_verbs(now: Standing, *, is_owner: bool) -> list[str]:
    """What a person may do with the case, in the order of its life."""
    return [
        verb
        for verb, act in ACTS.items()
        if is_legal(act.kind, now.state) and not (is_owner and act.ends_case)
    ]


def refuse_illegal(
    case_id: str, act: Act, now: Standing | None, *, into: Standing | None, is_owner: bool
) -> Standing:
    """The standing the act starts from; UsageError when it may not be taken.

    `into` is where the case stands that a merge names.
    """
    if now is None:
        raise UsageError(f"no case is called {case_id}; see `sightline case list --all`")
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
    return now
