"""Which mark stands before decimals and which between thousands is told by the whole column."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from orchestration.column_marks import NAMES
from orchestration.series_columns import Columns
from orchestration.series_file import SeriesFile, read, summary

MARK_OF = {name: mark for mark, name in NAMES.items()}
NARROW = "\N{NARROW NO-BREAK SPACE}"
QUOTE = "\N{RIGHT SINGLE QUOTATION MARK}"


def of(
    tmp_path: Path, cells: Sequence[str], *, delimiter: str = ",", mark: str | None = None
) -> SeriesFile:
    file = tmp_path / "figures.csv"
    rows = [f'"{cell}"{delimiter}x' for cell in cells]
    file.write_text("\n".join([f"orders{delimiter}note", *rows]), encoding="utf-8")
    return read(file, Columns(value="orders"), mark)


def guesses(found: SeriesFile) -> list[str]:
    return [note for note in found.notes if "--decimal-mark" in note]


def values(found: SeriesFile) -> list[float]:
    return found.numbers["value"]


@pytest.mark.parametrize(
    ("cells", "delimiter"),
    [
        (["$987", "$1,023", "$1,150", "$991", "$951"], ","),
        (["987 pcs", "1,023 pcs", "1,150 pcs", "991 pcs", "951 pcs"], ","),
        (["987", "1.023", "1.150", "991", "951"], ";"),
        (["987", "1.023", "1.150", "991", "951"], ","),
        (["987", "1,023", "1,150", "991", "951"], ";"),
        (["987", "-1,023", "1,150", "991", "951"], ","),
    ],
    ids=["money", "units", "points", "points and commas", "commas", "signs"],
)
def test_beside_figures_of_that_size_an_open_mark_stands_before_thousands(
    tmp_path: Path, cells: list[str], delimiter: str
) -> None:
    found = of(tmp_path, cells, delimiter=delimiter)
    assert [abs(value) for value in values(found)] == [987, 1023, 1150, 991, 951]
    (said,) = guesses(found)
    assert "before thousands, by the size of the values without one" in said
    assert summary(found, "figures.csv")["marks"]["value"]["guess"] == said  # type: ignore[index]


def test_beside_small_figures_an_open_mark_stands_before_decimals(tmp_path: Path) -> None:
    for delimiter in ",;":
        found = of(tmp_path, ["98,125", "97,334", "98", "97", "99"], delimiter=delimiter)
        assert values(found) == [98.125, 97.334, 98, 97, 99]
        assert "its comma before decimals, by the size" in guesses(found)[0]


@pytest.mark.parametrize("other", ["1,020 est.", "(1,020)", "n/a", "1,5"])
def test_one_odd_cell_does_not_turn_thousands_into_decimals(tmp_path: Path, other: str) -> None:
    cells = ["987", "1,023", "1,150", "991", "951"] * 20
    found = of(tmp_path, [*cells, other])
    assert values(found)[:5] == [987, 1023, 1150, 991, 951]
    is_credit = other.startswith("(")
    assert (len(found.lines), len(found.rejected)) == ((101, 0) if is_credit else (100, 1))


@pytest.mark.parametrize(
    ("cells", "first"),
    [
        (["2,855", "2,83"], 2.855),
        (["0,951", "1,023"], 0.951),
        (["2,855", "1.002,834"], 2.855),
        (["2,855", "1.002.834"], 2.855),
        (["2,855", "1234,567"], 2.855),
        (["2,855", "1 234,567"], 2.855),
        (["2,855", "1,002.5"], 2855),
        (["2,855", "1,002,834"], 2855),
        (["2.855", "1,002.834"], 2.855),
        (["2.855", "1'002.834"], 2.855),
    ],
)
def test_a_cell_that_cannot_be_both_proves_it_and_nothing_is_guessed(
    tmp_path: Path, cells: list[str], first: float
) -> None:
    for delimiter in ",;":
        found = of(tmp_path, cells, delimiter=delimiter)
        assert (values(found)[0], len(found.lines), guesses(found)) == (first, 2, [])


@pytest.mark.parametrize(
    ("cell", "delimiter", "value", "why", "other"),
    [
        ("2,855", ",", 2855, "its comma before thousands, as is usual", "comma reads it as 2.855"),
        (
            "2,855",
            ";",
            2.855,
            "before decimals, as files with semicolons",
            "point reads it as 2855",
        ),
        ("2.855", ",", 2.855, "its point before decimals, as is usual", "comma reads it as 2855"),
        ("2.855", ";", 2855, "before thousands, as files with semi", "point reads it as 2.855"),
    ],
)
def test_where_nothing_tells_the_usual_is_taken_and_said(
    tmp_path: Path, cell: str, delimiter: str, value: float, why: str, other: str
) -> None:
    found = of(tmp_path, [cell] * 5, delimiter=delimiter)
    assert values(found) == [value] * 5
    (said,) = guesses(found)
    assert f"orders: {cell!r} is read as {value:g}, its " in said
    assert why in said
    assert f"--decimal-mark {other}" in said
    name, _, reading = other.partition(" reads it as ")
    otherwise = of(tmp_path, [cell] * 5, delimiter=delimiter, mark=MARK_OF[name])
    assert (values(otherwise), guesses(otherwise)) == ([float(reading)] * 5, [])


def test_what_is_proven_against_all_sizes_is_read_so_and_said(tmp_path: Path) -> None:
    found = of(tmp_path, ["987", "1,023", "991", "951", "1,5"])
    assert values(found) == [987, 1.023, 991, 951, 1.5]
    assert "as others have it that cannot be both, and against their size" in guesses(found)[0]


def test_the_other_columns_tell_before_what_is_usual(tmp_path: Path) -> None:
    file = tmp_path / "figures.csv"
    file.write_text("cost,share\n" + '"2,855","0,95"\n' * 5)
    found = read(file, Columns(value="cost"))
    assert values(found) == [2.855] * 5
    assert "as the other columns have it" in guesses(found)[0]


def test_a_missing_value_of_999_is_no_size_to_tell_by(tmp_path: Path) -> None:
    found = of(tmp_path, ["2.855", "3.114", "999", "999", "2.902"])
    assert values(found)[0] == 2.855


def test_amounts_of_all_sizes_are_read_as_such_files_have_them(tmp_path: Path) -> None:
    found = of(tmp_path, ["3", "12", "40", "800", "1,200", "45,300", "7", "2,210"])
    assert values(found)[4:6] == [1200, 45300]


def test_a_figure_in_the_other_mark_is_no_thousands_where_both_stand_before_decimals(
    tmp_path: Path,
) -> None:
    found = of(
        tmp_path, ["95,12", "94,07", "96,5", "95,3", "94,9", "94.7", "95.123"], delimiter=";"
    )
    assert values(found) == [95.12, 94.07, 96.5, 95.3, 94.9]
    assert [one.line for one in found.rejected] == [7, 8]


@pytest.mark.parametrize("between", [" ", NARROW, "'", QUOTE])
def test_blanks_and_apostrophes_between_thousands_need_no_name_of_a_column(
    tmp_path: Path, between: str
) -> None:
    file = tmp_path / "figures.csv"
    cells = [f"1{between}023", f"1{between}150", "987", f"1{between}040,5"] * 5
    file.write_text("orders;note\n" + "\n".join(f"{cell};x" for cell in cells), encoding="utf-8")
    found = read(file, Columns())
    assert (found.columns["value"], values(found)[:4]) == ("orders", [1023, 1150, 987, 1040.5])


@pytest.mark.parametrize("written", ["({})", "-{}", "$({})", "(${})", "-${}", "({} €)"])
def test_accounts_write_what_is_below_0_in_parentheses(tmp_path: Path, written: str) -> None:
    cells = ["16,802", written.format("7,605"), "268", written.format("42")] * 5
    file = tmp_path / "figures.csv"
    file.write_text("variance\n" + "\n".join(f'"{cell}"' for cell in cells), encoding="utf-8")
    found = read(file, Columns())
    assert values(found)[:4] == [16802, -7605, 268, -42]
    said = f"variance: 10 in parentheses are below 0, such as {cells[1]}"
    assert (said in found.notes) == ("(" in written)


def test_a_heading_in_parentheses_is_no_figure(tmp_path: Path) -> None:
    file = tmp_path / "figures.csv"
    file.write_text("(2019),(2020)\n" + "5,6\n" * 10)
    assert read(file, Columns(value="(2020)")).numbers["value"] == [6] * 10
