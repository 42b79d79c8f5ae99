"""An owner answers, somebody else accepts, and every act stays on record with its author."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from sightline.casebook.answers import Answers, FindingAct, check_answer, check_decision
from sightline.catalog import load_catalog
from sightline.errors import UsageError

AT = datetime(2026, 10, 26, 6, tzinfo=UTC)
OWNER = "people-lead@northline.example"
DEPUTY = "people-deputy@northline.example"
OTHER = "data-lead@northline.example"
CATALOG = load_catalog(Path(__file__).parents[2] / "okrs")
ANSWER = FindingAct(
    finding_id="staff_trained.south.workbook_structure_intact.0123",
    kind="answered",
    about="the constant 95",
    actor=OWNER,
    at=AT,
    reason="copied_without_formula",
    text="Pasted from the site's own list.",
)
ACCEPTED = replace(ANSWER, kind="accepted", actor=OTHER, reason="", text="Seen the list.")


@pytest.fixture
def answers(tmp_path: Path) -> Iterator[Answers]:
    opened = Answers(f"sqlite:///{tmp_path / 'casebook.db'}")
    yield opened
    opened.close()


def test_an_answer_and_its_acceptance_stay_on_record_with_their_authors(answers: Answers) -> None:
    answers.add(ANSWER)
    answers.add(ACCEPTED)
    assert answers.acts(ANSWER.finding_id) == [ANSWER, ACCEPTED]


def test_nothing_is_accepted_that_nobody_answered(answers: Answers) -> None:
    with pytest.raises(UsageError, match="not answered yet: it cannot be accepted now, only answ"):
        answers.add(ACCEPTED)


def test_whoever_answered_cannot_accept_the_answer(answers: Answers) -> None:
    answers.add(ANSWER)
    with pytest.raises(UsageError, match="somebody else has to decide"):
        answers.add(replace(ACCEPTED, actor=OWNER))


def test_an_accepted_answer_can_only_be_taken_back(answers: Answers) -> None:
    answers.add(ANSWER)
    answers.add(ACCEPTED)
    with pytest.raises(UsageError, match="is accepted: it cannot be answered now, only refused"):
        answers.add(ANSWER)
    answers.add(replace(ACCEPTED, kind="refused"))
    answers.add(ANSWER)


def test_an_answer_is_about_what_was_observed_then(answers: Answers) -> None:
    answers.add(ANSWER)
    with pytest.raises(UsageError, match="not answered yet"):
        answers.add(replace(ACCEPTED, about="the constant 97"))


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_nothing_is_kept_without_a_sentence(answers: Answers, text: str) -> None:
    with pytest.raises(UsageError, match="cannot be answered without a word"):
        answers.add(replace(ANSWER, text=text))
    answers.add(ANSWER)
    with pytest.raises(UsageError, match="cannot be accepted without a word"):
        answers.add(replace(ACCEPTED, text=text))
    assert answers.acts(ANSWER.finding_id) == [ANSWER]


def test_acts_cannot_be_changed(answers: Answers, tmp_path: Path) -> None:
    answers.add(ANSWER)
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'casebook.db'}")
    with engine.begin() as connection, pytest.raises(sa.exc.DBAPIError, match="append-only"):
        connection.execute(sa.text("update finding_act set actor = 'nobody'"))
    engine.dispose()


@pytest.mark.parametrize("by", [OWNER, DEPUTY])
def test_the_owner_or_the_deputy_answers(by: str) -> None:
    check_answer(CATALOG, "staff_trained", by=by, reason="stand_in", at=AT)
    with pytest.raises(UsageError, match="somebody without that role has to decide"):
        check_decision(CATALOG, "staff_trained", by=by, at=AT)


def test_nobody_else_answers_and_only_with_a_known_code() -> None:
    with pytest.raises(UsageError, match=f"people_lead: {OWNER} or {DEPUTY}, not {OTHER}"):
        check_answer(CATALOG, "staff_trained", by=OTHER, reason="stand_in", at=AT)
    with pytest.raises(UsageError, match="no answer code of the vocabulary; there are: late_book"):
        check_answer(CATALOG, "staff_trained", by=OWNER, reason="because", at=AT)


def test_for_a_kpi_that_is_defined_no_more_nobody_answers_or_decides() -> None:
    with pytest.raises(UsageError, match="gone is defined no more"):
        check_answer(CATALOG, "gone", by=OWNER, reason="stand_in", at=AT)
    with pytest.raises(UsageError, match="gone is defined no more"):
        check_decision(CATALOG, "gone", by=OTHER, at=AT)


def test_whoever_decides_holds_a_role() -> None:
    check_decision(CATALOG, "staff_trained", by=OTHER, at=AT)
    with pytest.raises(UsageError, match="holds no role"):
        check_decision(CATALOG, "staff_trained", by="stranger@northline.example", at=AT)
