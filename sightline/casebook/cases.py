"""What do people do about a case, and where does that leave it? Acts on an open engine."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, select

from sightline.casebook import log
from sightline.casebook.acts import Act, Merge
from sightline.casebook.deadlines import IsOff, is_weekend
from sightline.casebook.legal import refuse_illegal
from sightline.casebook.life_cycle import Standing, is_legal, standing
from sightline.casebook.log import happened
from sightline.casebook.store import case_event, writing

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from sqlalchemy import Connection

    from sightline.casebook.records import CaseEvent


class Cases:
    """Acting on cases, and reading where they stand."""

    _engine: Engine

    def take(
        self,
        case_id: str,
        act: Act,
        *,
        author: str,
        owners: Collection[str],
        at: datetime,
        is_off: IsOff = is_weekend,
    ) -> Standing:
        """Records what a person did and returns where that leaves the case.

        `owners` hold the role that owns the KPI; due dates skip what is off. UsageError when the
        step is not legal now, naming the legal ones, when its day is past, or when it would end a
        case of the author's own.
        """
        event = happened(case_id, act.kind, act.model_dump(mode="json"), at=at, actor=author)
        with writing(self._engine) as connection:
            legal = _legal(connection, event, act, author in owners, is_off)
            return log.append(connection, legal, event, is_off) or legal

    def require_legal(
        self, case_id: str, act: Act, *, author: str, owners: Collection[str], at: datetime
    ) -> None:
        """UsageError when `take` would refuse the act now; nothing is recorded."""
        event = happened(case_id, act.kind, {}, at=at, actor=author)
        with self._engine.connect() as connection:
            _legal(connection, event, act, author in owners, is_weekend)

    def observe(
        self,
        case_id: str,
        kind: str,
        content: dict[str, Any],
        at: datetime,
        is_off: IsOff = is_weekend,
    ) -> Standing | None:
        """Records what was seen of a case; None when it is no news: looking twice is harmless."""
        with writing(self._engine) as connection:
            now = standing(log.events(connection, case_id), at, is_off)
            if now is None or not is_legal(kind, now.state):
                return None
            return log.append(connection, now, happened(case_id, kind, content, at=at), is_off)

    def note(
        self, about: str, kind: str, content: dict[str, Any], *, author: str, at: datetime
    ) -> None:
        """Records an act that moves no case: on a finding, a KPI, a key result."""
        event = happened(about, kind, content, at=at, actor=author)
        with writing(self._engine) as connection:
            log.insert_event(connection, event, content)

    def redeem(self, link_id: str, case_id: str, *, author: str, at: datetime) -> bool:
        """Uses a signed link up; False when it was used before."""
        event = happened(case_id, "link_used", {}, at=at, actor=author)
        event = replace(event, event_id=f"link:{link_id}")
        with writing(self._engine) as connection:
            same = select(case_event.c.sequence).where(case_event.c.event_id == event.event_id)
            if connection.scalar(same) is not None:
                return False
            log.insert_event(connection, event, {})
        return True

    def events(self, case_id: str) -> list[CaseEvent]:
        """Every act on the case, in the order it was committed."""
        with self._engine.connect() as connection:
            return log.events(connection, case_id)

    def standing(self, case_id: str, at: datetime) -> Standing | None:
        """Where the case stands at a moment; None when it was never opened."""
        return standing(self.events(case_id), at)

    def goes_on_in(self, case_id: str, at: datetime) -> str:
        """Where a case goes on: in what it was merged into, and that in turn; or in itself."""
        stands = self.standing(case_id, at)
        while stands is not None and stands.merged_into is not None:
            case_id = stands.merged_into
            stands = self.standing(case_id, at)
        return case_id

    def standings(self, at: datetime) -> dict[str, Standing]:
        """Where every case stands that was ever opened, by id."""
        with self._engine.connect() as connection:
            events = log.events_by_case(connection)
        found = {case: standing(acts, at) for case, acts in sorted(events.items())}
        return {case: stands for case, stands in found.items() if stands is not None}

    def bring_into_line(self, at: datetime, is_off: Callable[[str], IsOff]) -> int:
        """Puts on record where a case stands when no act of its own said so; how many cases.

        `is_off` gives each case's days off. Reopened by an announcement or by a day that came: the
        warehouse reads states from events.
        """
        with writing(self._engine) as connection:
            moved = 0
            for case, acts in log.events_by_case(connection).items():
                now = standing(acts, at, is_off(case))
                said = [act.content["state"] for act in acts if "state" in act.content]
                if now is not None and said[-1:] != [now.state]:
                    content = {"state": now.state, "due": now.due}
                    event = happened(case, "stands", content, at=at)
                    log.insert_event(connection, event, content)
                    moved += 1
        return moved


def _legal(
    connection: Connection, event: CaseEvent, act: Act, is_owner: bool, is_off: IsOff
) -> Standing:
    """The standing from which the event may follow; UsageError when it may not."""
    now = standing(log.events(connection, event.case_id), event.at, is_off)
    into = None
    if isinstance(act, Merge):
        into = standing(log.events(connection, act.into), event.at)
    return refuse_illegal(
        event.case_id, act, now, into=into, is_owner=is_owner, today=event.at.date()
    )
