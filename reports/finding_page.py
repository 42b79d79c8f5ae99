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
    from collections.abc import Iterator, Sequence

    from sightline.marts import Marts, Row

GRADES = {
    "B": "watch",
    "C": "a question",
    "D": "an urgent question",
    "U": "too few data",
    "A": "nothing to ask",
}
# How the answer stands, by its state.
STANDS = {
    "open": "Nobody has answered yet.",
    "answered": "Answered, and waiting for acceptance.",
    "accepted": "The answer was accepted: the finding is settled as it was observed.",
    "refused": "The answer was refused: the finding stands, and waits for another answer.",
}
# Who does what next, by state of the answer.
STEPS = {
    "open": (("The owner answers", "answer {} --reason CODE"),),
    "answered": (
        ("Somebody who does not own the number accepts", "accept {}"),
        ("or refuses", "refuse {}"),
    ),
    "accepted": (("Whoever finds that it does not hold takes the acceptance back", "refuse {}"),),
    "refused": (("The owner answers again", "answer {} --reason CODE"),),
}


def render_findings(connection: Marts, answer_codes: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Finding id and page of every finding there is; the same input gives the same bytes.

    answer_codes: the reasons an owner may give, as the vocabulary lists them.
    """
    for row in marts.finding_details(connection):
        yield row["finding_id"], render_finding(row, answer_codes)


def render_finding(row: Row, answer_codes: Sequence[str]) -> str:
    """One finding as one HTML document."""
    evidence = read_evidence(row["evidence"], row["unit_symbol"], row["decimals"])
    state = row["answer_state"]
    return render(
        "finding.html.j2",
        finding=row,
        name=wording.scoped(row["kpi_name"], row["scope"]),
        grade=GRADES[row["grade"]],
        explanations=json.loads(row["innocent_explanations"] or "[]"),
        evidence=evidence,
        rate=false_alarms(row),
        holds=dict(evidence.facts).get("false alarm rate holds"),
        answer=STANDS[state],
        steps=[
            (who, f"sightline finding {step.format(row['finding_id'])} --text … --by …")
            for who, step in STEPS[state]
        ],
        codes=answer_codes if state in ("open", "refused") else (),
    )


def false_alarms(row: Row) -> str:
    """How often such a question is asked of numbers nobody touched."""
    rate = row["false_alarm_rate"]
    if row["kind"] == "structural":
        return "It is a fact of the record and has no rate of false alarms; it says nothing of why."
    return f"It asks this of about {wording.percent(rate)} of honest numbers."
