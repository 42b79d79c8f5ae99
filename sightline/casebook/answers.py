"""What did the owner of a number answer to a finding about it, and who accepted that?

Acts on findings are rows of `finding_act`, added only: an owner answers with a reason code and a
sentence, somebody else accepts or refuses. An answer speaks of what was observed when it was given;
if something else is observed later, the finding is open again. Nothing here reads a clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from sqlalchemy import insert, select

from sightline.casebook.schema import bring_up_to_date
from sightline.casebook.store import (
    finding_act,
    open_engine,
    to_utc_aware,
    to_utc_naive,
    writing,
)
from sightline.errors import UsageError
from sightline.people import holders, roles_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from sightline.catalog import Catalog

ActKind = Literal["answered", "accepted", "refused"]

# What may follow what; None is a finding nobody has answered.
LEGAL: dict[str | None, tuple[ActKind, ...]] = {
    None: ("answered",),
    "answered": ("accepted", "refused", "answered"),
    "refused": ("answered",),
    "accepted": ("refused",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingAct:
    """One act on a finding; `reason` is a code of the vocabulary, empty for a decision."""

    finding_id: str
    kind: ActKind
    about: str
    actor: str
    at: datetime
    reason: str
    text: str


class Answers:
    """The acts on findings behind `url`, the casebook's. Close it when done."""

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)
        bring_up_to_date(self._engine)

    def close(self) -> None:
        """Gives the connections back."""
        self._engine.dispose()

    def acts(self, finding_id: str) -> list[FindingAct]:
        """Every act on a finding, in order."""
        with self._engine.connect() as connection:
            return _acts(connection, finding_id)

    def states(self) -> dict[tuple[str, str], ActKind]:
        """Where each finding and what was observed of it stands; those without an act are open."""
        with self._engine.connect() as connection:
            return {(act.finding_id, act.about): act.kind for act in _acts(connection)}

    def add(self, act: FindingAct) -> None:
        """Keeps one act.

        Raises UsageError for an act without a sentence, for a step that is not legal now, naming
        those that are, and when whoever answered would decide about the answer.
        """
        if not act.text.strip():
            raise UsageError(
                f"{act.finding_id} cannot be {act.kind} without a word: write the sentence that "
                "stays on record"
            )
        with writing(self._engine) as connection:
            before = _acts(connection, act.finding_id)
            refuse_illegal(act.finding_id, act.about, act.kind, before, by=act.actor)
            row = {"finding_id": act.finding_id, "kind": act.kind, "about": act.about}
            row |= {"actor": act.actor, "reason": act.reason, "text": act.text}
            connection.execute(insert(finding_act), row | {"at": to_utc_naive(act.at)})


def refuse_illegal(
    finding_id: str, about: str, kind: str, acts: Sequence[FindingAct], *, by: str
) -> None:
    """UsageError when an act may not follow those on the finding that are about the same.

    That is when the step is not legal now, naming those that are, and when whoever answered would
    decide about the answer.
    """
    before = [one for one in acts if one.about == about]
    state = before[-1].kind if before else None
    if kind not in LEGAL[state]:
        raise UsageError(
            f"{finding_id} is {state or 'not answered yet'}: it cannot be "
            f"{kind} now, only {' or '.join(LEGAL[state])}"
        )
    if kind != "answered" and by in {one.actor for one in before if one.kind == "answered"}:
        raise UsageError(f"{by} answered {finding_id}: somebody else has to decide about it")


def check_owner(catalog: Catalog, kpi_id: str, *, by: str, at: datetime) -> None:
    """Raise UsageError unless `by` answers for the KPI at that moment."""
    owner = _owner(catalog, kpi_id)
    if owner not in roles_of(catalog, by, at.date()):
        named = " or ".join(holders(catalog, owner, at.date())) or "nobody at present"
        raise UsageError(f"{kpi_id} is answered for by its owner, {owner}: {named}, not {by}")


def check_answer(catalog: Catalog, kpi_id: str, *, by: str, reason: str, at: datetime) -> None:
    """Raise UsageError unless `by` answers for the KPI at that moment and the reason is a code."""
    check_owner(catalog, kpi_id, by=by, at=at)
    codes = catalog.vocabulary.answer_codes
    if reason not in codes:
        known = ", ".join(codes) or "none yet: add `answer_codes` to vocabulary.yml"
        raise UsageError(f"{reason} is no answer code of the vocabulary; there are: {known}")


def check_decision(catalog: Catalog, kpi_id: str, *, by: str, at: datetime) -> None:
    """Raise UsageError unless `by` holds a role, and not the one that answers for the KPI."""
    owner, roles = _owner(catalog, kpi_id), roles_of(catalog, by, at.date())
    if not roles:
        raise UsageError(f"{by} holds no role of the vocabulary: nobody knows for whom they decide")
    if owner in roles:
        raise UsageError(f"{by} answers for {kpi_id}: somebody without that role has to decide")


def _owner(catalog: Catalog, kpi_id: str) -> str:
    if kpi_id not in catalog.kpis:
        raise UsageError(f"{kpi_id} is defined no more: nobody answers for it")
    return catalog.kpis[kpi_id].owner


def _acts(connection: Connection, finding_id: str | None = None) -> list[FindingAct]:
    query = select(finding_act)
    if finding_id is not None:
        query = query.where(finding_act.c.finding_id == finding_id)
    rows = connection.execute(query.order_by(finding_act.c.sequence)).mappings().all()
    return [
        FindingAct(
            finding_id=row["finding_id"],
            kind=row["kind"],
            about=row["about"],
            actor=row["actor"],
            at=to_utc_aware(row["at"]),
            reason=row["reason"],
            text=row["text"],
        )
        for row in rows
    ]
