"""Every file of the audits folder is a question that describes itself."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import pytest

from sightline import registry
from sightline.audit_case import Answer
from sightline.investigation.evidence import Evidence
from tests.audits.northline_marts import AS_OF, LEVEL_CASE, build

QUESTIONS = registry.modules("sightline.audits")


def test_there_are_questions_for_more_than_one_department() -> None:
    assert len({question.DEPARTMENT for question in QUESTIONS.values()}) >= 8


@pytest.fixture(scope="module", params=["as_planned", "throttled", "contested"])
def evidence(request: pytest.FixtureRequest) -> Iterator[Evidence]:
    with build(request.param) as marts:
        yield Evidence(marts, LEVEL_CASE, AS_OF)


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_a_question_answers_for_its_own_department_or_not_at_all(
    question: ModuleType, evidence: Evidence
) -> None:
    assert question.__doc__ is not None
    assert question.QUESTION.endswith("?")
    answer = question.answer(evidence)
    if answer is None:
        return
    assert isinstance(answer, Answer)
    assert (answer.department, answer.question) == (question.DEPARTMENT, question.QUESTION)
    assert answer.department_name == evidence.departments[question.DEPARTMENT]
    assert answer.finding.endswith((".", "?"))
    assert 0 < len(answer.verdict) <= 60
