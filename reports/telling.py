"""What does each kind of message say? One canonical text a kind, whatever channel carries it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports import wording
from reports.due import NEXT_STEP
from reports.page import act_link, case_link, render
from reports.sparkline import sparkline
from reports.storm_text import NAMED, storm, storm_of_one
from reports.story import Story, Text, Way
from reports.words import Asked
from sightline.casebook.acts import Acknowledge, Decline
from sightline.casebook.deadlines import business_days_after

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from reports.decision import Telling
    from reports.episodes import Episode
    from reports.words import Words
    from sightline.casebook import OutboxMessage
    from sightline.marts import Row

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


def text_of(telling: Telling, words: Words) -> Text:
    """The text of a telling: of a feed, of a storm, or of the cases of one objective."""
    if telling.kind in ("stale_feed", "feed_back"):
        return _feed(telling, words)
    if telling.kind == "storm":
        return storm(telling, words)
    if telling.owner is not None:
        return storm_of_one(telling, words)
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
        f"{stake.key_result_name}: {wording.of_the_way(stake.progress)}, "
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


def dead_letter(dead: Sequence[OutboxMessage]) -> Text:
    """What never arrived on one channel, told on the others."""
    channel = wording.plain(dead[0].message.channel)
    subjects = [wording.plain(each.message.subject) for each in dead[:NAMED]]
    subjects += [f"and {len(dead) - NAMED} more"] * (len(dead) > NAMED)
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
