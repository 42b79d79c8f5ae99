"""Who needs to know why? Whoever has to decide: one page with every block of an audit.

The blocks stand in the order in which an auditor argues: headline and what to do, then whether the
number can be trusted, condition, criteria, goals, the departments' answers, causes, consequence,
policy, actions, and at the foot what it takes to rebuild the page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports import wording
from reports.episodes import VERDICTS
from reports.evidence import read_evidence
from reports.line_of_sight import draw
from reports.page import render

if TYPE_CHECKING:
    from datetime import date

    from sightline.audit_case import AuditCase, Decomposition

TRUST = {
    "trusted": "The number can be trusted",
    "contested": "The number is contested: settle the data first",
    "insufficient": "Nobody could verify the number",
}


def render_case(case: AuditCase) -> str:
    """One HTML document; the same case gives the same bytes. Charts are drawn to inline SVG."""
    from markupsafe import Markup

    from reports.charts import condition_chart

    return render(
        "case.html.j2",
        case=case,
        # Our own drawing: every name in it was escaped when the SVG was written.
        chart=Markup(condition_chart(case)),  # noqa: S704
        caption=caption(case),
        trust=TRUST[case.integrity.verdict],
        verdicts=VERDICTS,
        decompositions=[
            each for each in (case.decomposition, case.drill_down, case.product) if each is not None
        ],
        comparison=comparison,
        evidence=[
            read_evidence(finding.evidence, case.unit_symbol, case.decimals)
            for finding in case.integrity.findings
        ],
        diagram=draw(case.line_of_sight),
        departments_note=departments_note(case),
    )


def caption(case: AuditCase) -> str:
    """The sentence under the chart: how many closed periods were beyond the target, and how far."""
    judged = [point for point in case.condition if point.value is not None]
    if not judged:
        return f"No closed {case.grain} has a value."
    since = [point for point in judged if point.period_start >= case.opened_period]
    sentence = f"Shaded: since {wording.period(case.grain, case.opened_period)}."
    if case.natural_limits is not None:
        sentence += " Thin lines: what chance alone gave before (XmR limits)."
    beyond = [
        point
        for point in since
        if point.value is not None
        and point.target is not None
        and (
            point.value < point.target
            if case.direction == "higher_is_better"
            else point.value > point.target
        )
    ]
    missing = len(case.condition) - len(judged)
    sentence += f" {len(beyond)} of {wording.counted(len(since), case.grain)} missed the target."
    if missing:
        sentence += (
            f" {wording.counted(missing, case.grain)} {'has' if missing == 1 else 'have'} no data."
        )
    return sentence


def comparison(parts: Decomposition, grain: str) -> str:
    """Which two spans are compared: 'weeks of 4 May 2026 to 22 Jun 2026 against …'."""
    before = _span(grain, parts.baseline_from, parts.baseline_to)
    return f"{_span(grain, parts.period_from, parts.period_to)} against {before}"


def _span(grain: str, start: date, end: date) -> str:
    first, last = wording.day_of_year(start), wording.day_of_year(end)
    return f"the {grain} of {first}" if first == last else f"the {grain}s of {first} to {last}"


def departments_note(case: AuditCase) -> str:
    """Who was asked, and who has no figure; fewer than two on the KPI's path, and it says so."""
    path = list(dict.fromkeys(case.departments))
    heard = dict.fromkeys(answer.department for answer in case.panel)
    beside = [department for department in heard if department not in path]
    silent = [department for department in path if department not in heard]
    if len(path) < 2:
        only = f"Only {_named(path)}" if path else "No department"
        note = f"{only} is on the path of this KPI: this audit is not cross-functional."
    else:
        count = wording.counted(len(path), "department")
        note = f"{count} on the path of this KPI were asked: {_named(path)}."
    if beside:
        count = wording.counted(len(beside), "department")
        note += f" {count} beside it answered as well: {_named(beside)}."
    if silent:
        note += f" No figure answers for {_named(silent)}: ask there."
    return note


def _named(departments: list[str]) -> str:
    return wording.listed([wording.plain(name.replace("_", " ")) for name in departments])
