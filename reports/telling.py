"""What does each kind of message say? One canonical text a kind, whatever channel carries it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports import wording
from reports.page import case_link, render
from reports.sparkline import sparkline
from reports.story import Story, Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from reports.decision import Telling
    from reports.episodes import Episode
    from reports.marts import Row
    from sightline.casebook import Announced, OutboxMessage

# Of a storm the worst are named; more nobody reads in a message.
_NAMED = 10
# How an episode ends whose number is not the KPI's own.
_ENDS = {
    "no_data": "has values again",
    "budget_burn_fast": "no longer burns its conflict budget fast",
}


@dataclass(frozen=True, slots=True)
class Words:
    """What the texts draw on: open and ended cases, names, lines, and where pages lie.

    `trends` are the last values by KPI and scope; `holders` the roles by id; `announced` what was
    said before; `base` the address of the board.
    """

    episodes: Mapping[str, Episode]
    ended: Mapping[str, Row]
    objectives: Mapping[str, str]
    objective_owners: Mapping[str, str]
    holders: Mapping[str, Row]
    trends: Mapping[tuple[str, str], Sequence[Decimal | None]]
    announced: Mapping[str, Announced]
    last_seen: Mapping[str, str]
    base: str


def text_of(telling: Telling, words: Words) -> Text:
    """The text of a telling: of a feed, of a storm, or of the cases of one objective."""
    if telling.kind in ("stale_feed", "feed_back"):
        return _feed(telling, words)
    if telling.kind == "storm":
        return _storm(telling, words)
    if telling.owner is not None:
        return _storm_of_one(telling, words)
    stories = [_case(about, telling, words) for about in telling.about]
    goal = words.objectives.get(telling.objective_id or "")
    follows = f"“{goal}”" if goal else "the KPIs that run the business"
    subject = stories[0].headline
    if len(stories) > 1:
        subject += f", and {wording.counted(len(stories) - 1, 'more case')}"
    return Text(telling.kind, subject, tuple(stories), _FOOTERS[telling.kind].format(follows))


_FOOTERS = {
    "open": "An audit follows in the case. You hear of this again when it gets worse or is over. "
    "Why you got it: this channel follows {}.",
    "changed": "You hear of this again when it gets worse still or is over. "
    "Why you got it: this channel follows {}.",
    "repeated": "An acknowledgement in the case ends these reminders for a while. "
    "Why you got it: this channel follows {}.",
    "escalated": "An acknowledgement in the case ends the escalation. "
    "Why you got it: this channel follows {}.",
    "close": "You were told when it opened, so you are told when it ends. "
    "Why you got it: this channel follows {}.",
}


def _case(about: str, telling: Telling, words: Words) -> Story:
    episode = words.episodes.get(about)
    if telling.kind == "close" or episode is None:
        return _ending(about, words)
    return _open_case(episode, telling, words)


def _open_case(episode: Episode, telling: Telling, words: Words) -> Story:
    since = f"open since {wording.period(episode.grain, episode.since)}"
    kicker = {
        "open": f"Audit case, {since}, for {episode.owner}",
        "changed": f"Worse than you were told; {since}, for {episode.owner}",
        "repeated": f"Still open, nobody has acknowledged it; {since}, for {episode.owner}",
        "escalated": f"Escalated, nobody has acknowledged it; {since}, for {episode.owner}",
    }[telling.kind]
    order = episode.order
    stakes = tuple(
        f"{stake.key_result_name}: {wording.percent(stake.progress)} of the way, "
        f"{wording.percent(stake.expected)} expected by now"
        for stake in episode.stakes
    )
    facts = [
        ("At stake", stakes or ("no goal; the KPI runs the business",)),
        ("Data", (f"{episode.integrity_verdict or 'not judged'}, grade {episode.grade}",)),
        ("Asked of you", (_asked(episode, telling, words),)),
    ]
    if episode.case_id in telling.unstable:
        unstable = "it opens again and again; further turns are told once a while only"
        facts.append(("Unstable", (unstable,)))
    return Story(
        about=episode.case_id,
        tone="red",
        kicker=kicker,
        headline=episode.headline,
        order=(
            f"{order.verdict}:",
            f"{order.sentence} (approved {order.approved_on} by {order.approved_by})",
        )
        if order
        else ("No policy decides this:", "it has to be decided in the case."),
        picture=_picture(words.trends.get((episode.kpi_id, episode.scope), ()), episode.target),
        facts=tuple(facts),
        link=case_link(episode.case_id, words.base),
    )


def _asked(episode: Episode, telling: Telling, words: Words) -> str:
    if telling.kind != "escalated":
        acting = f" <{wording.plain(episode.acting)}>" if episode.acting else ""
        return f"{episode.owner}{acting}: answer your part of the case"
    told = words.announced.get(episode.case_id)
    rung = told.since_opening.get("escalated", 0) if told else 0
    if rung == 0:
        holder = words.holders.get(episode.owner_role, {})
        deputy = wording.plain(holder.get("deputy") or "the deputy")
        return f"{deputy}, deputy of {episode.owner}: acknowledge the case"
    above = words.objective_owners.get(episode.objective_id or "", "whoever leads the unit")
    return f"{wording.plain(above)}, who owns the objective: have somebody take the case"


def _picture(values: Sequence[Decimal | None], target: Decimal | None) -> str:
    line = sparkline(values, target, width=356, height=76, margin=4)
    return render("trend.html.j2", line=line).strip() if line.path else ""


def _ending(about: str, words: Words) -> Story:
    """Why a case is over: it recovered, or late data revised it away."""
    row = words.ended.get(about)
    headline = (
        f"Case {wording.plain(about)} is withdrawn: late data revised it away"
        if row is None
        else f"{wording.scoped(row['name'], row['scope'])} {_how_it_ended(row)}"
    )
    kicker = f"Audit case {wording.plain(about)} is over"
    return Story(about, "green", kicker, headline, link=case_link(about, words.base))


def _how_it_ended(row: Row) -> str:
    if row["rule"] in _ENDS:
        return _ENDS[row["rule"]]
    decimals = row["decimals"] or 0
    value = wording.quantity(row["last_value"], row["unit_symbol"], decimals)
    limit = wording.limit(row["direction"], row["target"], row["unit_symbol"], decimals)
    return f"has recovered: {value}, target {limit}"


def _feed(telling: Telling, words: Words) -> Text:
    (about,) = telling.about
    source = wording.plain(about.removeprefix("feed."))
    if telling.kind == "feed_back":
        story = Story(about, "green", "Source", f"The source {source} answers again")
        footer = "You were told when it fell silent. What is still in breach is told now."
        return Text(telling.kind, story.headline, (story,), footer)
    seen = words.last_seen.get(source, "never")
    story = Story(
        about=about,
        tone="grey",
        kicker="Source, for the data team",
        headline=f"The source {source} has gone stale: last seen {seen}",
        order=("Numbers that rest on it are not judged", "until it answers again."),
        facts=(
            ("Held back", (wording.counted(telling.holds_back, "breach", "breaches"),)),
            ("Asked of you", ("find out why it does not answer; `sightline doctor` helps",)),
        ),
    )
    footer = "New breaches on this source are held back and told when it is back, if still open."
    subject = story.headline
    if telling.holds_back:
        subject += f", {telling.holds_back} held back"
    return Text(telling.kind, subject, (story,), footer)


_VERBS = {
    "open": "opened",
    "close": "ended",
    "changed": "got worse",
    "repeated": "are still open",
    "escalated": "were acknowledged by nobody",
}


def _storm_of_one(telling: Telling, words: Words) -> Text:
    """What one owner has to know of a storm: how many, and the worst."""
    holder = words.holders.get(telling.owner or "", {})
    owner = wording.plain(holder.get("name") or telling.owner or "no owner")
    episodes = [words.episodes[about] for about in telling.about if about in words.episodes]
    episodes.sort(key=lambda episode: (-(episode.badness or 0), episode.case_id))
    named = [episode.headline for episode in episodes[:_NAMED]]
    named = named or [wording.plain(about) for about in telling.about[:_NAMED]]
    more = len(telling.about) - len(named)
    named += [f"and {wording.number(more)} more"] * (more > 0)
    count = f"{len(telling.about):,} case{'s' * (len(telling.about) > 1)}"
    story = Story(
        about=telling.about[0],
        tone="green" if telling.kind == "close" else "red",
        kicker=f"Many cases at once, for {owner}",
        headline=f"{count} of {owner} {_VERBS[telling.kind]} at once",
        order=("One cause is likelier than many:", "look for what they share first."),
        facts=(("The worst", tuple(named)),),
        link=f"{words.base.rstrip('/')}/index.html" if words.base else None,
        link_text="Open the board",
    )
    footer = "So many at once are told by owner. Each has its case all the same."
    return Text(telling.kind, story.headline, (story,), footer)


def _storm(telling: Telling, words: Words) -> Text:
    (about,) = telling.about
    total = sum(telling.owners.values())
    names = {role: words.holders.get(role, {}).get("name") or role for role in telling.owners}
    lines = [
        f"{wording.plain(names[role] or 'no owner')}: {count:,}"
        for role, count in sorted(telling.owners.items(), key=lambda item: (-item[1], item[0]))
    ]
    verb = _VERBS[about.split(".")[1]]
    owners = wording.counted(len(telling.owners), "owner")
    story = Story(
        about=about,
        tone="amber",
        kicker="Many cases at once",
        headline=f"{total:,} cases {verb} at once, of {owners}",
        order=("One cause is likelier than many:", "a source, a definition, an outage."),
        facts=(("Cases", tuple(lines)),),
        link=f"{words.base.rstrip('/')}/index.html" if words.base else None,
        link_text="Open the board",
    )
    return Text("storm", story.headline, (story,), "Each owner got the worst of theirs.")


def dead_letter(dead: Sequence[OutboxMessage]) -> Text:
    """What never arrived on one channel, told on the others."""
    channel = wording.plain(dead[0].message.channel)
    subjects = [wording.plain(each.message.subject) for each in dead[:_NAMED]]
    subjects += [f"and {len(dead) - _NAMED} more"] * (len(dead) > _NAMED)
    story = Story(
        about=f"dead_letter.{dead[0].message_id}",
        tone="red",
        kicker="Delivery, for the data team",
        headline=f"{wording.counted(len(dead), 'message')} never arrived on channel {channel}",
        order=("Its readers do not know.", "Tell them, and mend the channel's address."),
        facts=(("Not told", tuple(subjects)),),
    )
    footer = f"Each was tried {dead[0].attempts} times. This came on a channel that works."
    return Text("dead_letter", story.headline, (story,), footer)
