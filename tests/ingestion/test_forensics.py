"""Structure of workbooks: honest ones have nothing odd, and every injected oddity is found."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ingestion.workbook import Job, forensics, read_all, xlsx
from ingestion.workbook.forensics.appearance import mask
from ingestion.workbook.reading import Cell, Oddity, Reading
from tests.ingestion.honest_workbook import FORMS, Plan, plan, write
from tests.ingestion.workbooks import ods, ods_row

HONEST = 75


def found(path: Path, wanted: Plan) -> set[tuple[str, str | None]]:
    return {(oddity.rule, oddity.cell) for oddity in xlsx.read(write(path, wanted)).oddities}


def test_seventy_five_honest_workbooks_have_nothing_odd(tmp_path: Path) -> None:
    flagged = {
        seed: odd for seed in range(HONEST) if (odd := found(tmp_path / f"{seed}.xlsx", plan(seed)))
    }
    assert flagged == {}


def _some_row(wanted: Plan) -> int:
    """A row that is neither history nor at the edge of a revision, nor the newest."""
    rows = wanted.data_rows[::-1] if wanted.newest_first else wanted.data_rows
    low, high = (4, int(0.6 * len(rows)) - 2)
    return rows[random.Random(wanted.seed).randrange(low, high)]  # noqa: S311 - repeatable


def constant(wanted: Plan) -> set[tuple[str, str | None]]:
    row = _some_row(wanted)
    wanted.cells[row, 5] = (98.5, {})
    return {("constant_among_formulas", f"E{row}")}


def disguised_constant(wanted: Plan) -> set[tuple[str, str | None]]:
    row = _some_row(wanted)
    wanted.cells[row, 5] = (("=97.5", 97.5), {})
    return {("constant_among_formulas", f"E{row}")}


def other_formula(wanted: Plan) -> set[tuple[str, str | None]]:
    row = _some_row(wanted)
    wanted.is_revised = False
    usual, _ = FORMS[wanted.form]
    wanted.cells[row, 5] = ((usual.format(row=row) + "+3", 50.0), {})
    return {("other_formula", f"E{row}")}


def shortened_range(wanted: Plan) -> set[tuple[str, str | None]]:
    wanted.totals = "below"
    row, first, last = next(wanted.subtotals())
    wanted.cells[row, 3] = ((f"=SUM(C{first}:C{last - 2})", 1.0), {})
    return {("shortened_range", f"C{row}")}


def range_without_its_start(wanted: Plan) -> set[tuple[str, str | None]]:
    wanted.totals = "below"
    row, first, last = next(wanted.subtotals())
    wanted.cells[row, 4] = ((f"=SUM(D{first + 1}:D{last})", 1.0), {})
    return {("shortened_range", f"D{row}")}


def typed_total(wanted: Plan) -> set[tuple[str, str | None]]:
    wanted.totals = "below"
    row, first, last = next(wanted.subtotals())
    wanted.cells[row, 3] = ((f"=SUM(C{first}:C{last})", 1.0), {})
    wanted.cells[row, 5] = ((f"=SUM(E{first}:E{last})", 1.0), {})
    wanted.cells[row, 4] = (4000, {})
    return {("constant_among_formulas", f"D{row}")}


def number_as_text(wanted: Plan) -> set[tuple[str, str | None]]:
    row = _some_row(wanted)
    wanted.cells[row, 4] = ("48,5", {})
    return {("number_as_text", f"D{row}")}


def hidden_row(wanted: Plan) -> set[tuple[str, str | None]]:
    row = _some_row(wanted)
    wanted.on_sheet.append(lambda sheet: sheet.set_row(row - 1, None, None, {"hidden": True}))
    return {("hidden_row", f"{row}:{row}")}


def hidden_column(wanted: Plan) -> set[tuple[str, str | None]]:
    wanted.on_sheet.append(lambda sheet: sheet.set_column(3, 3, None, None, {"hidden": True}))
    return {("hidden_column", "D:D")}


def hidden_sheet(wanted: Plan) -> set[tuple[str, str | None]]:
    def change(book: object) -> None:
        sheet = book.add_worksheet("Aside")  # type: ignore[attr-defined]
        sheet.write_number(0, 0, 4)
        sheet.hide()

    wanted.on_book.append(change)
    return {("hidden_sheet", None)}


def very_hidden_sheet(wanted: Plan) -> set[tuple[str, str | None]]:
    def change(book: object) -> None:
        sheet = book.add_worksheet("Aside")  # type: ignore[attr-defined]
        sheet.write_number(0, 0, 4)
        sheet.very_hidden()

    wanted.on_book.append(change)
    return {("very_hidden_sheet", None)}


def masked(wanted: Plan) -> set[tuple[str, str | None]]:
    row = _some_row(wanted)
    wanted.cells[row, 4] = (42, {"num_format": '"98.5"'})
    return {("number_format_mask", f"D{row}")}


def rounded_up(wanted: Plan) -> set[tuple[str, str | None]]:
    row = _some_row(wanted)
    for other in wanted.data_rows:
        wanted.cells[other, 4] = (97.4, {"num_format": "0.0"})
    wanted.cells[row, 4] = (97.6, {"num_format": "0"})
    return {("number_format_mask", f"D{row}")}


def divided(wanted: Plan) -> set[tuple[str, str | None]]:
    row = _some_row(wanted)
    for other in wanted.data_rows:
        wanted.cells[other, 4] = (48_200, {"num_format": "#,##0"})
    wanted.cells[row, 4] = (48_200, {"num_format": "#,##0,"})
    return {("number_format_mask", f"D{row}")}


def column_of_no_width(wanted: Plan) -> set[tuple[str, str | None]]:
    wanted.on_sheet.append(lambda sheet: sheet.set_column(3, 3, 0))
    return {("hidden_column", "D:D")}


def mixed_font(wanted: Plan) -> set[tuple[str, str | None]]:
    row = _some_row(wanted)
    wanted.cells[row, 4] = (42, {"font_name": "Courier New"})
    return {("mixed_font", f"D{row}")}


INJECTIONS = (
    constant,
    disguised_constant,
    other_formula,
    shortened_range,
    range_without_its_start,
    typed_total,
    number_as_text,
    hidden_row,
    hidden_column,
    hidden_sheet,
    very_hidden_sheet,
    masked,
    rounded_up,
    divided,
    column_of_no_width,
    mixed_font,
)


@pytest.mark.parametrize("inject", INJECTIONS, ids=lambda inject: inject.__name__)
def test_an_injection_is_found_at_its_place_and_nothing_else_is(
    inject: Callable[[Plan], set[tuple[str, str | None]]], tmp_path: Path
) -> None:
    for seed in range(6):
        wanted = plan(seed)
        planted = inject(wanted)
        assert found(tmp_path / f"{seed}.xlsx", wanted) == planted, f"seed {seed}"


@pytest.mark.parametrize(
    "part", ["xl/vbaProject.bin", "xl/externalLinks/externalLink1.xml", "xl/connections.xml"]
)
def test_what_no_cell_tells_of_is_read_from_the_zip(part: str, tmp_path: Path) -> None:
    path = write(tmp_path / "book.xlsx", plan(1))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(part, b"<part/>")
    linked = Cell("Figures", 4, 5, "1", "1", formula="=[1]Other!A1*2")
    [oddity] = forensics.package.unread(path, [linked])
    assert oddity.rule == "unread_part"
    assert part in oddity.observed


def test_an_oddity_names_what_the_neighbours_compute(tmp_path: Path) -> None:
    wanted = plan(3)
    wanted.form, wanted.is_revised = 0, False
    row = _some_row(wanted)
    wanted.cells[row, 5] = (98.5, {})
    [oddity] = xlsx.read(write(tmp_path / "book.xlsx", wanted)).oddities
    assert oddity.observed == "the constant 98.5"
    assert oddity.expected == f"the formula of its neighbours, here =100*D{row}/C{row}"
    assert (oddity.sheet, oddity.row, oddity.column_name) == ("Figures", row, "Result")


def test_ods_is_looked_at_too_and_the_child_hands_it_on(tmp_path: Path) -> None:
    def computed(row: int) -> dict[str, str]:
        return {
            "table:formula": f"of:=[.A{row}]*2",
            "office:value-type": "float",
            "office:value": "2",
            "shown": "2",
        }

    lines = [ods_row("Planned", "Twice")]
    lines += [ods_row(1.0, 3.0 if row == 6 else computed(row)) for row in range(2, 10)]
    lines += [ods_row(1.0, computed(10), hidden=True)]
    path = ods(tmp_path / "twice.ods", "".join(lines))
    [reading] = read_all([Job(path)])
    assert isinstance(reading, Reading)
    assert {(oddity.rule, oddity.cell) for oddity in reading.oddities} == {
        ("constant_among_formulas", "B6"),
        ("hidden_row", "10:10"),
    }
    assert all(isinstance(oddity, Oddity) for oddity in reading.oddities)


@pytest.mark.parametrize(
    "code",
    ["0.0", "General", "#,##0.00;(#,##0.00)", "0;-0;\\-", '0.0" h"', "[Red][<98]0.0;0.0", "d.m.yy",
     '_-* #,##0.00 "€"_-;-* #,##0.00 "€"_-;_-* "-"?? "€"_-;_-@_-', "0.0%", "#,##0,"],
)  # fmt: skip
def test_formats_people_use_are_no_masks(code: str) -> None:
    assert mask(code) is None


@pytest.mark.parametrize(
    "code", [";;;", '"98.5"', '[<98]"98.0";0.0', '"ok"', "0.0;0.0", '0.0;"ok"', "\\9\\8"]
)
def test_formats_that_show_another_number_are_masks(code: str) -> None:
    assert mask(code) is not None
