"""What does each kind of message say? One canonical text a kind, whatever channel carries it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from reports import wording
from reports.due import NEXT_STEP
from reports.page import act_link, board_link, case_link, render
from reports.sparkline import sparkline
from reports.story import Story, Text, Way
from sightline.casebook.acts import Acknowledge, Decline
from sightline.casebook.deadlines import business_days_after

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal

    from reports.decision import Telling
    from reports.episodes import Episode
    from sightline.casebook import Announced, Kind, OutboxMessage
    from sightline.casebook.deadlines import IsOff
    from sightline.casebook.life_cycle import Standing
    from sightline.marts import Row

# Of a storm the worst are named; more nobody reads in a message.
_NAMED = 10
_GRADES = {
    "A": "grade A",
    "B": "grade B",
    "C": "grade C: a question is open",
    "D": "grade D: an urgent question is open",
    "U": "grade U: nobody could verify it",
}
# What mail to one person leads to besides the case.
_FIRST_ACTS = (Acknowledge, Decline)
# How an episode ends whose number is not the KPI's own.
_ENDS = {
    "no_data": "has values again",
    "budget_burn_fast": "no longer burns its conflict budget fast",
}


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
    why = f"it touches “{goal}”" if goal else "its KPI runs the business"
    subject = stories[0].headline
    if len(stories) > 1:
        subject += f", and {wording.counted(len(stories) - 1, 'more case')}"
    footer = f"{_FOOTERS[telling.kind]} Why you got it: {why}."
    return Text(telling.kind, subject, tuple(stories), footer)


_FOOTERS = {
    "open": "An audit follows in the case. You hear of this again when it gets worse or is over.",
    "changed": "You hear of this again when it gets worse still or is over.",
    "repeated": "A step in the case ends these reminders for a while.",
    "escalated": "A step in the case ends the escalation.",
    "close": "You were told when it opened, so you are told when it ends.",
}


def _case(about: str, telling: Telling, words: Words) -> Story:
    episode = words.episodes.get(about)
    if telling.kind == "close" or episode is None:
        return _ending(about, words)
    return _open_case(episode, telling, words)


def _open_case(episode: Episode, telling: Telling, words: Words) -> Story:
    since = f"open since {wording.period(episode.grain, episode.since)}, for {episode.owner}"
    kicker = {
        "open": f"Audit case, told {wording.instant(words.now)}, {since}",
        "changed": f"Worse than you were told; {since}",
        "repeated": f"Still open, {_neglect(episode, words)}; {since}",
        "escalated": f"Escalated, {_neglect(episode, words)}; {since}",
    }[telling.kind]
    order = episode.order
    stakes = tuple(
        f"{stake.key_result_name}: {wording.percent(stake.progress)} of the way, "
        f"{wording.percent(stake.expected)} expected by now"
        for stake in episode.stakes
    )
    facts = [
        ("At stake", stakes or ("no goal; the KPI runs the business",)),
        ("Data", (f"{episode.integrity_verdict or 'not judged'}, {_GRADES[episode.grade]}",)),
        ("Asked of you", (_asked(episode, telling, words),)),
    ]
    if episode.case_id in words.relapses:
        before = wording.plain(words.relapses[episode.case_id])
        facts.append(("Relapse", (f"the fix of {before} did not hold, and that case reopens",)))
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
        ways=_ways(episode.case_id, words),
    )


def _ways(case_id: str, words: Words) -> tuple[Way, ...]:
    """Where the first acts on a case are taken; none when somebody has it, or nothing is served."""
    stands = words.cases.get(case_id)
    if not words.desk or (stands is not None and not stands.is_unanswered):
        return ()
    return tuple((act.label, act_link(words.desk, case_id, act.verb)) for act in _FIRST_ACTS)


def _neglect(episode: Episode, words: Words) -> str:
    """What has not happened, though it should have."""
    stands = words.cases.get(episode.case_id)
    if stands is not None and stands.declined_at is not None:
        return "somebody who was asked says it is not theirs"
    if stands is None or stands.state == "opened":
        return "nobody has acknowledged it"
    if stands.state == "reopened":
        return "reopened, and nobody has acknowledged it since"
    if stands.state == "acting" and stands.due is not None:
        return f"its action was due on {wording.day(stands.due)}"
    state = stands.state.replace("_", " ")
    return f"{state} on {wording.day(stands.since)} and no step since"


def _asked(episode: Episode, telling: Telling, words: Words) -> str:
    stands = words.cases.get(episode.case_id)
    step = NEXT_STEP.get(stands.state if stands else "opened", "look at the case")
    if telling.kind == "escalated":
        return f"{words.above(episode)}: {step}, or have somebody do so"
    due = stands.due if stands else None
    if due is None or due < words.now.date():
        due = business_days_after(words.now.date(), 1, words.days_off(episode.kpi_id))
    return f"{Asked(episode.owner, episode.acting)}: {step} by {wording.day(due)}"


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
    "repeated": "still open",
    "escalated": "looked after by nobody",
}


def _happened(kind: str, count: int) -> str:
    """'opened at once', or of what lasts 'is still open', 'are still open'."""
    if kind in ("repeated", "escalated"):
        return f"{'is' if count == 1 else 'are'} {_VERBS[kind]}"
    return f"{_VERBS[kind]} at once"


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
        headline=f"{count} of {owner} {_happened(telling.kind, len(telling.about))}",
        order=("One cause is likelier than many:", "look for what they share first."),
        facts=(("The worst", tuple(named)),),
        link=board_link(words.base),
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
    owners = wording.counted(len(telling.owners), "owner")
    story = Story(
        about=about,
        tone="amber",
        kicker="Many cases at once",
        headline=f"{total:,} cases {_happened(about.split('.')[1], total)}, of {owners}",
        order=("One cause is likelier than many:", "a source, a definition, an outage."),
        facts=(("Cases", tuple(lines)),),
        link=board_link(words.base),
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
