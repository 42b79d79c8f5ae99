"""`sightline guard` reads any csv, accounts for every row and asks with the right exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from orchestration.series_columns import Columns
from orchestration.series_file import read
from sightline.errors import UsageError


def guard(*words: object) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).parent / "sightline", "guard", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def daily(path: Path, *, lifted: bool) -> Path:
    """A German export: semicolons, decimal commas, Latin letters, a blank line, a bad row."""
    generator = np.random.default_rng(4)
    values = generator.normal(96, 2, 400)
    if lifted:
        near = np.flatnonzero((values < 95) & (values > 94))
        values[near[::2]] = 95 + 0.2 * generator.random(len(near[::2]))
    lines = ["Tag;Verfügbarkeit"]
    for number, value in enumerate(values):
        day = date(2025, 1, 1) + timedelta(days=number)
        lines.append(f"{day:%d.%m.%Y};{value:.1f}".replace(".", ",", 3).replace(",", ".", 2))
    lines[7:7] = ["", "02.02.2027;k. A."]
    path.write_bytes("\n".join(lines).encode("cp1252"))
    return path


def test_lifted_values_are_a_finding_with_lines_placebos_and_explanations(tmp_path: Path) -> None:
    file = daily(tmp_path / "lifted.csv", lifted=True)
    done = guard(file, "--target", "95,0", "--direction", "higher_is_better", "--json")
    assert done.returncode == 1, done.stderr
    said = json.loads(done.stdout)
    assert (said["input"]["seen"], said["input"]["kept"]) == (401, 400)
    assert said["input"]["rejected"] == [
        {"line": 9, "reason": "no number in Verfügbarkeit: 'k. A.'"}
    ]
    asking = next(one for one in said["guards"] if one["grade"] in "CD")
    assert asking["guard"] == "values_do_not_bunch_at_the_target"
    assert asking["placebo_targets"][0]["score"] < asking["score"]
    assert asking["evidence_lines"]
    assert asking["innocent_explanations"]


def test_honest_values_are_no_finding(tmp_path: Path) -> None:
    file = daily(tmp_path / "honest.csv", lifted=False)
    done = guard(file, "--target", 95, "--direction", "higher_is_better")
    assert done.returncode == 0, done.stdout
    assert "Nothing to ask" in done.stdout
    assert "401 rows seen = 400 kept + 1 rejected" in done.stderr


def test_too_few_values_a_missing_file_and_a_wrong_column_have_codes_of_their_own(
    tmp_path: Path,
) -> None:
    few = tmp_path / "few.csv"
    few.write_text("value\n" + "\n".join(str(number) for number in range(12)))
    aim = ("--target", 5, "--direction", "lower_is_better")
    assert guard(few, *aim).returncode == 4
    assert guard(few, *aim, "--value", "vlaue").returncode == 2
    assert guard(tmp_path / "none.csv", *aim).returncode == 3


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("time\n3:59:59\n4:00:10\n2:10:05\n", 14399.0),
        ("amount\n1,234\n12,500\n9,000\n", 1234.0),
        ("share\n98.5 %\n97 %\n", 98.5),
        ("1e-3\n0.04\n0.05\n", 0.001),
        ("betrag\n1.234,5\n2.000,0\n", 1234.5),
    ],
)
def test_numbers_are_read_as_people_write_them(tmp_path: Path, text: str, first: float) -> None:
    file = tmp_path / "numbers.csv"
    file.write_text(text)
    assert read(file, Columns()).numbers["value"][0] == first


def test_numbers_that_went_through_32_bits_get_their_decimals_back(tmp_path: Path) -> None:
    file = tmp_path / "stored.csv"
    file.write_text("ratio\n19.29999924\n17.89999962\n20\n-0.10000000149\n")
    found = read(file, Columns())
    assert found.numbers["value"] == [19.3, 17.9, 20.0, -0.1]
    assert "ratio went through 32 bits: rounded to what it was" in found.notes
    file.write_text("ratio\n19.29999924\n17.89999962\n20.123456789\n0.987654321\n")
    assert read(file, Columns()).numbers["value"][0] == 19.29999924


def test_a_table_of_counts_is_taken_for_as_many_values(tmp_path: Path) -> None:
    file = tmp_path / "marks.csv"
    file.write_text("mark,count\n10,3\n11,0\n12,40\n")
    found = read(file, Columns())
    assert found.columns == {"value": "mark", "count": "count"}
    assert "count was taken for how often each value occurs" in found.notes


def test_two_columns_of_numbers_are_asked_about_not_guessed(tmp_path: Path) -> None:
    file = tmp_path / "two.csv"
    file.write_text("height,weight\n1.5,60\n1.6,70\n")
    with pytest.raises(UsageError, match="--value NAME; columns of numbers: 'height', 'weight'"):
        read(file, Columns())


def test_a_sorted_file_shows_only_further_down_which_is_the_day(tmp_path: Path) -> None:
    file = tmp_path / "sorted.csv"
    days = [date(2025, 1, 1 + number // 100) for number in range(3100)]
    file.write_text("date,score\n" + "".join(f"{day:%d/%m/%Y},{day.day}\n" for day in days))
    found = read(file, Columns())
    assert (len(found.lines), len(found.rejected)) == (3100, 0)


def test_no_row_is_lost_for_a_date_that_nobody_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "notes.csv"
    rows = [f"2025-01-{day:02},{day}\n" for day in range(1, 29)] + ["soon,5\n"] * 3
    file.write_text("date,score\n" + "".join(rows))
    guessed, told = read(file, Columns()), read(file, Columns(period="date"))
    assert (len(guessed.lines), guessed.periods) == (31, None)
    assert guessed.without_order in guessed.notes
    assert guessed.without_order == (
        "not all of date are dates: read without order; --period date leaves the others out"
    )
    assert [one.reason for one in told.rejected] == ["no date: 'soon'"] * 3


def test_rows_that_share_a_day_have_no_order(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("date,score\n2025-01-01,3\n2025-01-01,4\n2025-01-02,5\n")
    assert read(file, Columns()).periods is None


@pytest.mark.parametrize(
    ("form", "said"), [("%m/%d/%Y", "month/day/year"), ("%d/%m/%Y", "day/month/year")]
)
def test_first_days_of_months_are_months_wherever_the_day_stands(
    tmp_path: Path, form: str, said: str
) -> None:
    months = [date(2016 + number // 12, 1 + number % 12, 1) for number in range(36)]
    file = tmp_path / "months.csv"
    file.write_text("date,value\n" + "".join(f"{day:{form}},{day.year}.5\n" for day in months))
    found = read(file, Columns())
    assert found.periods == months
    (note,) = [note for note in found.notes if "could be exchanged" in note]
    assert said in note


@pytest.mark.parametrize("written", ["2024Q{}", "2024-Q{}", "Q{} 2024"])
def test_quarters_are_periods(tmp_path: Path, written: str) -> None:
    file = tmp_path / "quarters.csv"
    rows = [f"{written.format(quarter)},{quarter}.5\n" for quarter in (1, 2, 3, 4)]
    file.write_text("quarter,value\n" + "".join(rows))
    assert read(file, Columns()).periods == [date(2024, month, 1) for month in (1, 4, 7, 10)]


@pytest.mark.parametrize("form", ["%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M", "%m/%d/%Y %H:%M"])
def test_a_time_of_day_does_not_hide_the_day(tmp_path: Path, form: str) -> None:
    file = tmp_path / "times.csv"
    days = [datetime(2025, 3, 10, 6, 30, tzinfo=UTC) + timedelta(days=n) for n in range(10)]
    file.write_text("date,value\n" + "".join(f"{day:{form}},1.5\n" for day in days))
    assert read(file, Columns()).periods == [day.date() for day in days]


def test_a_day_after_the_twelfth_leaves_nothing_to_exchange(tmp_path: Path) -> None:
    file = tmp_path / "days.csv"
    days = [date(2025, 3, 1) + timedelta(days=number) for number in range(20)]
    file.write_text("date,value\n" + "".join(f"{day:%m/%d/%Y},1.5\n" for day in days))
    found = read(file, Columns())
    assert found.periods == days
    assert not [note for note in found.notes if "exchanged" in note]
