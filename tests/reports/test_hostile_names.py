"""A name is only ever words: markup, script, formulas and terminal escapes stay inert."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from reports.alerts import compose
from reports.board import render_board
from reports.card import render_cards
from reports.case_page import render_case
from reports.page import case_link
from sightline.audit_case import AuditCase, Edge, LineOfSight, Node
from sightline.casebook import Casebook
from tests.reports.conftest import NOW
from tests.reports.firm import FIRM, KPIS, Firm
from tests.reports.sample_case import sample_case

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style><svg onload=alert(1)>",
    "{{ 7*7 }}{% raw %}",
    '=HYPERLINK("http://evil.example","x")',
    "\x1b[2J\x1b]0;owned\x07name",
    "name\r\nBcc: victim@evil.example",
    "\u202etxet desrever",
    "javascript:alert(1)",
]
_OWN_PAGES = ("cases/", "findings/", "../findings/")  # the case page lies one folder down
_HARMLESS = {
    "html", "head", "meta", "title", "style", "body", "main", "header", "div", "h1", "h2", "p",
    "b", "br", "i", "small", "span", "section", "table", "caption", "thead", "tbody", "tfoot",
    "tr", "th", "td", "svg", "g", "path", "circle", "rect", "text", "line", "defs", "clippath",
    "a", "dl", "dt", "dd", "ul", "li", "figure", "figcaption", "footer", "code",
    "details", "summary",
}  # fmt: skip


class _Inspector(HTMLParser):
    """What a browser would act on."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.handlers: list[str] = []
        self.links: list[str] = []
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on") or name == "src"]
        self.links += [value or "" for name, value in attrs if name in {"href", "xlink:href"}]

    def handle_data(self, data: str) -> None:
        self.words += data


def _is_inert(page: str, name: str) -> None:
    seen = _Inspector(page)
    assert seen.tags <= _HARMLESS
    assert seen.handlers == []
    assert all(link.startswith(_OWN_PAGES) for link in seen.links)
    assert _is_visible(page)
    visible = "".join(c if c.isprintable() else " " for c in name).split()
    assert all(word in seen.words for word in visible)


def _is_visible(text: str) -> bool:
    """Only characters that print, line ends and the narrow blank before a unit."""
    return all(c.isprintable() or c in "\n\u202f" for c in text)


def _renamed(name: str) -> Firm:
    names = [kpi[0] for kpi in KPIS.values()]
    for objective in FIRM.values():
        names += [objective[0], *(key_result[0] for key_result in objective[5].values())]
    return Firm(rename=dict.fromkeys(names, name))


def _hostile_case(name: str) -> AuditCase:
    base = sample_case()
    sight = LineOfSight(
        nodes=(
            Node(node_id="k", column=1, label=name, status="healthy"),
            Node(node_id="p", column=2, label=name, status="breached"),
        ),
        edges=(Edge(source="k", target="p", label=name, on_path=True),),
    )
    assert base.instruction is not None
    return sample_case(
        headline=name,
        kpi_name=name,
        unit_symbol=name,
        related=tuple(series.model_copy(update={"name": name}) for series in base.related),
        instruction=base.instruction.model_copy(update={"sentence": name, "approved_by": name}),
        panel=tuple(
            answer.model_copy(update={"question": name, "finding": name, "verdict": name})
            for answer in base.panel
        ),
        causes=tuple(cause.model_copy(update={"text": name}) for cause in base.causes),
        consequence=(name,),
        departments=(name, name),
        line_of_sight=sight,
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_the_board_shows_a_hostile_name_as_words(name: str) -> None:
    firm = _renamed(name)
    _is_inert(render_board(firm.marts), name)
    firm.marts.close()


@pytest.mark.parametrize("name", HOSTILE)
def test_the_case_page_and_its_charts_show_a_hostile_name_as_words(name: str) -> None:
    _is_inert(render_case(_hostile_case(name)), name)


@pytest.mark.parametrize("name", HOSTILE)
def test_alerts_and_cards_show_a_hostile_name_as_words(name: str, casebook: Casebook) -> None:
    firm = _renamed(name)
    (message,) = compose(firm.marts, casebook, now=NOW, names=["file"], reports_url="").messages
    _is_inert(message.body["html"], name)
    for text in (message.body["text"], message.subject, render_cards(firm.marts)):
        assert _is_visible(text)
    assert "\n" not in message.subject
    firm.marts.close()


@pytest.mark.parametrize(
    "case_id", ["../../etc/passwd", "a/b", '"><script>', "javascript:alert(1)", "a?b#c"]
)
def test_a_case_link_stays_in_the_folder_of_cases(case_id: str) -> None:
    link = case_link(case_id)
    assert link.startswith("cases/")
    assert link.count("/") == 1
    assert not set('"<>?#') & set(link)


@pytest.mark.parametrize("base", ["javascript:alert(1)//", "data:text/html,x", "//evil.example"])
def test_a_base_address_of_another_scheme_is_dropped(base: str) -> None:
    assert case_link("a", base) == "cases/a.html"
