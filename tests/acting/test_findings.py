"""A finding is answered and decided about in the browser by the rules of the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from click.testing import Result
from typer.testing import CliRunner

from acting.findings import SHOWN, word_of
from orchestration.cli import app
from reports.finding_page import render_findings
from sightline.answering import Asked
from sightline.casebook.answers import Answers, FindingAct
from tests.acting.conftest import CASE, NOW, Served, publish
from tests.reports.firm import Firm

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FINDING = "f1"
OWNER, DEPUTY = "people-lead@northline.example", "people-deputy@northline.example"
OTHER = "data-lead@northline.example"
ACT = f"/findings/{FINDING}/act"
ANSWER = {"reason": "stand_in", "text": "The deputy kept it."}


@pytest.fixture
def asked(served: Served, firm: Firm, monkeypatch: pytest.MonkeyPatch) -> Served:
    """The application over marts with one finding, whose page is drawn; the same for commands."""
    publish(served.home, firm)
    for finding_id, page in render_findings(firm.marts, ("stand_in",)):
        served.home.finding_page(finding_id).write_text(page)
    monkeypatch.setenv("SIGHTLINE_HOME", str(served.home.root))
    monkeypatch.setenv("SIGHTLINE_OKRS", str(served.home.okrs))
    monkeypatch.setenv("SIGHTLINE_CLOCK", str(served.home.clock))
    monkeypatch.setenv("SIGHTLINE_PUBLIC_URL", served.home.public_url)
    return served


def sightline(*words: str) -> Result:
    return CliRunner().invoke(app, ["finding", *words])


def command(verb: str, by: str, fields: dict[str, str]) -> Result:
    options = [word for name, said in fields.items() for word in (f"--{name}", said)]
    return sightline(verb, FINDING, *options, "--by", by)


def way_in(person: str) -> str:
    """What `finding link` prints."""
    done = sightline("link", FINDING, person)
    assert done.exit_code == 0, done.exception
    return done.stdout.strip()


ABOUT = "a constant, 91.0, in Training!E42"
Post = Callable[[str, dict[str, str]], httpx.Response]


@contextmanager
def at_work(served: Served, person: str) -> Iterator[Post]:
    """Enters by a link of the person's own; what is given posts a form of that session."""
    link = way_in(person).partition("link=")[2]
    with httpx.Client(base_url=served.address, trust_env=False) as client:
        entered = client.post(f"/findings/{FINDING}/session", data={"link": link})
        assert entered.headers["location"] == ACT
        token = served.signer.seal("form", client.cookies["sightline_session"])

        def post(verb: str, said: dict[str, str]) -> httpx.Response:
            shown = {"token": token, SHOWN: word_of(Asked(FINDING, "", ABOUT), acts(served))}
            return client.post(f"{ACT}/{verb}", data=shown | said)

        yield post


def acts(served: Served) -> list[FindingAct]:
    answers = Answers(served.home.casebook_url)
    kept = answers.acts(FINDING)
    answers.close()
    return kept


def test_an_owner_answers_and_somebody_else_accepts(asked: Served) -> None:
    with at_work(asked, OWNER) as post:
        assert post("answer", ANSWER).status_code == 303
    with at_work(asked, OTHER) as post:
        assert post("accept", {"text": "Seen."}).status_code == 303
    assert [(a.kind, a.actor, a.reason, a.text, a.about, a.at) for a in acts(asked)] == [
        ("answered", OWNER, "stand_in", "The deputy kept it.", ABOUT, NOW),
        ("accepted", OTHER, "", "Seen.", ABOUT, NOW),
    ]


def test_nobody_accepts_an_answer_that_they_have_not_read(asked: Served) -> None:
    assert command("answer", OWNER, ANSWER).exit_code == 0
    with at_work(asked, OTHER) as post:
        read = word_of(Asked(FINDING, "", ABOUT), acts(asked))
        assert command("answer", OWNER, ANSWER | {"text": "It was wanted."}).exit_code == 0
        kept = acts(asked)
        refused = post("accept", {"text": "Seen.", SHOWN: read})
        assert (refused.status_code, "read it again" in refused.text) == (409, True)
        assert acts(asked) == kept
        assert post("accept", {"text": "Seen."}).status_code == 303


LONG = "x" * 2_001
REFUSALS = {
    "not the owner": ((), OTHER, "answer", ANSWER, f"{OWNER} or {DEPUTY}, not {OTHER}"),
    "no code": ((), OWNER, "answer", ANSWER | {"reason": "because"}, "no answer code"),
    "no word": ((), OWNER, "answer", ANSWER | {"text": " \n "}, "“Answer” is empty"),
    "too long": ((), OWNER, "answer", ANSWER | {"text": LONG}, "2,000 characters"),
    "no answer yet": ((), OTHER, "accept", {"text": "Seen."}, "not answered yet"),
    "own answer": ((OWNER,), OWNER, "accept", {"text": "Seen."}, "somebody without that role"),
    "deputy of the owner": ((OWNER,), DEPUTY, "refuse", {"text": "No."}, "somebody without"),
    "already accepted": ((OWNER, OTHER), OWNER, "answer", ANSWER, "only refused"),
    "decided too long": ((OWNER,), OTHER, "refuse", {"text": LONG}, "2,000 characters"),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_what_is_refused_is_refused_in_the_same_words_in_both(asked: Served, refusal: str) -> None:
    before, by, verb, fields, said = REFUSALS[refusal]
    for person in before:
        taken = ("answer", ANSWER) if person == OWNER else ("accept", {"text": "Seen."})
        assert command(taken[0], person, taken[1]).exit_code == 0
    kept = acts(asked)
    typed = command(verb, by, fields)
    with at_work(asked, by) as post:
        posted = post(verb, fields)
    assert said in str(typed.exception)
    assert (posted.status_code, str(typed.exception) in unescape(posted.text)) == (409, True)
    assert acts(asked) == kept


def test_nobody_acts_without_a_link_of_this_finding(asked: Served) -> None:
    with httpx.Client(base_url=asked.address, trust_env=False) as client:
        assert "finding link f1 MAILBOX" in client.get(ACT).text
        assert client.post(f"{ACT}/answer", data=ANSWER).status_code == 403
        for_case = asked.signer.sign(OWNER, CASE, NOW)
        refused = client.post(f"/findings/{FINDING}/session", data={"link": for_case})
        assert (refused.status_code, "another finding" in refused.text) == (403, True)
        own = asked.signer.sign(OWNER, FINDING, NOW)
        assert client.post(f"/cases/{CASE}/session", data={"link": own}).status_code == 403
        old = asked.signer.sign(OWNER, FINDING, NOW - timedelta(days=3))
        assert client.get(ACT, params={"link": old}).status_code == 403
        unknown = client.get("/findings/none/act")
        assert (unknown.status_code, "no finding is called none" in unknown.text) == (404, True)
    assert acts(asked) == []


def test_a_link_of_a_finding_is_used_once_and_opens_no_case(asked: Served) -> None:
    link = way_in(OWNER).partition("link=")[2]
    with httpx.Client(base_url=asked.address, trust_env=False) as client:
        first, second = (
            client.post(f"/findings/{FINDING}/session", data={"link": link}) for _ in range(2)
        )
    assert (first.status_code, second.status_code) == (303, 403)
    assert list(asked.casebook.standings(NOW)) == [CASE]


def test_a_link_is_signed_for_who_holds_a_role_and_a_finding_there_is(asked: Served) -> None:
    assert "holds no role" in str(sightline("link", FINDING, "left@northline.example").exception)
    assert "no finding is called none" in str(sightline("link", "none", OWNER).exception)


def test_the_served_page_leads_to_its_forms_and_says_both_ways(asked: Served) -> None:
    page = httpx.get(f"{asked.address}/findings/{FINDING}.html", trust_env=False).text
    assert f'<a href="{ACT}">Answer this question</a>' in page
    assert "sightline finding answer f1" in page
    assert "sightline finding link f1 MAILBOX" in page
    assert f'href="{ACT}"' not in asked.home.finding_page(FINDING).read_text()


def test_show_and_list_say_how_an_answer_stands_before_the_next_pulse(asked: Served) -> None:
    def told() -> tuple[str, str, str, int]:
        listed = sightline("list")
        state = json.loads(sightline("show", FINDING, "--json").stdout)["answer_state"]
        return state, sightline("show", FINDING).stdout, listed.stdout, listed.exit_code

    state, shown, listed, code = told()
    assert (state, "Nobody has answered yet." in shown, code) == ("open", True, 1)
    command("answer", OWNER, ANSWER)
    state, shown, listed, code = told()
    assert (state, code, "Nobody has answered yet." in shown) == ("answered", 1, False)
    assert "Answered, and waiting for acceptance." in shown
    assert "f1  grade C, answered: " in listed
    command("accept", OTHER, {"text": "Seen."})
    state, shown, listed, code = told()
    assert (state, code) == ("accepted", 0)
    assert "The answer was accepted" in shown


@pytest.fixture
def page(browser: Browser) -> Any:
    """A phone on which nothing runs a script."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    yield context.new_page()
    context.close()


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_finding_is_answered_by_keyboard_alone_and_without_a_script(
    asked: Served, page: Page
) -> None:
    page.goto(way_in(OWNER))
    assert acts(asked) == []
    page.get_by_role("button", name=f"Continue as {OWNER}").focus()
    press(page, "Enter")
    answer = page.get_by_role("form", name="Answer")
    answer.get_by_label("Reason").focus()
    page.keyboard.type("stand in")
    press(page, "Tab")
    page.keyboard.type("The deputy <b>kept</b> it.")
    with page.expect_navigation():
        press(page, "Tab", "Enter")
    main = page.inner_text("main")
    assert "Answered, and waiting for acceptance." in main
    assert f"Answered: stand in: The deputy <b>kept</b> it. {OWNER}" in main
    assert page.get_by_role("button", name="Accept the answer").count() == 0
    page.goto(way_in(OTHER))
    page.get_by_role("button", name=f"Continue as {OTHER}").click()
    assert page.get_by_role("form", name="Answer", exact=True).count() == 0
    page.get_by_label("Why it does not hold").fill("The deputy was away.")
    page.get_by_role("button", name="Refuse the answer").click()
    assert "The answer was refused" in page.inner_text("main")
    assert "nothing is to be done by you now" in page.inner_text("main")
    assert [act.kind for act in acts(asked)] == ["answered", "refused"]


def test_axe_finds_nothing_and_the_pages_fit_a_phone(asked: Served, browser: Browser) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()

    def look() -> None:
        results: Any = Axe().run(page)
        assert results.violations_count == 0, results.generate_snapshot()
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 390

    command("answer", OWNER, ANSWER | {"text": "x" * 300})
    page.goto(f"{asked.address}{ACT}")
    look()
    page.goto(f"{asked.address}/findings/{FINDING}.html")
    look()
    for person in (OWNER, OTHER):
        page.goto(way_in(person))
        look()
        page.get_by_role("button", name="Continue").click()
        assert page.get_by_role("textbox").count() == (1 if person == OWNER else 2)
        look()
    context.close()
