"""Who has to know now? Episodes that opened or ended, told once, grouped by objective.

`compose` only writes messages; `Casebook.announce` commits them with the transition they tell of;
`deliver` sends what was committed and has not arrived. An audit is never waited for: the message
carries what the approved policy says, and the case page fills up behind its link.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from reports import marts, wording
from reports.channels import Channel, channel_names
from reports.episodes import Episode, open_episodes
from reports.marts import finite
from reports.page import render
from reports.sparkline import Sparkline, sparkline
from sightline.casebook import MAX_ATTEMPTS, Casebook, Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal

    from reports.marts import Marts, Row

log = logging.getLogger(__name__)

# How an episode ends whose number is not the KPI's own.
_ENDS = {
    "no_data": "has values again",
    "budget_burn_fast": "no longer burns its conflict budget fast",
}


@dataclass(frozen=True, slots=True)
class Sent:
    """What one delivery round did; `dead` of the undelivered were tried for the last time."""

    delivered: int
    undelivered: int
    dead: int


@dataclass(frozen=True, slots=True)
class Ending:
    """An announced case that is over: why, in one sentence."""

    case_id: str
    headline: str
    objective_id: str | None


def compose(
    connection: Marts,
    casebook: Casebook,
    *,
    names: Sequence[str] | None = None,
    reports_url: str | None = None,
) -> list[Message]:
    """The messages the marts call for and nobody has announced, one per objective and channel.

    `names` are the channels to tell (default: every one configured in the environment);
    `reports_url` is where the board is served or stored (default SIGHTLINE_REPORTS_URL). Nothing
    is committed or sent; what was announced open and is open no more gets its closing message.
    """
    told = channel_names() if names is None else names
    base = os.environ.get("SIGHTLINE_REPORTS_URL", "") if reports_url is None else reports_url
    announced = casebook.announced_open()
    episodes = open_episodes(connection)
    fresh = [episode for episode in episodes if episode.case_id not in announced]
    gone = announced - {episode.case_id for episode in episodes}
    if not fresh and not gone:
        return []
    glance = marts.one_glance(connection)
    objectives = {row["objective_id"]: wording.plain(row["objective_name"]) for row in glance}
    messages = []
    for objective_id, group in _by_objective(fresh):
        opened = [item for item in group if isinstance(item, Episode)]
        body = _open_body(opened, objectives.get(objective_id or ""), connection, base)
        messages += _one_per_channel("open", objective_id, opened, told, body)
    for objective_id, group in _by_objective(_endings(connection, gone, glance)):
        ended = [item for item in group if isinstance(item, Ending)]
        body = _close_body(ended, objectives.get(objective_id or ""), base)
        messages += _one_per_channel("close", objective_id, ended, told, body)
    return messages


def deliver(casebook: Casebook, channels: Mapping[str, Channel], at: datetime) -> Sent:
    """Send every committed message that is due at `at`; each attempt is recorded, failed or not.

    A channel that fails, or is configured no more, holds back no other; the casebook decides when
    it is tried again. A message tried for the last time is logged as an error.
    """
    delivered = undelivered = dead = 0
    for waiting in casebook.undelivered(at):
        name = waiting.message.channel
        channel = channels.get(name)
        if channel is None:
            ok, detail = False, f"no channel {name!r}: set SIGHTLINE_CHANNEL_{name.upper()}"
        else:
            ok, detail = channel.send(waiting)
        casebook.record_delivery(waiting.message_id, channel=name, at=at, ok=ok, detail=detail)
        delivered, undelivered = delivered + ok, undelivered + (not ok)
        if not ok and waiting.attempts + 1 >= MAX_ATTEMPTS:
            dead += 1
            log.error("message %s on channel %s is dead: %s", waiting.message_id, name, detail)
    return Sent(delivered, undelivered, dead)


def _by_objective(
    items: Iterable[Episode | Ending],
) -> Iterable[tuple[str | None, list[Episode | Ending]]]:
    ordered = sorted(items, key=lambda item: (item.objective_id or "", item.case_id))
    for objective_id, group in groupby(ordered, key=lambda item: item.objective_id):
        yield objective_id, list(group)


def _one_per_channel(
    kind: str,
    objective_id: str | None,
    items: Sequence[Episode | Ending],
    names: Sequence[str],
    body: dict[str, object],
) -> list[Message]:
    subject = items[0].headline
    if len(items) > 1:
        subject += f", and {wording.counted(len(items) - 1, 'more case')}"
    return [
        Message(
            kind="open" if kind == "open" else "close",
            case_ids=tuple(item.case_id for item in items),
            objective_id=objective_id,
            channel=name,
            subject=subject,
            body=body,
        )
        for name in names
    ]


def _open_body(
    episodes: Sequence[Episode], objective: str | None, connection: Marts, base: str
) -> dict[str, object]:
    trends: dict[tuple[str, str], list[Decimal | None]] = {}
    for row in marts.trends(connection):
        trends.setdefault((row["kpi_id"], row["scope"]), []).append(finite(row["value"]))
    lines = [_line(trends.get((e.kpi_id, e.scope), []), e.target) for e in episodes]
    pictures = [render("trend.html.j2", line=line).strip() if line.path else "" for line in lines]
    values = {"objective": objective, "base": base}
    return {
        "recipients": sorted({e.acting for e in episodes if e.acting}),
        "html": render(
            "alert_open.html.j2", told=list(zip(episodes, pictures, strict=True)), **values
        ),
        "text": render("alert_open.txt.j2", episodes=episodes, **values),
        "pictures": [picture for picture in pictures if picture],
    }


def _close_body(endings: Sequence[Ending], objective: str | None, base: str) -> dict[str, object]:
    values = {"endings": endings, "objective": objective, "base": base}
    return {
        "html": render("alert_close.html.j2", **values),
        "text": render("alert_close.txt.j2", **values),
        "pictures": [],
    }


def _line(values: Sequence[Decimal | None], target: Decimal | None) -> Sparkline:
    return sparkline(values, target, width=356, height=76, margin=4)


def _endings(connection: Marts, gone: set[str], glance: Sequence[Row]) -> list[Ending]:
    """Why each announced case is over: it recovered, or late data revised it away."""
    closed = {row["episode_id"]: row for row in marts.closed_episodes(connection)}
    endings = []
    for case_id in sorted(gone):
        row = closed.get(case_id)
        if row is None:
            sentence = f"Case {wording.plain(case_id)} is withdrawn: late data revised it away"
            endings.append(Ending(case_id, sentence, None))
            continue
        objective_id = next(
            (line["objective_id"] for line in glance if line["kpi_id"] == row["kpi_id"]), None
        )
        name = wording.scoped(row["name"], row["scope"])
        if row["rule"] in _ENDS:
            endings.append(Ending(case_id, f"{name} {_ENDS[row['rule']]}", objective_id))
            continue
        value = wording.quantity(row["last_value"], row["unit_symbol"], row["decimals"] or 0)
        limit = wording.limit(
            row["direction"], row["target"], row["unit_symbol"], row["decimals"] or 0
        )
        sentence = f"{name} has recovered: {value}, target {limit}"
        endings.append(Ending(case_id, sentence, objective_id))
    return endings
