"""What do the spreadsheets say? Three hand-kept workbooks, two of them with a planted untruth.

Each has one row a closed week and site, in order of week, so that a row never moves when the
firm lives on. Formulas carry cached values, as a spreadsheet program writes them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from demo.story import (
    CLOCK,
    FIRST_MONDAY,
    SITES,
    Firm,
    WeekPlan,
    last_closed_monday,
    mondays,
    week_plan,
)

POLISHED_FROM = date(2026, 8, 31)  # the last eight closed weeks at the clock, and those after
TYPED_WEEK = last_closed_monday(CLOCK)
TYPED_LIFT = 9  # percentage points typed on top of the truth


@dataclass(frozen=True)
class Entry:
    """One line of a workbook: its spreadsheet row (1-based) and the week it speaks of."""

    row: int
    plan: WeekPlan


def entries(firm: Firm, moment: datetime) -> list[Entry]:
    """The lines every workbook has at a moment: closed weeks only."""
    closed = mondays(FIRST_MONDAY, last_closed_monday(moment))
    keys = [(monday, site) for monday in closed for site in SITES]
    return [
        Entry(number + 2, week_plan(firm, site, monday))
        for number, (monday, site) in enumerate(keys)
    ]


def typed_site(firm: Firm) -> str:
    """The site whose Trained % is a constant typed over the formula."""
    return firm.dice("typed constant").choice(SITES)


def trained_share(plan: WeekPlan) -> float:
    """What the Trained % formula yields."""
    return 100 * plan.trained / plan.headcount


def typed_share(firm: Firm, plan: WeekPlan) -> int | None:
    """The constant typed over the formula, where there is one."""
    if plan.monday == TYPED_WEEK and plan.site == typed_site(firm):
        return round(trained_share(plan)) + TYPED_LIFT
    return None


def reported_uptime(firm: Firm, site: str, monday: date, uptime: float) -> float:
    """What the site's log says: the ERP's uptime to one decimal, or a figure polished to 98."""
    is_polished = firm.scenario == "as_planned" and site == "north" and monday >= POLISHED_FROM
    if is_polished and uptime < 98:
        return 98 + firm.dice("polish", site, monday).randrange(4) / 10
    return round(uptime, 1)


def write(
    folder: Path, firm: Firm, moment: datetime, uptime: Mapping[tuple[str, date], float]
) -> None:
    """Write all three workbooks as they stand at a moment (naive UTC).

    `uptime` maps (site, Monday) to the ERP's uptime in per cent.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines = entries(firm, moment)
    _write_training(folder / "training.xlsx", firm, lines, moment)
    _write_complaints(folder / "complaints.xlsx", lines, moment)
    write_uptime_log(folder, firm, moment, uptime)


def write_uptime_log(
    folder: Path, firm: Firm, moment: datetime, uptime: Mapping[tuple[str, date], float]
) -> None:
    """Write `uptime_log.xlsx` alone; arguments as for `write`."""

    def line(book: _Book, entry: Entry) -> None:
        site, monday = entry.plan.site, entry.plan.monday
        book.sheet.write_number(
            entry.row - 1, 2, reported_uptime(firm, site, monday, uptime[site, monday]), book.tenths
        )

    headings = ("Week starting", "Site", "Reported uptime %")
    path = folder / "uptime_log.xlsx"
    _write_book(path, "Uptime", headings, entries(firm, moment), moment, line)


def _write_training(path: Path, firm: Firm, lines: list[Entry], moment: datetime) -> None:
    def line(book: _Book, entry: Entry) -> None:
        plan, row = entry.plan, entry.row
        book.sheet.write_number(row - 1, 2, plan.headcount)
        book.sheet.write_number(row - 1, 3, plan.trained)
        typed = typed_share(firm, plan)
        if typed is None:
            formula = f"=100*D{row}/C{row}"
            book.sheet.write_formula(row - 1, 4, formula, book.tenths, trained_share(plan))
        else:
            book.sheet.write_number(row - 1, 4, typed, book.tenths)

    headings = ("Week starting", "Site", "Headcount", "Trained", "Trained %")
    _write_book(path, "Training", headings, lines, moment, line)


def _write_complaints(path: Path, lines: list[Entry], moment: datetime) -> None:
    def line(book: _Book, entry: Entry) -> None:
        book.sheet.write_number(entry.row - 1, 2, entry.plan.complaints)

    _write_book(path, "Complaints", ("Week starting", "Site", "Complaints"), lines, moment, line)


@dataclass(frozen=True)
class _Book:
    sheet: Any  # xlsxwriter's Worksheet; its annotations do not pass strict mode
    tenths: Any


def _write_book(
    path: Path,
    sheet_name: str,
    headings: tuple[str, ...],
    lines: list[Entry],
    moment: datetime,
    line: Callable[[_Book, Entry], None],
) -> None:
    """Write aside and swap, so that a reader never meets half a workbook."""
    aside = path.with_suffix(".part")
    with xlsxwriter.Workbook(str(aside)) as workbook:
        workbook.set_properties({"author": "site-office@northline.example", "created": moment})
        bold = workbook.add_format({"bold": True})
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        book = _Book(workbook.add_worksheet(sheet_name), workbook.add_format({"num_format": "0.0"}))
        book.sheet.set_column(0, len(headings) - 1, 16)
        book.sheet.freeze_panes(1, 0)
        book.sheet.write_row(0, 0, headings, bold)
        for entry in lines:
            book.sheet.write_datetime(entry.row - 1, 0, entry.plan.monday, day)
            book.sheet.write_string(entry.row - 1, 1, entry.plan.site)
            line(book, entry)
    aside.replace(path)
