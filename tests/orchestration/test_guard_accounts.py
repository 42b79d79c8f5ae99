"""`sightline guard` accounts for every row and period, and says what it did not judge."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from tests.orchestration.conftest import Call

HIGHER = ("--direction", "higher_is_better")
WEEKS = [date(2025, 1, 6) + timedelta(weeks=number) for number in range(104)]
BUNCH, SIT = "values_do_not_bunch_at_the_target", "values_do_not_sit_on_the_target"


def values(n: int = 104, seed: int = 1) -> list[float]:
    return [float(value) for value in np.random.default_rng(seed).normal(95, 2, n).round(1)]


@pytest.mark.parametrize(("good", "every"), [([0] * 60, [0] * 60), ([7] * 60, [5] * 60)])
def test_rows_of_which_none_is_a_rate_are_nothing_to_check(
    guard: Call, csv: Callable[..., Path], good: list[int], every: list[int]
) -> None:
    file = csv(day=WEEKS[:60], good=good, every=every)
    said = guard(file, "--numerator", "good", "--denominator", "every", "--target", 95, *HIGHER)
    assert (said.code, said.out) == (4, "")
    rate = f"line 2: {good[0]} of {every[0]} is no whole part of a whole number above 0"
    assert f"{rate}, and no other of 60 rows has all that is asked for" in said.err
    assert "--numerator NAME or --denominator NAME or --period NAME takes another" in said.err


def test_values_that_never_occur_are_nothing_to_check(
    guard: Call, csv: Callable[..., Path]
) -> None:
    said = guard(csv(value=range(40), n=[0] * 20 + [-3] * 20), "--target", 20, *HIGHER)
    assert (said.code, "every count is 0 or less" in said.err) == (4, True)


def test_rows_that_are_no_rates_are_rejected_with_their_lines(
    guard: Call, csv: Callable[..., Path]
) -> None:
    good, every = [380] * 90, [400] * 90
    good[4], every[5], good[6], good[7] = 452, 0, -1, 12.5  # type: ignore[call-overload]
    file = csv(day=WEEKS[:90], good=good, every=every)
    words = (file, "--numerator", "good", "--denominator", "every", "--target", 95, *HIGHER)
    assert "90 rows seen = 86 kept + 4 rejected" in guard(*words).err
    told = json.loads(guard(*words, "--json").out)["input"]
    assert (told["seen"], told["kept"]) == (90, 86)
    assert [(one["line"], one["reason"].partition(" is")[0]) for one in told["rejected"]] == [
        (6, "452 of 400"),
        (7, "380 of 0"),
        (8, "-1 of 400"),
        (9, "12.5 of 400"),
    ]


def test_a_count_below_0_is_rejected(guard: Call, csv: Callable[..., Path]) -> None:
    file = csv(mark=range(40), n=[9] * 39 + [-3])
    said = guard(file, "--target", 20, *HIGHER)
    assert "line 41 is not used: a count below 0: -3" in said.err
    assert "40 rows seen = 39 kept + 1 rejected" in said.err


def test_a_count_of_no_whole_number_is_rejected(guard: Call, csv: Callable[..., Path]) -> None:
    said = guard(csv(mark=range(40), n=[9] * 39 + [2.5]), "--target", 20, *HIGHER)
    assert "line 41 is not used: a count of no whole number: 2.5" in said.err


def test_parts_beyond_exact_whole_numbers_are_rejected(
    guard: Call, csv: Callable[..., Path]
) -> None:
    file = csv(day=WEEKS[:60], good=[380] * 59 + [10**19], every=[400] * 59 + [2 * 10**19])
    said = guard(file, "--numerator", "good", "--denominator", "every", "--target", 90, *HIGHER)
    assert "line 61 is not used: 2e+19 is beyond the whole numbers" in said.err


def test_dates_that_can_be_exchanged_are_shown_by_one_that_tells(
    guard: Call, csv: Callable[..., Path]
) -> None:
    days = [f"{number % 12 + 1:02}/{number // 12 + 1:02}/2024" for number in range(48)]
    said = guard(csv(day=days, mark=values(48)), "--target", 95, *HIGHER)
    assert "01/01/2024 is read" not in said.err
    assert "02/01/2024 is read as 2024-" in said.err


@pytest.mark.parametrize("target", [200, 950, 30])
def test_a_target_beyond_all_values_is_not_judged_and_said_so(
    guard: Call, csv: Callable[..., Path], target: int
) -> None:
    words = (csv(week=WEEKS, value=values()), "--target", target, *HIGHER)
    said, data = guard(*words), guard(*words, "--json")
    assert "is beyond all values" in said.err
    assert said.out.startswith("Nothing to ask, and nothing was judged about the target (grade A")
    assert "\nNot judged, for the reasons below: values do not bunch at the target, " in said.out
    verdict = json.loads(data.out)["composite"]
    assert verdict["target_judged"] is False
    assert {BUNCH, SIT} <= set(verdict["not_judged"])
    assert "blocks_do_not_repeat" in verdict["judged"]


def test_next_to_all_values_nothing_on_the_target_is_no_good_news(
    guard: Call, csv: Callable[..., Path]
) -> None:
    within = [min(value, 97.1) for value in values()]
    said = guard(csv(week=WEEKS, value=within), "--target", 97.2, *HIGHER, "--json")
    assert said.of(SIT)["outcome"] == "not_applicable"
    assert said.of(SIT)["detail"].startswith("the target 97.2 is beyond all values, which go from")
    assert json.loads(said.out)["composite"]["target_judged"] is False


def test_where_nothing_but_the_target_could_be_judged_it_is_no_pass(
    guard: Call, csv: Callable[..., Path]
) -> None:
    file = csv(value=values())
    assert guard(file, "--target", 95, *HIGHER).code == 0
    beyond = guard(file, "--target", 120, *HIGHER)
    assert (beyond.code, "no guard could judge these values" in beyond.err) == (4, True)


def test_a_report_whose_target_nobody_comes_near_is_not_judged(
    guard: Call, csv: Callable[..., Path]
) -> None:
    record = values()
    told = [value + 0.5 * (number % 9 == 0) for number, value in enumerate(record)]
    file = csv(week=WEEKS, said=told, found=record)
    words = (file, "--reported", "said", "--recomputed", "found", *HIGHER, "--json")
    assert guard(*words, "--target", 95).of("reported_matches_recomputed")["outcome"] == "judged"
    beyond = guard(*words, "--target", 150)
    assert beyond.of("reported_matches_recomputed")["outcome"] == "not_applicable"
    assert json.loads(beyond.out)["composite"]["target_judged"] is False


def test_rounding_of_a_report_and_an_approval_limit_say_nothing_about_the_target(
    guard: Call, csv: Callable[..., Path]
) -> None:
    record = [round(value + 0.04, 2) for value in values()]
    told = [round(value + 0.06, 1) for value in record]
    file = csv(week=WEEKS, said=told, found=record)
    words = (file, "--reported", "said", "--recomputed", "found", "--target", 150, *HIGHER)
    rounded = guard(*words, "--json")
    assert "rounded to the better side" in rounded.of("reported_matches_recomputed")["observed"]
    limited = guard(
        csv(value=values(400)), "--target", 150, *HIGHER, "--approval-limit", 95, "--json"
    )
    assert limited.of(BUNCH)["outcome"] == "judged"
    for said in (rounded, limited):
        assert json.loads(said.out)["composite"]["target_judged"] is False


@pytest.mark.parametrize(
    ("heading", "written"),
    [
        ("week", [f"{day:%d/%m/%y}" for day in WEEKS]),
        ("week", [f"{day:%m/%d/%y}" for day in WEEKS]),
        ("week", [f"{day:%d.%m.%y}" for day in WEEKS]),
        ("day", [f"{WEEKS[0] + timedelta(days=number):%y/%m/%d}" for number in range(104)]),
        ("KW", [f"KW {day:%V/%G}" for day in WEEKS]),
        ("Woche", [f"KW{int(f'{day:%V}')} {day:%G}" for day in WEEKS]),
        ("week", [f"{day:%G-KW%V}" for day in WEEKS]),
        ("week", [str((day - date(1899, 12, 30)).days) for day in WEEKS]),
        ("Week ending", [f"{(day - date(1899, 12, 30)).days}.0" for day in reversed(WEEKS)]),
    ],
)
def test_periods_are_read_in_the_forms_that_people_write(
    guard: Call, csv: Callable[..., Path], heading: str, written: Sequence[str]
) -> None:
    file = csv(**{heading: written, "share": values()})
    said = guard(file, "--target", 95, *HIGHER, "--json")
    assert (said.code, said.of("blocks_do_not_repeat")["outcome"]) == (0, "judged")
    assert json.loads(said.out)["input"]["columns"] == {"value": "share", "period": heading}
    assert (f"{written[0]} is read as 20" in said.err) == ("KW" not in written[0])


@pytest.mark.parametrize(
    ("heading", "written", "why"),
    [
        (
            "month",
            [f"01/{1 + number % 12:02}/{20 + number // 12}" for number in range(104)],
            "month: '01/02/20' can be 2020-02-01 or 2020-01-02: read without order in time; write",
        ),
        (
            "week",
            [f"wk {number % 52 + 1} of {2020 + number // 52}" for number in range(104)],
            "week ('wk 1 of 2020') holds no dates that are known: read without order; write days",
        ),
        (
            "when",
            [f"FY {20 + number // 12}/{number % 12 + 1}" for number in range(104)],
            "when ('FY 20/1') holds no dates that are known: read without order; write days as",
        ),
        (
            "day",
            list(range(1, 105)),
            "day ('1') holds no dates that are known: read without order; write days as",
        ),
    ],
)
def test_a_column_that_looks_like_periods_and_is_none_is_spoken_of(
    guard: Call, csv: Callable[..., Path], heading: str, written: Sequence[object], why: str
) -> None:
    file = csv(**{heading: written, "share": values()})
    said = guard(file, "--value", "share", "--target", 95, *HIGHER)
    assert why in said.err
    assert f"\nOrder was not looked at: {why}" in said.out


def test_a_column_of_other_words_is_none_that_looks_like_periods(
    guard: Call, csv: Callable[..., Path]
) -> None:
    file = csv(order=[f"A{number}" for number in range(104)], share=values())
    assert "Order was not looked at" not in guard(file, "--target", 95, *HIGHER).out


def test_whole_numbers_that_rise_are_no_days_where_nothing_calls_them_so(
    guard: Call, csv: Callable[..., Path]
) -> None:
    counted = list(range(45_000, 45_104))
    said = guard(csv(meter=counted, share=values()), "--target", 95, *HIGHER)
    assert (said.code, "columns of numbers: 'meter', 'share'" in said.err) == (2, True)
    alone = guard(csv(day=counted), "--target", 45_050, *HIGHER, "--json")
    assert json.loads(alone.out)["input"]["columns"] == {"value": "day"}


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("training.xlsx", b"PK\x03\x04 and more", "a workbook, and no csv"),
        ("training.ods", b"PK\x03\x04 and more", "a workbook, and no csv"),
        ("training.xls", b"\xd0\xcf\x11\xe0\xa1\xb1", "a workbook of an old form, and no csv"),
        ("training.csv", b"\x89PNG\r\n\x1a\n\0\0\0", "no text, and no csv"),
        ("training.pdf", b"%PDF-1.7", "no text, and no csv"),
    ],
)
def test_a_file_that_is_no_csv_is_refused_as_what_it_is(
    guard: Call, tmp_path: Path, name: str, content: bytes, kind: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    said = guard(file, "--target", 95, *HIGHER)
    assert (said.code, said.out) == (2, "")
    assert f"{file} is {kind}: save the table as csv; `sightline new source` reads" in said.err
