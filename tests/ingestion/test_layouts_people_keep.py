"""Layouts of published workbooks: what looks odd cell by cell is a line, a block or a habit."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from ingestion.workbook import Job, read_all, xlsx
from ingestion.workbook.forensics.appearance import mask
from ingestion.workbook.reading import Reading, Refusal
from tests.ingestion.honest_workbook import plan, write
from tests.ingestion.workbooks import table


def odd(path: Path) -> set[tuple[str, str | None]]:
    return {(oddity.rule, oddity.cell) for oddity in xlsx.read(path).oddities}


def statement(first: int, others: int = 0) -> list[list[object]]:
    """Revenue right above costs, with a total of three columns; `others` sum up from there."""
    rows: list[list[object]] = [["", "Q1", "Q2", "Q3"]]
    rows += [[label, 90.0, 80.0, 70.0] for label in ("Revenue", "Wages", "Rent", "Power", "Tax")]
    starts = {"B": first, "C": others or first, "D": others or first}
    return [*rows, ["Costs", *((f"=SUM({name}{at}:{name}6)", 1.0) for name, at in starts.items())]]


def test_what_joins_on_above_is_left_out_only_if_totals_beside_count_it(tmp_path: Path) -> None:
    assert odd(table(tmp_path / "statement.xlsx", statement(3))) == set()
    assert odd(table(tmp_path / "short.xlsx", statement(3, 2))) == {("shortened_range", "B7")}


def test_a_total_without_others_may_leave_out_the_start_of_a_long_list_only(
    tmp_path: Path,
) -> None:
    def with_total(length: int, formula: str) -> set[tuple[str, str | None]]:
        rows: list[list[object]] = [["Site", "Done"], *([f"s{n}", 7.0 + n] for n in range(length))]
        return odd(table(tmp_path / "list.xlsx", [*rows, ["Sum", (formula, 1.0)]]))

    assert with_total(20, "=SUM(B3:B21)") == {("shortened_range", "B22")}
    assert with_total(5, "=SUM(B3:B6)") == set()
    assert with_total(20, "=B2-SUM(B3:B21)") == set()
    assert with_total(20, "=SUM(B2:B19)") == {("shortened_range", "B22")}
    assert with_total(20, "=SUM(B2:B9,B11:B21)") == {("shortened_range", "B22")}


def test_a_row_another_total_sums_up_is_not_left_out(tmp_path: Path) -> None:
    totals: list[list[object]] = [
        ["Week", "Deaths"],
        ["Early", ("=SUM(B4:B8)", 1.0)],
        ["Late", ("=SUM(B9:B13)", 1.0)],
    ]
    weeks: list[list[object]] = [[f"w{n}", 4.0 + n] for n in range(10)]
    assert odd(table(tmp_path / "weeks.xlsx", totals + weeks)) == set()


def test_what_the_total_before_sums_up_is_not_left_out(tmp_path: Path) -> None:
    costs: list[list[object]] = [["Cost"], *([f"c{n}", 4.0 + n] for n in range(8))]
    total: list[object] = ["Total", ("=SUM(B2:B9)", 1.0)]
    part: list[object] = ["Of which wages", ("=SUM(B2:B6)", 1.0)]
    assert odd(table(tmp_path / "part.xlsx", [*costs, total, part])) == set()


def test_a_column_that_counts_its_lines_may_start_anew(tmp_path: Path) -> None:
    years: list[list[object]] = [["Year"], [1901.0]]
    years += [[(f"=A{row - 1}+1", 1.0) if row != 9 else 1946.0] for row in range(3, 16)]
    assert odd(table(tmp_path / "years.xlsx", years)) == set()


def test_years_as_headings_and_names_of_digits_are_no_numbers_typed_as_text(
    tmp_path: Path,
) -> None:
    rows: list[list[object]] = [[7.0, 8.0], ["2015", "2016"], *([5.0, 6.0] for _ in range(12))]
    assert odd(table(tmp_path / "headings.xlsx", rows)) == set()
    codes: list[list[object]] = [[1.0, float(n)] for n in range(10_000, 10_012)]
    assert odd(table(tmp_path / "codes.xlsx", [*codes, [1.0, "01307"]])) == set()
    typed = odd(table(tmp_path / "typed.xlsx", [*codes, [1.0, "11307"]]))
    assert typed == {("number_as_text", "B13")}


def styled(path: Path, looks: dict[tuple[int, int], dict[str, object]]) -> Path:
    """Three columns of thirty figures, some with a look of their own."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("S")
        for row in range(30):
            for column in range(3):
                look = {"num_format": "0.00", **looks.get((row, column), {})}
                sheet.write_number(row, column, 1.2345 + row, book.add_format(look))
    return path


def test_a_row_that_differs_as_a_whole_is_of_another_sort(tmp_path: Path) -> None:
    look: dict[str, object] = {"num_format": "0", "font_name": "Courier New"}
    row = {(14, column): look for column in range(3)}
    assert odd(styled(tmp_path / "row.xlsx", row)) == set()
    assert odd(styled(tmp_path / "cell.xlsx", {(14, 1): look})) == {
        ("mixed_font", "B15"),
        ("number_format_mask", "B15"),
    }


def test_a_font_that_changed_for_good_is_the_columns(tmp_path: Path) -> None:
    newer = {(row, 1): {"font_name": "Arial"} for row in range(25, 30)}
    assert odd(styled(tmp_path / "newer.xlsx", newer)) == set()
    last: dict[tuple[int, int], dict[str, object]] = {(29, 1): {"font_name": "Arial"}}
    assert odd(styled(tmp_path / "last.xlsx", last)) == {("mixed_font", "B30")}


def test_two_fonts_row_by_row_come_from_two_sources(tmp_path: Path) -> None:
    other: dict[str, object] = {"font_name": "Cambria"}
    mixed = {(row, 1): other for row in (1, 2, 5, 7, 8, 9, 12, 14, 17, 18, 21, 24, 26, 27)}
    assert odd(styled(tmp_path / "mixed.xlsx", mixed)) == {("mixed_font", "B2")}
    striped = {(row, 1): other for row in range(0, 30, 2)}
    assert odd(styled(tmp_path / "striped.xlsx", striped)) == set()
    halves = {(row, 1): other for row in range(15)}
    assert odd(styled(tmp_path / "halves.xlsx", halves)) == set()


def test_a_hidden_sheet_of_words_is_hidden_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "aside.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("S").write_number(0, 0, 1)
        aside = book.add_worksheet("Aside")
        aside.write_string(0, 0, "plan B")
        aside.hide()
    assert [odd.rule for odd in xlsx.read(path).oddities] == ["hidden_sheet"]


def test_a_percentage_rounds_at_its_own_unit(tmp_path: Path) -> None:
    assert odd(styled(tmp_path / "percent.xlsx", {(3, 1): {"num_format": "0%"}})) == set()


def test_words_that_are_hidden_or_computed_are_no_figures(tmp_path: Path) -> None:
    path = tmp_path / "words.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("S")
        for row in range(12):
            sheet.write_formula(row, 0, f"=B{row + 1}*2", None, 2)
            sheet.write_number(row, 1, 1)
        sheet.write_formula(5, 0, '=REPT("x",3)', book.add_format({"font_name": "Arial"}), "xxx")
        sheet.write_string(12, 0, "note")
        sheet.set_row(12, None, None, {"hidden": True})
    assert odd(path) == set()


@pytest.mark.parametrize("fold", ["filter", "group"])
def test_what_a_filter_or_a_group_folds_away_is_not_hidden(fold: str, tmp_path: Path) -> None:
    path = tmp_path / "folded.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("S")
        sheet.write_row(0, 0, ["Site", "Done"])
        for row in range(1, 12):
            sheet.write_row(row, 0, ["north" if row % 2 else "south", row])
        if fold == "filter":
            sheet.autofilter(0, 0, 11, 1)
            sheet.filter_column(0, "x == north")
        for row in range(2, 12, 2):
            sheet.set_row(row, None, None, {"hidden": True, "level": int(fold == "group")})
    reading = xlsx.read(path)
    assert reading.oddities == ()
    assert sum(cell.is_hidden for cell in reading.cells) == 10
    assert Reading.from_json(reading.to_json()) == reading


def test_links_that_no_formula_follows_and_attached_files_set_no_figure(tmp_path: Path) -> None:
    path = write(tmp_path / "book.xlsx", plan(1))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/externalLinks/externalLink1.xml", b"<part/>")
        archive.writestr("xl/embeddings/oleObject1.bin", b"x")
    assert odd(path) == set()


def test_a_comment_on_a_blank_cell_and_whole_columns_are_read_in_no_time(tmp_path: Path) -> None:
    path = tmp_path / "merged.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("S")
        sheet.merge_range("A1:A1048576", "all")
        sheet.write_number("B2", 4)
        sheet.write_comment("C7", "to be done")
        sheet.write_formula("D1", "=COUNTA(D3:D1048576)", None, 0)
        sheet.write_formula("E1", "=COUNTA(E3:E1048576)", None, 0)
    spent = time.process_time()
    reading = xlsx.read(path)
    assert [cell.address for cell in reading.cells] == ["A1", "D1", "E1", "B2"]
    assert reading.sheets[0].merged == ((1, 1, 1_048_576, 1),)
    assert time.process_time() - spent < 5


def test_a_broken_part_is_refused_in_words_and_takes_no_other_file_along(tmp_path: Path) -> None:
    good, broken = (write(tmp_path / f"{n}.xlsx", plan(1)) for n in (1, 2))
    with zipfile.ZipFile(broken) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    del parts["xl/sharedStrings.xml"]
    with zipfile.ZipFile(broken, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    locked = tmp_path / "locked.xlsx"
    locked.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512))
    stumbled, kept_out, read = read_all([Job(broken), Job(locked), Job(good)])
    assert isinstance(read, Reading)
    assert isinstance(stumbled, Refusal)
    assert "save it anew" in stumbled.reason
    assert isinstance(kept_out, Refusal)
    assert "password" in kept_out.reason


@pytest.mark.parametrize("code", ["", "[h]", "[hh]", '0%;-0%;"0 "'])
def test_a_format_that_says_nothing_and_hours_are_no_masks(code: str) -> None:
    assert mask(code) is None


def test_a_formula_that_is_filled_across_is_a_line_of_another_sort(tmp_path: Path) -> None:
    def model(stray: str) -> set[tuple[str, str | None]]:
        rows: list[list[object]] = [
            [4.0, *((f"={n}{row}*2", 1.0) for n in "ABC")] for row in range(1, 13)
        ]
        rows[5] = [4.0, (stray, 1.0), ("=B6+B5", 1.0), ("=C6+C5", 1.0)]
        return odd(table(tmp_path / "model.xlsx", rows))

    assert model("=A6+A5") == set()
    assert model("=A6*2+3") == {("other_formula", "B6")}


def test_a_stray_formula_is_found_in_a_column_of_several_blocks(tmp_path: Path) -> None:
    forms = ["=A{0}*2"] * 7 + ["=A{0}-1"] * 7
    rows: list[list[object]] = [[4.0, (form.format(row), 1.0)] for row, form in enumerate(forms, 1)]
    assert odd(table(tmp_path / "blocks.xlsx", rows)) == set()
    rows[3] = [4.0, ("=A4*2+3", 1.0)]
    assert odd(table(tmp_path / "stray.xlsx", rows)) == {("other_formula", "B4")}


def model(path: Path, *typed: tuple[int, int, object]) -> set[tuple[str, str | None]]:
    """Two actual years and six planned ones, each line by its own formula across; some retyped.

    typed: row and column from 1, and what stands there instead.
    """
    forms = ("={0}1*2", "={0}2/{0}$1", "={0}2-{0}3", "={0}4*0.3", "={0}4-{0}5")
    rows: list[list[object]] = [[100.0 + year for year in range(8)]]
    rows += [[1.0, 2.0, *((form.format(name), 1.0) for name in "CDEFGH")] for form in forms]
    for row, column, value in typed:
        rows[row - 1][column - 1] = value
    return odd(table(path, rows))


def test_a_cell_alone_in_a_line_that_is_filled_across_is_odd(tmp_path: Path) -> None:
    assert model(tmp_path / "model.xlsx") == set()
    constant = model(tmp_path / "constant.xlsx", (3, 5, 0.9))
    assert constant == {("constant_among_formulas", "E3")}
    stray = model(tmp_path / "stray.xlsx", (4, 5, ("=E2-E3+3", 1.0)))
    assert stray == {("other_formula", "E4")}


def test_assumptions_that_end_a_line_and_stretches_of_it_are_not_odd(tmp_path: Path) -> None:
    assert model(tmp_path / "last.xlsx", (3, 8, 0.9)) == set()
    assert model(tmp_path / "stretch.xlsx", (3, 5, 0.9), (3, 6, 0.9)) == set()
    pattern = [(3, column, 0.9) for column in (4, 6)]
    assert model(tmp_path / "pattern.xlsx", *pattern) == set()


def test_a_year_that_is_typed_throughout_and_a_column_of_its_own_form_are_not_odd(
    tmp_path: Path,
) -> None:
    typed = [(row, 5, 1.5) for row in range(2, 7)]
    assert model(tmp_path / "typed.xlsx", *typed) == set()
    growth = [(row, 5, (f"=F{row}/D{row}", 1.0)) for row in range(2, 7)]
    assert model(tmp_path / "growth.xlsx", *growth) == set()


def test_a_line_that_counts_its_columns_may_start_anew(tmp_path: Path) -> None:
    years: list[object] = [2019.0, *((f"={name}1+1", 1.0) for name in "ABCDEFGH")]
    years[4] = 2030.0
    assert odd(table(tmp_path / "years.xlsx", [years])) == set()


def test_a_line_that_is_typed_among_lines_that_are_filled_across_is_not_odd(
    tmp_path: Path,
) -> None:
    rows: list[list[object]] = [
        [(f"={name}{row}*2", 1.0) for name in "FGHI"] for row in range(1, 9)
    ]
    rows[4] = [7.0, 8.0, 9.0, 7.5]
    assert odd(table(tmp_path / "line.xlsx", rows)) == set()
    rows[4] = [7.0, *rows[4][1:3], ("=I5*2", 1.0)]
    assert odd(table(tmp_path / "part.xlsx", rows)) == {
        ("constant_among_formulas", cell) for cell in ("A5", "B5", "C5")
    }


def budget(path: Path, *totals: object, left: float = 4.0) -> set[tuple[str, str | None]]:
    """Five sites in two columns, and a row of totals."""
    rows: list[list[object]] = [["Site", "Planned", "Done"]]
    rows += [[f"s{n}", left + n, 7.0 + n] for n in range(5)]
    return odd(table(path, [*rows, ["Total", *totals]]))


def test_a_typed_total_is_told_by_the_one_beside_it(tmp_path: Path) -> None:
    computed = ("=SUM(C2:C6)", 45.0)
    assert budget(tmp_path / "honest.xlsx", ("=SUM(B2:B6)", 30.0), computed) == set()
    assert budget(tmp_path / "typed.xlsx", 32.0, computed) == {("constant_among_formulas", "B7")}
    assert budget(tmp_path / "pasted.xlsx", 30.0, computed) == set()
    assert budget(tmp_path / "target.xlsx", 95.0, computed) == set()
    assert budget(tmp_path / "mean.xlsx", 32.0, ("=AVERAGE(C2:C6)", 9.0)) == set()
    assert budget(tmp_path / "rounded.xlsx", 36.0, computed, left=5.1) == set()


def test_a_typed_total_that_stands_alone_is_told_by_the_others_of_its_column(
    tmp_path: Path,
) -> None:
    def blocks(typed: object, label: str = "", beside: object = "") -> set[tuple[str, str | None]]:
        rows: list[list[object]] = [["Costs"], *([f"c{n}", 4.0 + n] for n in range(4))]
        rows += [["", ("=SUM(B2:B5)", 22.0)], [], *([f"d{n}", 9.0 + n] for n in range(4))]
        return odd(table(tmp_path / "blocks.xlsx", [*rows, [label, typed, beside]]))

    assert blocks(("=SUM(B8:B11)", 42.0)) == set()
    assert blocks(44.0) == {("constant_among_formulas", "B12")}
    assert blocks(42.0) == set()
    assert blocks(12.5) == set()
    assert blocks(44.0, beside=17.0) == set()
