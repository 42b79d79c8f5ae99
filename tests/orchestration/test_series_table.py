"""The heading of somebody's csv is found by what stands below it; every line is accounted for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from orchestration.series_columns import Columns
from orchestration.series_file import SeriesFile, read, summary
from sightline.errors import NothingCheckedError, UsageError

DAYS = [date(2025, 1, 1) + timedelta(days=number) for number in range(40)]
SALES = "BOROUGH,SALE PRICE,SALE DATE\n" + "".join(
    f"{number % 5 + 1},{300 + number},{day}\n" for number, day in enumerate(DAYS)
)


def of(tmp_path: Path, text: str, **columns: str) -> SeriesFile:
    file = tmp_path / "figures.csv"
    file.write_text(text, encoding="utf-8")
    return read(file, Columns(**columns))


def below(heading: str, *rows: str, times: int = 10) -> str:
    return "\n".join([heading, *rows * times]) + "\n"


@pytest.mark.parametrize(
    ("heading", "name", "row", "said"),
    [
        ("day,2019,2020", "2020", "{n},88,{n}", "2019, 2020"),
        ("name,finish,5k,10k", "5k", "Rita,2:23:38,0:16:{n},0:33:1{n}", "5k, 10k"),
        ("site,30d,90%", "30d", "north,{n},7", "30d, 90%"),
        ("date,1,2,3,4,5,6", "4", "2025-01-{n},7,5,9,{n},8,6", "1, 2, 3, 4, 5"),
        ("site,2019,2020,2021", "2021", "north,0,7000,{n}", "2019, 2020, 2021"),
        ("site,2019", "2019", "north,{n}", "2019"),
        ("2024,2025", "2025", "{n},{n}", "2024, 2025"),
        ("when,3,5,8,104,3269728", "104", "2025-01-{n},7,5,9,{n},8", "3, 5, 8, 104, 3269728"),
    ],
    ids=["years", "distances", "units", "a count", "years alone", "a year", "as told", "stations"],
)
def test_a_heading_may_hold_what_looks_like_a_number(
    tmp_path: Path, heading: str, name: str, row: str, said: str
) -> None:
    rows = [row.format(n=number) for number in range(10, 30)]
    found = of(tmp_path, below(heading, *rows, times=1), value=name)
    assert (found.columns["value"], found.heading_line, found.seen) == (name, 1, 20)
    assert len(found.lines) == 20
    assert f"line 1 is taken for the heading, though it holds {said}" in found.notes


def test_a_number_of_the_heading_is_no_value(tmp_path: Path) -> None:
    rows = [f"{number},88,{number + 20}" for number in range(70)]
    found = of(tmp_path, below("day,2019,2020", *rows, times=1), value="3")
    assert len(found.numbers["value"]) == found.seen == 70
    assert 2020 not in found.numbers["value"]


@pytest.mark.parametrize(
    "rows",
    [
        ["1,5,6", "2,3,9"],
        ["2025-01-01,NA", "2025-01-02,4"],
        ["2019,7.5", "2020,8.5"],
        ["Austria,5,6", "Belgium,3,9"],
        ["north,2019,2020", "south,2018,2021"],
        ["1990,1991", *(f"{number},{number + 1}" for number in range(2200, 2219))],
    ],
    ids=["numbers", "a missing one", "years", "words and numbers", "years as values", "growing"],
)
def test_a_first_row_of_figures_is_no_heading(tmp_path: Path, rows: list[str]) -> None:
    found = of(tmp_path, "\n".join(rows * (20 // len(rows))), value="2")
    assert (found.heading_line, found.seen, found.columns["value"]) == (None, 20, "column 2")
    assert "no line looks like a heading: columns go by number" in found.notes


@pytest.mark.parametrize(
    ("titles", "lines"),
    [
        ("Rolling Sales. All Sales From May 2016,,\nas of 5/1/2017,,\n", 2),
        ("Rolling Sales\n\nSource: the office\n\n", 2),
        ("Rolling Sales,of 2019,revised\n\n", 1),
        ("# Rolling Sales, of 2019\n", 1),
    ],
    ids=["padded", "short", "as wide as the table", "a comment"],
)
def test_titles_above_the_heading_are_counted_and_said(
    tmp_path: Path, titles: str, lines: int
) -> None:
    found = of(tmp_path, titles + SALES, value="SALE PRICE")
    line = titles.count("\n") + 1
    assert (found.heading_line, found.lines_above) == (line, lines)
    assert (found.seen, found.lines[0]) == (40, line + 1)
    told = "1 line" if lines == 1 else f"{lines} lines"
    assert f"line {line} is taken for the heading; {told} above it are not read" in found.notes
    shown = summary(found, "figures.csv")
    assert (shown["heading_line"], shown["lines_above"]) == (line, lines)


def test_a_name_that_was_said_tells_the_heading_from_what_is_like_it(tmp_path: Path) -> None:
    rows = [f"{day},{number}" for number, day in enumerate(DAYS)]
    text = below("period,energy\nDay,kWh", *rows, times=1)
    first, told = of(tmp_path, text), of(tmp_path, text, value="kWh")
    assert (first.heading_line, len(first.rejected)) == (1, 1)
    assert (told.heading_line, told.lines_above, told.rejected) == (2, 1, [])


def test_a_heading_behind_a_hash_is_read_and_comments_are_counted(tmp_path: Path) -> None:
    rows = [f"{day},{number}" for number, day in enumerate(DAYS)]
    rows.insert(5, "# the meter was changed")
    found = of(tmp_path, below("# date,energy", *rows, times=1), value="energy", period="date")
    assert (found.seen, found.periods) == (40, DAYS)
    assert "lines that begin with # are not read: 1" in found.notes


def test_commas_of_numbers_under_one_heading_part_no_columns(tmp_path: Path) -> None:
    found = of(tmp_path, below("amount", "1,234", "12,500"))
    assert found.numbers["value"][:2] == [1234.0, 12500.0]
    titled = of(tmp_path, below("Amounts\nday,amount", "1,234", "2,500"), value="amount")
    assert titled.numbers["value"][:2] == [234.0, 500.0]


def test_an_unknown_column_is_refused_with_the_line_and_no_blank_names(tmp_path: Path) -> None:
    text = "Wines of the year,,\n" + below(",points,price", "0,96,235", "1,90,110")
    with pytest.raises(UsageError) as refused:
        of(tmp_path, text, value="vlaue")
    said = str(refused.value)
    assert "figures.csv, line 2: there is no column 'vlaue'; there are: 'points', 'price'" in said
    assert "and 1 without a name; a number from 1 to 3 names one too" in said
    assert "''" not in said


def test_two_columns_of_one_name_are_told_apart_by_number(tmp_path: Path) -> None:
    text = below("id,Mean,SD,Mean", "1,484,67,627", "2,515,72,634")
    with pytest.raises(
        UsageError, match=r"line 1: the columns 2 and 4 are called 'mean'.*--value 2"
    ):
        of(tmp_path, text, value="mean")
    assert of(tmp_path, text, value="4").numbers["value"][0] == 627
    with pytest.raises(UsageError, match=r"'Mean \(column 2\)', 'SD', 'Mean \(column 4\)'"):
        of(tmp_path, text)


def test_names_that_differ_in_their_capitals_are_two(tmp_path: Path) -> None:
    found = of(tmp_path, below("n,N", "1,484", "2,515"), value="N", period="n")
    assert found.columns["value"] == "N"


@pytest.mark.parametrize(
    "form",
    ["%Y-%m-%dT%H:%M:%S.000", "%m/%d/%Y, %I:%M:%S %p", "%d.%m.%Y %H:%M:%S", "%Y-%m-%d %H:%MZ"],
)
def test_times_within_the_day_give_no_order_and_a_way_out(tmp_path: Path, form: str) -> None:
    hours = [
        datetime(2025, 3, 10, 3, tzinfo=UTC) + timedelta(hours=number) for number in range(120)
    ]
    found = of(
        tmp_path, below("at,load", *(f'"{hour:{form}}",{hour.hour}.5' for hour in hours), times=1)
    )
    assert (found.periods, found.seen) == (None, 120)
    assert found.without_order == (
        "at has 120 times on 6 days: read without order in time; a sum or mean of each day would "
        "have one"
    )
    assert found.without_order in found.notes
    assert summary(found, "figures.csv")["without_order"] == found.without_order


def test_an_hour_that_the_clocks_had_twice_is_no_second_series(tmp_path: Path) -> None:
    hours = [f"2025-10-{26 + number // 24} {number % 24:02}:00,1.5" for number in range(96)]
    found = of(tmp_path, below("at,load", *hours, hours[2], times=1))
    assert found.without_order is not None
    assert found.without_order.startswith("at has 96 times on 4 days")


def test_rows_that_share_a_day_are_named(tmp_path: Path) -> None:
    found = of(tmp_path, "date,score\n2025-01-01,3\n2025-01-02,4\n2025-01-01,5\n")
    assert found.without_order is not None
    assert "share a period (lines 2 and 4: 2025-01-01)" in found.without_order


def test_a_file_of_which_no_row_can_be_used_is_refused_with_a_line_and_a_way_out(
    tmp_path: Path,
) -> None:
    rows = [f"n.d.,2025-01-{day:02}" for day in range(1, 9)] + ["7,soon"]
    with pytest.raises(NothingCheckedError, match=r"figures\.csv, line 2: .*of 9 rows.*--period"):
        of(tmp_path, below("energy,date", *rows, times=1), value="energy", period="date")
    with pytest.raises(NothingCheckedError, match=r"line 1: site holds no numbers; --value NAME"):
        of(tmp_path, below("site,energy", "north,1", "south,2"), value="site")
