"""From the link of an e-mail to a decision, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from reports.answer import Answer
from reports.channels import Channel
from reports.delivery import deliver
from reports.page import act_link, case_link
from reports.signed_links import Desk
from sightline.casebook import Message, OutboxMessage
from tests.acting.conftest import CASE, COLLEAGUE, NOW, OWNER, Served, publish
from tests.reports.firm import Firm
from tests.reports.sample_case import sample_case
from tests.reports.test_hostile_names import HOSTILE

OTHER = "sorter_uptime.south.level.2026-10-19"

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def mailed_link(served: Served, monkeypatch: pytest.MonkeyPatch) -> str:
    """The link in the mail that tells the KPI's owner of the case."""
    sent: list[str] = []

    def send(_channel: Channel, waiting: OutboxMessage, _at: datetime) -> Answer:
        sent.append(waiting.message.body["html"])
        return Answer(True, "delivered")

    monkeypatch.setattr(Channel, "send", send)
    url = served.home.public_url
    page = f'<a href="{case_link(OTHER, url)}">Open the case</a>'
    told = Message("open", (OTHER,), None, "email", "uptime", {"html": page, "text": ""})
    served.casebook.announce([told], NOW)
    to_one = Channel("email", f"mailto://mail.example/?to={OWNER}&from=a@mail.example")
    deliver(served.casebook, {"email": to_one}, lambda: NOW, Desk(url, served.signer))
    (html,) = sent
    return html.partition('href="')[2].partition('"')[0]


def test_a_room_of_many_gets_no_signed_link_and_the_outbox_holds_none(served: Served) -> None:
    for address in ("json://chat.example/", "mailto://m.example/?to=a@b.example,c@d.example"):
        assert Channel("room", address).mailbox is None
    assert Channel("mail", f"mailtos://m.example/?to={OWNER}").mailbox == OWNER


def test_a_case_is_acknowledged_and_decided_from_the_link_of_an_e_mail(
    served: Served, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = mailed_link(served, monkeypatch)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(link)
    page.get_by_role("button", name=f"Continue as {OWNER}").click()
    page.get_by_role("button", name="Acknowledge").click()
    page.get_by_label("Decision").fill("Recalibrate by night <b>only</b>")
    page.get_by_role("button", name="Decide").click()
    assert "This case is decided" in page.inner_text("main")
    assert "Decided: Recalibrate by night <b>only</b>" in page.inner_text("ol")
    acts = [(event.kind, event.actor) for event in served.casebook.events(OTHER)][-2:]
    assert acts == [("acknowledged", OWNER), ("decided", OWNER)]
    assert page.get_by_role("button", name="Close").count() == 0
    page.get_by_label("Who does it").select_option(label="Maintenance lead")
    page.get_by_label("Action", exact=True).fill("Move the slots")
    page.get_by_label("Done by").fill("2026-11-06")
    page.get_by_role("button", name="Record an action").click()
    assert "Maintenance lead to do by 2026-11-06: Move the slots" in page.inner_text("ol")
    assert said == []

    page.context.clear_cookies()
    page.goto(link)
    page.get_by_role("button", name=f"Continue as {OWNER}").click()
    assert "used before" in page.inner_text("main")


def test_one_press_acknowledges_from_the_button_of_an_e_mail(served: Served, page: Page) -> None:
    link = served.signer.sign(OWNER, CASE, NOW)
    page.goto(act_link(served.address, CASE, "ack", token=link))
    assert served.kinds() == ["opened"]  # nothing is done by opening it
    page.get_by_role("button", name="Acknowledge").click()
    assert "This case is acknowledged" in page.inner_text("main")
    assert f"You act as {OWNER}" in page.inner_text("main")
    assert served.kinds() == ["opened", "link_used", "acknowledged"]


def test_a_silence_is_seen_before_it_counts(served: Served, page: Page, firm: Firm) -> None:
    publish(served.home, firm)
    page.goto(f"{served.address}/cases/{CASE}/act?link={served.signer.sign(OWNER, CASE, NOW)}")
    page.get_by_role("button", name="Continue").click()

    def ask() -> str:
        form = page.get_by_role("form", name="Silence")
        form.get_by_label("Reason").fill("planned <b>stop</b>")
        form.get_by_label("Until").fill("2026-11-02")
        form.get_by_role("button").click()
        return page.inner_text("main")

    preview = ask()
    assert "Silence 1 open case until 2026-11-02 00:00 UTC" in preview
    assert CASE in page.inner_text("ul")
    page.get_by_role("link", name="silence nothing").click()
    assert served.casebook.silencing.silences(NOW) == []
    assert ask() == preview
    page.get_by_role("button", name="Silence").click()
    assert "Silenced until 2026-11-02: planned <b>stop</b>" in page.inner_text("ol")
    (silence,) = served.casebook.silencing.silences(NOW)
    assert (silence.kpi_id, silence.scope, silence.author) == ("sorter_uptime", "north", OWNER)


def test_a_case_whose_fix_has_held_is_closed_by_who_does_not_own_it(
    served: Served, page: Page
) -> None:
    for kind, content in (("resolved", {"period": "2026-09-14"}), ("verified", {"periods": 4})):
        served.casebook.observe(CASE, kind, content, NOW)

    def enter(person: str) -> None:
        page.context.clear_cookies()
        page.goto(act_link(served.address, CASE, token=served.signer.sign(person, CASE, NOW)))
        page.get_by_role("button", name="Continue").click()

    enter(OWNER)
    assert page.get_by_role("form", name="Close").count() == 0
    enter(COLLEAGUE)
    form = page.get_by_role("form", name="Close")
    form.get_by_label("Cause").select_option(label="planned work")
    form.get_by_label("What helped").fill("slots moved to the night")
    form.get_by_role("button").click()
    assert "This case is closed" in page.inner_text("main")
    assert "Closed, cause planned work; what helped: slots moved" in page.inner_text("ol")
    offered = page.get_by_role("form").evaluate_all("forms => forms.map(form => form.ariaLabel)")
    assert offered == ["Comment", "Reopen"]


def test_the_pages_for_acting_fit_a_phone(served: Served, page: Page, firm: Firm) -> None:
    publish(served.home, firm)
    served.casebook.finish_audit(sample_case(case_id=CASE), NOW)
    served.open_case(OTHER, "x" * 200)
    page.set_viewport_size({"width": 390, "height": 844})

    def width() -> int:
        measured: int = page.evaluate("() => document.documentElement.scrollWidth")
        return measured

    page.goto(f"{served.address}/cases/{CASE}/act?link={served.signer.sign(OWNER, CASE, NOW)}")
    assert width() <= 390
    page.get_by_role("button", name="Continue").click()
    assert width() <= 390
    form = page.get_by_role("form", name="Silence")
    form.get_by_label("Reason").fill("x" * 200)
    form.get_by_label("Until").fill("2026-11-02")
    form.get_by_role("button").click()
    assert width() <= 390
    page.goto(f"{served.address}/cases/{OTHER}/act")
    assert width() <= 390


def test_axe_finds_nothing_on_any_page(served: Served, page: Page, firm: Firm) -> None:
    from axe_playwright_python.sync_playwright import Axe

    publish(served.home, firm)
    served.casebook.finish_audit(sample_case(case_id=CASE), NOW)

    def violations() -> tuple[int, str]:
        results: Any = Axe().run(page)
        return results.violations_count, results.generate_snapshot()

    page.goto(f"{served.address}/cases/{CASE}/act")
    assert violations()[0] == 0, violations()[1]
    page.goto(f"{served.address}/cases/{CASE}/act?link={served.signer.sign(COLLEAGUE, CASE, NOW)}")
    assert violations()[0] == 0, violations()[1]
    page.get_by_role("button", name="Continue").click()
    assert page.get_by_role("button", name="Dismiss as false alarm").count() == 1
    assert violations()[0] == 0, violations()[1]
    form = page.get_by_role("form", name="Silence")
    form.get_by_label("Reason").fill("planned stop")
    form.get_by_label("Until").fill("2026-11-02")
    form.get_by_role("button").click()
    assert "Silence 1 open case" in page.inner_text("h1")
    assert violations()[0] == 0, violations()[1]
    page.goto(f"{served.address}/cases/none/act")
    assert violations()[0] == 0, violations()[1]


def test_hostile_words_stay_words(served: Served, page: Page) -> None:
    page.goto(f"{served.address}/cases/{CASE}/act?link={served.signer.sign(COLLEAGUE, CASE, NOW)}")
    page.get_by_role("button", name="Continue").click()
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    for words in HOSTILE[:6]:
        page.get_by_label("Comment", exact=True).last.fill(words)
        page.get_by_role("button", name="Comment").click()
    listed = page.inner_text("ol")
    assert all(words in listed for words in HOSTILE[:6])
    assert page.locator("ol img, ol script, ol svg").count() == 0
    assert dialogs == []
