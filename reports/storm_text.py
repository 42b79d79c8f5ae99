"""What is said when many cases open, or end, at once: to each owner, and to whoever keeps watch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports import wording
from reports.page import board_link
from reports.story import Story, Text

if TYPE_CHECKING:
    from reports.decision import Telling
    from reports.words import Words

# The worst are named; more nobody reads in a message.
NAMED = 10
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


def storm_of_one(telling: Telling, words: Words) -> Text:
    """What one owner has to know of a storm: how many, and the worst."""
    holder = words.holders.get(telling.owner or "", {})
    owner = wording.plain(holder.get("name") or telling.owner or "no owner")
    episodes = [words.episodes[about] for about in telling.about if about in words.episodes]
    episodes.sort(key=lambda episode: (-(episode.badness or 0), episode.case_id))
    named = [episode.headline for episode in episodes[:NAMED]]
    named = named or [wording.plain(about) for about in telling.about[:NAMED]]
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


def storm(telling: Telling, words: Words) -> Text:
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
