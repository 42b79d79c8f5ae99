"""From a terminal: acts with their author, refusals that name what is legal, and the ladder."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.casework import follow_up
from orchestration.cli import app
from reports.case_log import told
from sightline.acting import silence_of
from sightline.audit_case import Finding, Integrity
from sightline.casebook import Casebook, CaseEvent, Message
from sightline.casebook.acts import SilenceCase
from sightline.casebook.answers import Answers
from sightline.catalog import load_catalog
from sightline.errors import UsageError
from sightline.home import CHECKOUT, Home
from sightline.people import role_names
from tests.reports.sample_case import sample_case

NOW = datetime(2026, 10, 26, 6, 0, tzinfo=UTC)  # a Monday
CASE = "sorter_uptime.north.level.2026-06-29"
OWNER, COLLEAGUE = "maintenance-lead@northline.example", "operations-lead@northline.example"

ACTION = ("--action", "move the slots", "--due-on", "2026-11-06")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    clock = tmp_path / "clock"
    clock.write_text(NOW.isoformat())
    monkeypatch.setenv("SIGHTLINE_HOME", str(tmp_path))
    monkeypatch.setenv("SIGHTLINE_CLOCK", str(clock))
    monkeypatch.setenv("SIGHTLINE_OKRS", str(CHECKOUT / "okrs"))
    home = Home.from_env().create()
    with duckdb.connect(str(home.published)) as marts:
        marts.execute("create schema marts")
        marts.execute(
            "create table marts.fct_kpi_episode as select ? as episode_id, "
            "'sorter_uptime' as kpi_id, 'north' as scope, 'level' as rule, 'firing' as state, "
            "date '2026-06-29' as opened_period, null::date as closed_period",
            [CASE],
        )
        marts.execute(
            "create table marts.fct_kpi_evaluation (kpi_id text, scope text, period_start date, "
            "value decimal(9, 3), is_closed boolean, is_beyond_target boolean)"
        )
    casebook = Casebook(home.casebook_url)
    casebook.create()
    casebook.announce([Message("open", (CASE,), None, "console", "uptime", {})], NOW)
    casebook.close()
    return home


def case(*words: str, author: str = OWNER) -> dict[str, object]:
    done = CliRunner().invoke(app, ["case", *words, "--by", author, "--json"])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def test_a_case_is_worked_on_from_a_terminal(home: Home) -> None:
    assert case("ack", CASE)["state"] == "acknowledged"
    assert case("comment", CASE, "--text", "the log is right")["state"] == "under_review"
    assert case("decide", CASE, "--decision", "by night")["due"] == "2026-10-28"
    acted = case("act", CASE, *ACTION, "--who", "maintenance_lead")
    assert (acted["state"], acted["due"]) == ("acting", "2026-11-06")
    authors = {event.actor for event in Casebook(home.casebook_url).events(CASE)[1:]}
    assert authors == {OWNER}
    names = role_names(load_catalog(home.okrs))
    done = told(Casebook(home.casebook_url).events(CASE), names)[-1]
    assert done.sentence == "Maintenance lead to do by 2026-11-06: move the slots"


def test_who_does_it_is_a_role_or_somebody_who_holds_one(home: Home) -> None:
    case("ack", CASE)
    case("decide", CASE, "--decision", "by night")
    with pytest.raises(UsageError, match="is no role and holds none on 2026-10-26; did you mean"):
        case("act", CASE, *ACTION, "--who", "maintenance")
    assert case("act", CASE, *ACTION, "--who", COLLEAGUE)["state"] == "acting"


def test_words_of_a_closed_list_are_told_without_underscores() -> None:
    said = {"state": "under_review", "cause_code": "planned_work", "action": "set max_speed"}
    events = [
        CaseEvent(1, "1", CASE, kind, NOW, OWNER, json.dumps(said)) for kind in ("stands", "closed")
    ]
    assert [each.sentence for each in told(events, {})] == [
        "It is under review now",
        "Closed, cause planned work; what helped: set max_speed",
    ]


def test_an_action_of_before_anybody_was_named_is_told_without(home: Home) -> None:
    content = json.dumps({"action": "move the slots", "due_on": "2026-11-06"})
    event = CaseEvent(1, "1", CASE, "acted", NOW, OWNER, content)
    assert told([event], {})[0].sentence == "to do by 2026-11-06: move the slots"


def test_what_is_not_possible_is_refused_with_what_is(home: Home) -> None:
    with pytest.raises(UsageError, match="possible are: ack"):
        case("decide", CASE, "--decision", "x")
    with pytest.raises(UsageError, match="is no cause code; there are: planned_work"):
        case("close", CASE, "--cause-code", "magic", "--action", "x")
    with pytest.raises(UsageError, match="holds no role"):
        case("ack", CASE, author="stranger@northline.example")
    case("ack", CASE)
    with pytest.raises(UsageError, match="owns the KPI cannot accept"):
        case("accept", CASE, "--reason", "x", "--until", "2026-12-01")
    accepted = case("accept", CASE, "--reason", "x", "--until", "2026-12-01", author=COLLEAGUE)
    assert accepted["state"] == "accepted"


def test_a_case_nobody_acknowledges_is_overdue_and_a_recovery_is_seen_once(home: Home) -> None:
    assert follow_up(home).overdue == 0
    (home.root / "clock").write_text((NOW + timedelta(days=2)).isoformat())
    assert follow_up(home).overdue == 1
    case("ack", CASE)
    with duckdb.connect(str(home.published)) as marts:
        marts.execute(
            "update marts.fct_kpi_episode set state = 'closed', closed_period = '2026-10-19'"
        )
    assert follow_up(home).observed == 1
    done = follow_up(home)
    assert (done.observed, done.overdue) == (0, 0)


def test_a_silence_on_a_case_holds_its_messages_back(home: Home) -> None:
    case("silence", CASE, "--reason", "planned stop", "--until", "2026-11-02")
    casebook = Casebook(home.casebook_url)
    (silence,) = casebook.silencing.silences(NOW)
    assert (silence.kpi_id, silence.scope, silence.author) == ("sorter_uptime", "north", OWNER)
    assert casebook.events(CASE)[-1].kind == "silenced"


def test_a_silence_on_a_case_is_about_its_place_whatever_points_its_name_has() -> None:
    act = SilenceCase(reason="planned stop", until=date(2026, 11, 2))
    silence = silence_of("sorter_uptime.hall 2.1.level.2026-06-29", act, OWNER, NOW)
    assert (silence.kpi_id, silence.scope) == ("sorter_uptime", "hall 2.1")


def test_a_silence_that_is_refused_holds_nothing_back(home: Home) -> None:
    other = "sorter_uptime.south.level.2026-06-29"
    for about, until, said in ((other, "2026-11-02", "no case"), (CASE, "2026-10-26", "a later")):
        with pytest.raises(UsageError, match=said):
            case("silence", about, "--reason", "planned stop", "--until", until)
    assert Casebook(home.casebook_url).silencing.silences(NOW) == []


def test_a_link_is_signed_for_a_case_there_is(home: Home) -> None:
    done = CliRunner().invoke(app, ["case", "link", CASE, OWNER])
    assert f"/cases/{CASE}/act?link=" in done.stdout
    refused = CliRunner().invoke(app, ["case", "link", "nosuch.all.level.2026-06-29", OWNER])
    assert isinstance(refused.exception, UsageError)
    assert "no case is called nosuch" in str(refused.exception)
    assert "link=" not in refused.stdout


def test_an_answer_reaches_the_finding_and_only_the_owner_gives_it(home: Home) -> None:
    casebook = Casebook(home.casebook_url)
    finding = Finding(
        finding_id="finding-1",
        guard="values_do_not_bunch_at_the_target",
        kind="statistical",
        grade="C",
        period_start=None,
        observed="9 of 10",
        expected="3 of 10",
        question="Why?",
        evidence="{}",
        innocent_explanations=(),
    )
    integrity = Integrity(verdict="contested", grade="C", findings=(finding,))
    casebook.finish_audit(sample_case(case_id=CASE, integrity=integrity), NOW)
    said = ("answer", CASE, "--finding-id", "finding-1", "--text", "the log was late")
    code = load_catalog(home.okrs).vocabulary.answer_codes[0]
    with pytest.raises(UsageError, match="answered for by its owner"):
        case(*said, "--reason", code, author=COLLEAGUE)
    with pytest.raises(UsageError, match="asks nothing called other"):
        case("answer", CASE, "--finding-id", "other", "--text", "x", "--reason", code)
    case(*said, "--reason", code)
    (act,) = Answers(home.casebook_url).acts("finding-1")
    assert (act.kind, act.about, act.actor) == ("answered", "9 of 10", OWNER)
