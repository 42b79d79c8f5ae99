"""Who needs to see a guard's question? The owner: one page with its evidence.

Static HTML without a script, made from the marts alone, one a finding, below `reports/findings/`.
The page asks; it never accuses, and it says how often such a question is asked of honest numbers.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from reports import marts, wording
from reports.evidence import read_evidence
from reports.page import render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.marts import Marts, Row

GRADES = {
    "B": "watch",
    "C": "a question",
    "D": "an urgent question",
    "U": "too few data",
    "A": "nothing to ask",
}
_ANSWERS = {
    "open": "Nobody has answered yet.",
    "answered": "Answered, and not decided about yet.",
    "accepted": "The answer was accepted: the finding is settled as it was observed.",
    "refused": "The answer was refused: the finding stands.",
}


def render_findings(connection: Marts) -> Iterator[tuple[str, str]]:
    """Finding id and page of every finding there is; the same marts give the same bytes."""
    for row in marts.finding_details(connection):
        yield row["finding_id"], render_finding(row)


def render_finding(row: Row) -> str:
    """One finding as one HTML document."""
    evidence = read_evidence(row["evidence"])
    return render(
        "finding.html.j2",
        finding=row,
        name=wording.scoped(row["kpi_name"], row["scope"]),
        grade=GRADES[row["grade"]],
        explanations=json.loads(row["innocent_explanations"] or "[]"),
        evidence=evidence,
        rate=false_alarms(row),
        holds=dict(evidence.facts).get("false alarm rate holds"),
        answer=_ANSWERS[row["answer_state"]],
        command=f"sightline finding answer {row['finding_id']} --reason CODE --text … --by …",
    )


def false_alarms(row: Row) -> str:
    """How often such a question is asked of numbers nobody touched."""
    rate = row["false_alarm_rate"]
    if row["kind"] == "structural":
        return "It is a fact of the record and has no rate of false alarms; it says nothing of why."
    return f"It asks this of about {wording.percent(rate)} of honest numbers."
