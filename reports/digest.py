"""What should everybody know once a day? Open cases, what is due, quiet signals, findings, seals.

A digest is one message a day and channel. What alerts has been told already; here it stands beside
what does not: cases that are held back, KPIs that slip without a breach, findings that ask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports import marts, wording
from reports.due import due
from reports.episodes import open_episodes
from reports.page import case_link
from reports.story import Story, Text
from sightline.casebook import Message
from sightline.casebook.life_cycle import followed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sightline.casebook import Casebook, Silence
    from sightline.marts import Marts

_MOST = 10


def compose_digest(
    connection: Marts, casebook: Casebook, *, now: datetime, names: Sequence[str], base: str
) -> list[Message]:
    """The digest of the day of `now` (UTC), one message a channel; none when it was sent."""
    about = f"digest.{now:%Y-%m-%d}"
    if about in casebook.announced():
        return []
    text = _text(connection, casebook, about, now, base)
    turns = {about: 1}
    return [
        Message("digest", (about,), None, name, text.subject, text.body(), turns=turns)
        for name in names
    ]


def _text(connection: Marts, casebook: Casebook, about: str, now: datetime, base: str) -> Text:
    episodes = open_episodes(connection)
    standings, audited = casebook.standings(now), casebook.finished_audits()
    stand = followed(standings)
    told = casebook.announced()
    cases = [
        f"{episode.headline}; "
        + (
            stand[episode.case_id].state.replace("_", " ")
            if episode.case_id in stand and not stand[episode.case_id].is_unanswered
            else f"told {wording.age(told[episode.case_id].opened_at, now)}, nobody acknowledged it"
            if episode.case_id in told
            else "held back"
        )
        + ("" if episode.case_id in audited else ", audit under way")
        for episode in episodes
    ]
    today = now.date()
    turns = due(connection, standings)
    slipping = [
        wording.scoped(row["kpi_name"], row["scope"])
        + ": "
        + wording.quantity(row["value"], row["unit_symbol"], row["decimals"] or 0)
        for row in marts.one_glance(connection)
        if row["status"] == "at_risk"
    ]
    slipping = list(dict.fromkeys(slipping))  # one line, however many key results share the KPI
    signals = [
        f"{wording.scoped(row['name'], row['scope'])}, since "
        f"{wording.period(row['grain'], row['opened_period'])}: {wording.plain(row['description'])}"
        for row in marts.signals(connection)
    ]
    findings = [
        f"{wording.plain(row['kpi_id'])}: {wording.plain(row['question'])}"
        for row in marts.findings(connection)
        if row["answer_state"] != "accepted"
    ]
    silences = [
        f"{_silenced(each)} by {wording.plain(each.author)} "
        f"until {wording.instant(each.ends_at)}: {wording.plain(each.reason)}"
        for each in casebook.silencing.silences(now)
    ]
    dead = [wording.plain(letter.message.subject) for letter in casebook.undeliverable()]
    seal = marts.newest_seal(connection)
    sealed = (f"root {seal['noted_root']}",) if seal else ("nothing is sealed yet",)
    blocks = (
        ("Open cases", _some(cases) or ("none",)),
        ("Due", _some([each.sentence(today) for each in turns]) or ("nothing",)),
        ("Slipping", _some(slipping) or ("nothing but what is open",)),
        ("Signals", _some(signals) or ("none",)),
        ("Questions", _some(findings) or ("none",)),
        ("Silenced", _some(silences)),
        ("Never arrived", _some(dead)),
        ("Seal of raw", sealed),
    )
    headline = (
        f"{wording.counted(len(episodes), 'case')} open, "
        f"{sum(each.on < today for each in turns)} overdue, "
        f"{wording.counted(len(slipping), 'KPI')} slipping, "
        f"{wording.counted(len(signals), 'signal')}, "
        f"{wording.counted(len(findings), 'question')} asked"
    )
    story = Story(
        about=about,
        tone="red" if episodes else "green",
        kicker=f"The day's digest, {wording.day(now.date(), year=True)}",
        headline=headline,
        facts=tuple((label, lines) for label, lines in blocks if lines),
        link=case_link(episodes[0].case_id, base) if episodes else None,
        link_text="Open the oldest case",
    )
    footer = "Sent once a day. What cannot wait was told when it happened."
    return Text("digest", story.headline, (story,), footer)


def _silenced(silence: Silence) -> str:
    what = wording.plain(silence.kpi_id or silence.objective_id)
    return f"{what}, {wording.plain(silence.scope)}" if silence.scope else what


def _some(lines: Sequence[str]) -> tuple[str, ...]:
    """At most ten lines, and how many there are besides."""
    more = len(lines) - _MOST
    return (*lines[:_MOST], *([f"and {more} more"] if more > 0 else []))
