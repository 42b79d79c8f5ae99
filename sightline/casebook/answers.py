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

if TYPE_CHECKING:
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
            before = [one for one in _acts(connection, act.finding_id) if one.about == act.about]
            state = before[-1].kind if before else None
            if act.kind not in LEGAL[state]:
                raise UsageError(
                    f"{act.finding_id} is {state or 'not answered yet'}: it cannot be "
                    f"{act.kind} now, only {' or '.join(LEGAL[state])}"
                )
            authors = {one.actor for one in before if one.kind == "answered"}
            if act.kind != "answered" and act.actor in authors:
                raise UsageError(
                    f"{act.actor} answered {act.finding_id}: somebody else has to decide about it"
                )
            row = {"finding_id": act.finding_id, "kind": act.kind, "about": act.about}
            row |= {"actor": act.actor, "reason": act.reason, "text": act.text}
            connection.execute(insert(finding_act), row | {"at": to_utc_naive(act.at)})


def check_answer(catalog: Catalog, kpi_id: str, *, by: str, reason: str, at: datetime) -> None:
    """Raise UsageError unless `by` answers for the KPI at that moment and the reason is a code."""
    owner = catalog.kpis[kpi_id].owner
    if owner not in _roles_of(catalog, by, at):
        holder = catalog.vocabulary.roles[owner].holder_on(at.date())
        named = f"{holder.person} or {holder.deputy}" if holder else "nobody at present"
        raise UsageError(f"{kpi_id} is answered for by its owner, {owner}: {named}, not {by}")
    codes = catalog.vocabulary.answer_codes
    if reason not in codes:
        known = ", ".join(codes) or "none yet: add `answer_codes` to vocabulary.yml"
        raise UsageError(f"{reason} is no answer code of the vocabulary; there are: {known}")


def check_decision(catalog: Catalog, kpi_id: str, *, by: str, at: datetime) -> None:
    """Raise UsageError unless `by` holds a role, and not the one that answers for the KPI."""
    roles = _roles_of(catalog, by, at)
    if not roles:
        raise UsageError(f"{by} holds no role of the vocabulary: nobody knows for whom they decide")
    if catalog.kpis[kpi_id].owner in roles:
        raise UsageError(f"{by} answers for {kpi_id}: somebody without that role has to decide")


def _roles_of(catalog: Catalog, person: str, at: datetime) -> set[str]:
    """Roles a mailbox holds at a moment, itself or as deputy."""
    return {
        name
        for name, role in catalog.vocabulary.roles.items()
        if (holder := role.holder_on(at.date())) and person in (holder.person, holder.deputy)
    }


def _acts(connection: Connection, finding_id: str) -> list[FindingAct]:
    query = select(finding_act).where(finding_act.c.finding_id == finding_id)
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
