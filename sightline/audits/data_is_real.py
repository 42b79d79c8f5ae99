"""Is the number real? The guards' verdict, their questions, and how fresh the source is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sightline.audit_case import Answer, Level
from sightline.investigation.evidence import Evidence
from sightline.investigation.wording import counted, ended

DEPARTMENT = "data"
QUESTION = "Is the number real?"

_WORDS: Final[dict[str, tuple[str, Level]]] = {
    "trusted": ("real", "healthy"),
    "contested": ("contested", "breached"),
    "insufficient": ("cannot tell", "unknown"),
}


def answer(evidence: Evidence) -> Answer:
    """Always answers; a trusted number about which a guard asks, or that lacks rows, is amber."""
    verdict, grade = (
        evidence.evaluation["integrity_verdict"],
        evidence.evaluation["integrity_grade"],
    )
    word, level = _WORDS[verdict]
    asked = len(evidence.open_findings)
    if level == "healthy" and (asked or evidence.rejections):
        level = "at_risk"
    return Answer(
        department=DEPARTMENT,
        department_name=evidence.departments[DEPARTMENT],
        question=QUESTION,
        finding=ended("; ".join((_read(evidence), *_rejected(evidence), _asked(evidence, asked)))),
        verdict=f"{word}, grade {grade}",
        level=level,
    )


def _read(evidence: Evidence) -> str:
    points = evidence.points(evidence.kpi_id, evidence.scope)
    known = sum(point.value is not None for point in points)
    source = evidence.kpi["system_of_record"]
    periods = counted(len(points), f"closed {evidence.kpi['grain']}")
    text = f"{known} of the last {periods} {evidence.kpi['provenance']}"
    heard = evidence.freshness["last_seen_at"] if evidence.freshness else None
    when = f", heard {heard:%Y-%m-%d %H:%M}" if heard else ", never heard"
    return f"{text} from {source}{when}"


def _rejected(evidence: Evidence) -> Iterator[str]:
    """Rows that no value holds; nobody can say whether they would have belonged to it."""
    for row in evidence.rejections:
        count = counted(row["rejected_rows"], "row")
        yield f"{count} of {row['source']}.{row['table_name']} rejected while it was read"


def _asked(evidence: Evidence, asked: int) -> str:
    if not asked:
        answered = counted(len(evidence.findings), "question")
        return f"{answered} answered, none open" if evidence.findings else "no guard has a question"
    latest = evidence.open_findings[0]["question"]
    return f"{counted(asked, 'question')} open, the latest: {latest}"
