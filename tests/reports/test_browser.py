"""In a real browser: no accessibility violation, one sheet of A4, nothing fetched, nothing run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from reports.alerts import compose
from reports.board import render_board
from reports.case_page import render_case
from reports.finding_page import render_finding
from reports.marts import finding_details
from sightline.audit_case import Integrity
from sightline.casebook import Casebook
from tests.reports.conftest import NOW
from tests.reports.firm import Firm
from tests.reports.sample_case import FINDING, sample_case

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# A4 less the margins of 8 mm, at 96 pixels an inch.
SHEET_WIDTH, SHEET_HEIGHT = 733, 1062
PHONE_WIDTH = 390
_WORDS = ("cell", "file", "floor", "period start", "recomputed", "reported", "target")
WIDE_EVIDENCE = json.dumps({"rows": [dict.fromkeys(_WORDS, "uptime_log.xlsx")]})


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 1320, "height": 800})
    yield opened
    opened.close()


@pytest.fixture
def documents(firm: Firm, casebook: Casebook) -> dict[str, str]:
    (alert,) = compose(
        firm.marts, casebook, now=NOW, names=["file"], reports_url="https://kpi.example/"
    ).messages
    return {
        "board": render_board(firm.marts),
        "case": render_case(
            sample_case(
                integrity=Integrity(
                    verdict="contested",
                    grade="C",
                    findings=(FINDING.model_copy(update={"evidence": WIDE_EVIDENCE}),),
                )
            )
        ),
        "finding": render_finding(
            finding_details(firm.marts)[0] | {"evidence": WIDE_EVIDENCE}, ("late_booking",)
        ),
        "alert": alert.body["html"],
    }


def _open(page: Page, html: str, folder: Path) -> list[str]:
    """Opens the page from disk; returns every address it asked for besides itself."""
    path = folder / "page.html"
    path.write_text(html, encoding="utf-8")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    return [url for url in asked if url != path.as_uri()]


def _sheets(page: Page) -> int:
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    return len(re.findall(rb"/Type\s*/Page[^s]", pdf))


def _cut_off(page: Page) -> list[str]:
    """Texts that need more width than their cell, heading or paragraph has."""
    cut: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('td, th, h2, p')].filter(
            e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)"""
    )
    return cut


@pytest.mark.parametrize("name", ["board", "case", "finding", "alert"])
def test_axe_finds_nothing(
    page: Page, documents: dict[str, str], name: str, tmp_path: Path
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    _open(page, documents[name], tmp_path)
    results: Any = Axe().run(page)
    assert results.violations_count == 0, results.generate_snapshot()
    assert results.response["passes"]


@pytest.mark.parametrize("name", ["board", "case", "finding", "alert"])
def test_a_page_fetches_nothing_and_says_nothing_on_the_console(
    page: Page, documents: dict[str, str], name: str, tmp_path: Path
) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    assert _open(page, documents[name], tmp_path) == []
    assert said == []


def test_the_board_is_one_sheet_of_a4(
    page: Page, documents: dict[str, str], tmp_path: Path
) -> None:
    _open(page, documents["board"], tmp_path)
    assert _sheets(page) == 1
    pdf = page.pdf(prefer_css_page_size=True)
    box = re.search(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)", pdf)
    assert box is not None
    assert [round(float(edge)) for edge in box.groups()] == [595, 842]


def test_nothing_on_the_printed_board_is_cut_off(
    page: Page, documents: dict[str, str], tmp_path: Path
) -> None:
    page.set_viewport_size({"width": SHEET_WIDTH, "height": SHEET_HEIGHT})
    page.emulate_media(media="print")
    _open(page, documents["board"], tmp_path)
    assert _cut_off(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= SHEET_WIDTH


@pytest.mark.parametrize("width", [1920, 1320, 1024, 900, 600])
def test_nothing_on_the_board_runs_into_its_neighbour_at_any_width_of_the_window(
    page: Page, documents: dict[str, str], tmp_path: Path, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    _open(page, documents["board"], tmp_path)
    assert _cut_off(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", ["board", "case", "finding", "alert"])
def test_no_page_is_wider_than_a_phone(
    page: Page, documents: dict[str, str], name: str, tmp_path: Path
) -> None:
    page.set_viewport_size({"width": PHONE_WIDTH, "height": 844})
    _open(page, documents[name], tmp_path)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= PHONE_WIDTH


@pytest.mark.parametrize("name", ["case", "finding"])
def test_no_cell_of_the_evidence_breaks_inside_a_word_on_a_phone(
    page: Page, documents: dict[str, str], name: str, tmp_path: Path
) -> None:
    page.set_viewport_size({"width": PHONE_WIDTH, "height": 844})
    _open(page, documents[name], tmp_path)
    lines = page.evaluate(
        """() => [...document.querySelectorAll('.facts td')].map(cell => {
            cell.closest('details')?.setAttribute('open', '');
            const text = document.createRange();
            text.selectNodeContents(cell);
            return [cell.textContent, new Set([...text.getClientRects()].map(r => r.top)).size];
        })"""
    )
    assert lines
    assert [words for words, count in lines if count > len(words.split(" "))] == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= PHONE_WIDTH


def test_the_evidence_of_a_case_is_printed_though_it_is_folded_on_the_screen(
    page: Page, documents: dict[str, str], tmp_path: Path
) -> None:
    _open(page, documents["case"], tmp_path)
    is_seen = "e => e.checkVisibility({contentVisibilityAuto: true})"
    evidence = page.locator("details .facts").first
    assert evidence.evaluate(is_seen) is False
    page.emulate_media(media="print")
    assert evidence.evaluate(is_seen) is True


def test_a_script_in_a_page_would_not_run(
    page: Page, documents: dict[str, str], tmp_path: Path
) -> None:
    script = "<script>document.title = 'owned'</script></body>"
    _open(page, documents["board"].replace("</body>", script), tmp_path)
    assert page.title().startswith("Strategy board")
