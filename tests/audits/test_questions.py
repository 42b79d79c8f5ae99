"""Every file of the audits folder is a question that describes itself."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import pytest

from sightline import registry
from sightline.audit_case import Answer
from sightline.audits import sources_agree
from sightline.investigation.evidence import Evidence
from tests.audits.northline_marts import AS_OF, LEVEL_CASE, WEEKS, build, compare

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


def test_a_case_names_both_rows_that_differ_and_the_rule_that_picks_one() -> None:
    with build("as_planned") as marts:
        compare(marts, 97.3, 98.2, 97.4)
        answer = sources_agree.answer(Evidence(marts, LEVEL_CASE, AS_OF))
    assert answer is not None
    assert answer.level == "at_risk"
    assert answer.finding.startswith(
        f"In 1 of 3 weeks they differ, the last time in the week of {WEEKS[-2]}:"
    )
    for said in ("erp says 97.30", "from 16 rows", "uptime_log.xlsx!C", "98.20", "erp counts"):
        assert said in answer.finding
    assert answer.finding.endswith("the system of record outranks it.")


def test_sources_that_agree_are_said_to_and_one_source_alone_is_not_asked() -> None:
    with build("as_planned") as marts:
        assert sources_agree.answer(Evidence(marts, LEVEL_CASE, AS_OF)) is None
        compare(marts, 97.3, 97.4)
        answer = sources_agree.answer(Evidence(marts, LEVEL_CASE, AS_OF))
    assert answer is not None
    assert (answer.level, answer.verdict) == ("healthy", "they agree")
