"""Who needs to see where everything stands? Everybody, on one page of A4.

Plain HTML with inline SVG: under 20 kB for three objectives, no script, nothing fetched, so the
same file opens offline, prints, and travels in an e-mail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports import wording
from reports.glance import Glance, read_glance
from reports.page import render
from reports.sparkline import sparkline

if TYPE_CHECKING:
    from sightline.marts import Marts


def render_board(connection: Marts) -> str:
    """The whole board as one HTML document; the same marts give the same bytes."""
    glance = read_glance(connection)
    expected = {objective.expected for objective in glance.objectives}
    return render(
        "board.html.j2",
        glance=glance,
        title=title(glance),
        lead=lead(glance),
        expected=expected.pop() if len(expected) == 1 else None,
        sparkline=sparkline,
    )


def title(glance: Glance) -> str:
    """'Strategy board, 29 Jun 2026 to 27 Dec 2026' when all objectives share the period."""
    periods = {(o.period_from, o.period_to) for o in glance.objectives}
    if len(periods) != 1:
        return "Strategy board"
    start, end = map(wording.day_of_year, periods.pop())
    return f"Strategy board, {start} to {end}"


def lead(glance: Glance) -> tuple[str, str]:
    """The sentences that stand before the table: the count in bold, then what is wrong and why."""
    objectives = glance.objectives
    if not objectives:
        return "No objective is defined yet.", ""
    healthy = sum(o.mark.word == "on track" for o in objectives)
    count = wording.counted(len(objectives), "objective")
    first = (
        f"{healthy or 'None'} of {count} {'is' if healthy <= 1 else 'are'} on track."
        if len(objectives) > 1
        else f"The objective is {objectives[0].mark.word}."
    )
    sentences = [
        f"“{o.name}” is {o.mark.word}."
        for o in objectives
        if o.mark.word != "on track" and len(objectives) > 1
    ]
    if glance.episodes:
        decided = sum(e.order is not None for e in glance.episodes)
        breaches = wording.counted(len(glance.episodes), "audit case is", "audit cases are")
        sentences.append(
            f"{breaches} open; "
            + (
                "a policy approved beforehand says what to do."
                if decided == len(glance.episodes)
                else f"{wording.counted(len(glance.episodes) - decided, 'case has', 'cases have')}"
                " no policy to decide it."
            )
        )
    doubtful = {
        kpi.name: kpi.integrity_verdict
        for o in objectives
        for key_result in o.key_results
        for kpi in key_result.kpis
        if kpi.integrity_verdict != "trusted"
    }
    if doubtful:
        numbers = wording.counted(len(doubtful), "number is", "numbers are")
        sentences.append(f"{numbers} not verified: {wording.listed(list(doubtful))}.")
    if glance.weak_links:
        told = list(dict.fromkeys(map(str, glance.weak_links)))
        links = wording.counted(len(told), "link is", "links are")
        sentences.append(f"{links} not sound: {wording.listed(told)}.")
    return first, " ".join(sentences)
