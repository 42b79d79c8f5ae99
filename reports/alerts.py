"""Who has to know now? What the marts call for and nobody was told, decided and written.

`compose` decides (`reports.decision`) and writes (`reports.telling`); `Casebook.announce` commits
the messages with what they tell of; `reports.delivery` sends them. An audit is never waited for:
the message carries what the approved policy says, and the case page fills up behind its link.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from reports import alert_rows, marts, wording
from reports.changes import changed
from reports.channels import channel_names, mailboxes
from reports.decision import Decision, Situation, Standing, Telling, decide
from reports.episodes import Episode, linked, open_episodes
from reports.marts import finite
from reports.telling import dead_letter, text_of
from reports.words import Words
from sightline.alert_policy import AlertPolicy
from sightline.casebook import Message
from sightline.casebook.deadlines import IsOff, is_weekend
from sightline.casebook.follow_up import courses
from sightline.casebook.life_cycle import followed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from decimal import Decimal

    from reports.story import Text
    from sightline.casebook import Casebook, Kind
    from sightline.casebook.life_cycle import Standing as CaseStanding
    from sightline.marts import Marts, Row

# Changes older than this were told or are history that a new installation need not hear.
_RECENT_DAYS = 2


@dataclass(frozen=True, slots=True)
class Composed:
    """The messages to commit, and why other open cases are not told of."""

    messages: list[Message]
    held: Mapping[str, str]


def situation(
    casebook: Casebook,
    episodes: Iterable[Episode],
    stale: Iterable[str],
    cases: Mapping[str, CaseStanding],
    policy: AlertPolicy,
    now: datetime,
    days_off: Callable[[str], IsOff],
) -> Situation:
    """What a decision looks at: open episodes, what was said, and what people do about them."""
    return Situation(
        standings=[_standing(episode) for episode in episodes],
        stale=frozenset(stale),
        announced=casebook.announced(),
        silences=casebook.silencing.silences(now),
        in_hand={
            case_id: _in_hand(stands, policy)
            for case_id, stands in cases.items()
            if stands.state != "opened"
        },
        declined={
            case_id: stands.declined_at
            for case_id, stands in cases.items()
            if stands.declined_at is not None
        },
        days_off=days_off,
    )


def _in_hand(stands: CaseStanding, policy: AlertPolicy) -> datetime:
    """Until when nobody is asked about a case: somebody is at work on it, or nobody has to be."""
    if stands.is_unanswered:
        return stands.since  # asked anew from then on
    if stands.is_over or stands.accepted_until is not None:
        return datetime.max.replace(tzinfo=UTC)
    lasting = stands.since + timedelta(days=policy.acknowledged_for_days)
    if stands.due is None:
        return lasting
    return max(lasting, datetime.combine(stands.due + timedelta(days=1), time(), UTC))


def standings(connection: Marts) -> list[Standing]:
    """Every open case, as a decision sees it."""
    return [_standing(episode) for episode in open_episodes(connection)]


def compose(
    connection: Marts,
    casebook: Casebook,
    *,
    now: datetime,
    policy: AlertPolicy | None = None,
    days_off: Callable[[str], IsOff] = lambda _kpi_id: is_weekend,
    names: Sequence[str] | None = None,
    mail: Mapping[str, str | None] | None = None,
    reports_url: str | None = None,
    desk_url: str = "",
) -> Composed:
    """The messages the marts call for and nobody has announced, one per objective and channel.

    `days_off` gives those of each KPI, on which nobody is asked; `names` are the channels to tell,
    `mail` those of them that write e-mail, each with the one person it writes to (default: as
    configured in the environment); `reports_url` is where the board is served or stored (default
    SIGHTLINE_REPORTS_URL), `desk_url` where cases are acted on, if anywhere. Who is asked gets a
    mail of his own; mail to one person leads to the acts as well. Nothing is committed or sent;
    what was announced open and is open no more gets its closing message.
    """
    told = channel_names() if names is None else names
    mail = mailboxes() if mail is None else mail
    base = os.environ.get("SIGHTLINE_REPORTS_URL", "") if reports_url is None else reports_url
    policy = policy or AlertPolicy()
    episodes = {episode.case_id: episode for episode in open_episodes(connection)}
    feeds = alert_rows.freshness(connection)
    stale = [row["source"] for row in feeds if row["status"] == "stale"]
    cases = followed(casebook.standings(now))
    looked_at = situation(casebook, episodes.values(), stale, cases, policy, now, days_off)
    decision = decide(looked_at, policy, now)
    levels = {case_id: _level(episode) for case_id, episode in episodes.items()}
    known_at = next((str(e.known_at) for e in episodes.values()), None)
    messages = []
    if decision.tellings:
        words = _words(connection, now, decision, episodes, looked_at, cases, base, desk_url)
        for telling in decision.tellings:
            text = text_of(telling, words)
            asked = sorted(
                {who for case in telling.about for who in words.asked(case, telling.kind)}
            )
            known = {"known_at": known_at}
            body, personal = text.body() | known, text.body(is_personal=True) | known
            messages += [
                Message(telling.kind, telling.about, telling.objective_id, name, text.subject,
                        personal if recipient or mail.get(name) else body,
                        turns=telling.turns, levels=levels, recipient=recipient)
                for name in told
                for recipient in _readers(telling, asked, mail.get(name), is_mail=name in mail)
            ]  # fmt: skip
    messages += _once(connection, casebook, looked_at, told, now, base)
    return Composed(messages, decision.held)


def _standing(episode: Episode) -> Standing:
    return Standing(
        case_id=episode.case_id,
        kpi_id=episode.kpi_id,
        scope=episode.scope,
        objective_id=episode.objective_id,
        owner=episode.owner_role,
        source=episode.source,
        badness=episode.badness,
        touches=frozenset(stake.objective_id for stake in episode.stakes),
    )


def _readers(
    telling: Telling, asked: Sequence[str], mailbox: str | None, *, is_mail: bool
) -> list[str | None]:
    """To whom one channel sends it: None is its own address; by mail also to each who is asked.

    What one owner has to know of a storm is sent to nobody else by mail.
    """
    persons = [person for person in asked if person != mailbox] if is_mail else []
    return [*([] if telling.owner and persons else [None]), *persons]


def _level(episode: Episode) -> dict[str, str | None]:
    """What a later look compares with, and what is left to say when the case is gone."""
    badness = None if episode.badness is None else str(episode.badness)
    return {"badness": badness, "objective_id": episode.objective_id, "owner": episode.owner_role}


def _words(
    connection: Marts,
    now: datetime,
    decision: Decision,
    episodes: Mapping[str, Episode],
    looked_at: Situation,
    cases: Mapping[str, CaseStanding],
    base: str,
    desk: str,
) -> Words:
    ended: dict[str, Row] = {}
    if any(telling.kind == "close" for telling in decision.tellings):
        ended = {row["episode_id"]: row for row in alert_rows.closed_episodes(connection)}
    trends: dict[tuple[str, str], list[Decimal | None]] = {}
    for row in marts.trends(connection):
        trends.setdefault((row["kpi_id"], row["scope"]), []).append(finite(row["value"]))
    return Words(
        episodes=episodes,
        ended=ended,
        objectives={
            row["objective_id"]: wording.plain(row["objective_name"])
            for row in marts.one_glance(connection)
        },
        objective_owners=alert_rows.objective_owners(connection),
        holders=marts.roles(connection),
        cases=cases,
        days_off=looked_at.days_off,
        now=now,
        trends=trends,
        announced=looked_at.announced,
        last_seen={
            row["source"]: wording.instant(row["last_seen_at"])
            for row in alert_rows.freshness(connection)
        },
        relapses=_relapses(connection, cases),
        base=base,
        desk=desk,
    )


def _relapses(connection: Marts, cases: Mapping[str, CaseStanding]) -> dict[str, str]:
    """The resolved case that each episode reopens because its fix did not hold, by the episode."""
    resolved = {s.episode: s.case_id for s in cases.values() if s.state == "resolved"}
    if not resolved:
        return {}
    went = courses(connection)
    return {
        course.relapse: case_id
        for episode, case_id in resolved.items()
        if (course := went.get(episode)) and course.relapse and not course.has_held
    }


def _is_silenced(change: Row, glance: Sequence[Row], looked_at: Situation, now: datetime) -> bool:
    """Whether the KPI whose number or definition changed is silenced, or an objective it is of."""
    kpi_id, scope = change["kpi_id"], change["scope"]
    objectives = {line["objective_id"] for line in linked(glance, kpi_id, scope)}
    return any(
        silence.holds_back(kpi_id=kpi_id, scope=scope, objectives=objectives, now=now)
        for silence in looked_at.silences
    )


def _once(
    connection: Marts,
    casebook: Casebook,
    looked_at: Situation,
    names: Sequence[str],
    now: datetime,
    base: str,
) -> list[Message]:
    """What is told once and never ends: changes to what was published, and dead letters."""
    messages = []
    glance = marts.one_glance(connection)
    restatements, definitions = (
        [
            row
            for row in found
            if row["change_id"] not in looked_at.announced
            and not _is_silenced(row, glance, looked_at, now)
        ]
        for found in (
            alert_rows.recent_restatements(connection, _RECENT_DAYS),
            alert_rows.recent_definition_changes(connection, _RECENT_DAYS),
        )
    )
    if restatements or definitions:
        about = list(dict.fromkeys(row["change_id"] for row in (*definitions, *restatements)))
        text = changed(restatements, definitions, marts.roles(connection), base)
        messages += _on_each("restated", about, text, names)
    dead = [
        letter
        for letter in casebook.dead_letters()
        if letter.message.kind != "dead_letter"  # two broken channels would never stop
        and f"dead_letter.{letter.message_id}" not in looked_at.announced
    ]
    dead.sort(key=lambda letter: (letter.message.channel, letter.sequence))
    for channel, letters in groupby(dead, key=lambda letter: letter.message.channel):
        group = list(letters)
        about = [f"dead_letter.{letter.message_id}" for letter in group]
        others = [name for name in names if name != channel]
        messages += _on_each("dead_letter", about, dead_letter(group), others)
    return messages


def _on_each(kind: Kind, about: Sequence[str], text: Text, names: Sequence[str]) -> list[Message]:
    turns = dict.fromkeys(about, 1)
    return [
        Message(kind, tuple(about), None, name, text.subject, text.body(), turns=turns)
        for name in names
    ]
