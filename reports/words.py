"""What the texts of messages draw on, and who is asked in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from reports import wording

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal

    from reports.episodes import Episode
    from sightline.casebook import Announced, Kind
    from sightline.casebook.deadlines import IsOff
    from sightline.casebook.life_cycle import Standing
    from sightline.marts import Row


@dataclass(frozen=True, slots=True)
class Words:
    """What the texts draw on: open and ended cases, names, lines, and where pages lie.

    `trends` are the last values by KPI and scope; `objective_owners` roles by objective, `holders`
    who holds each; `announced` what was said before, `cases` where each stands at `now`, `days_off`
    those of a KPI; `relapses` are the resolved cases that episodes reopen, by them; `base` is the
    address of the board, `desk` that of where cases are acted on, if anywhere.
    """

    episodes: Mapping[str, Episode]
    ended: Mapping[str, Row]
    objectives: Mapping[str, str]
    objective_owners: Mapping[str, str]
    holders: Mapping[str, Row]
    cases: Mapping[str, Standing]
    days_off: Callable[[str], IsOff]
    now: datetime
    trends: Mapping[tuple[str, str], Sequence[Decimal | None]]
    announced: Mapping[str, Announced]
    last_seen: Mapping[str, str]
    relapses: Mapping[str, str]
    base: str
    desk: str

    def asked(self, case_id: str, kind: Kind) -> list[str]:
        """The mailboxes of who has to act on a case, or was asked to before it ended."""
        episode, told = self.episodes.get(case_id), self.announced.get(case_id)
        if episode is None:
            owner = str(told.level.get("owner")) if told else ""
            asked = [self.holders.get(owner, {}).get("acting")]
        else:
            asked = [episode.acting]
            if kind == "escalated":
                asked.append(self.above(episode).mailbox)
        return [mailbox for mailbox in asked if mailbox]

    def above(self, episode: Episode) -> Asked:
        """Whom the escalation asks now: the deputy, then who owns the objective.

        A deputy who acts for a holder who has left was asked already.
        """
        told = self.announced.get(episode.case_id)
        deputy = self.holders.get(episode.owner_role, {}).get("deputy")
        is_first = not (told and told.since_opening.get("escalated", 0))
        if is_first and deputy and deputy != episode.acting:
            return Asked(f"the deputy of {episode.owner}", deputy)
        role = self.objective_owners.get(episode.objective_id or "", "")
        holder = self.holders.get(role, {})
        if not holder:
            return Asked("whoever leads the unit", None)
        return Asked(f"{wording.plain(holder['name'])}, who owns the objective", holder["acting"])


class Asked(NamedTuple):
    """Who is asked, in words, and the mailbox if one is known."""

    name: str
    mailbox: str | None

    def __str__(self) -> str:
        return self.name + (f" <{wording.plain(self.mailbox)}>" if self.mailbox else "")
