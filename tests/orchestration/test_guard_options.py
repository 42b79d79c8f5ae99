"""Every option of `sightline guard` changes what it says, and every wrong use has its exit code."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from orchestration.commands import guard as command
from tests.orchestration.conftest import Call

HIGHER = ("--direction", "higher_is_better")
LOWER = ("--direction", "lower_is_better")
DAYS = [date(2025, 1, 1) + timedelta(days=number) for number in range(400)]


def drawn(seed: int = 1, n: int = 400) -> np.ndarray:
    return np.random.default_rng(seed).normal(96, 2, n)


def test_every_option_is_used_below() -> None:
    source = inspect.getsource(sys.modules[__name__])
    for name in inspect.signature(command.guard).parameters:
        option = "--json" if name == "as_json" else f"--{name.replace('_', '-')}"
        assert name == "file" or option in source, f"no test uses {option}"


def test_the_text_and_the_json_say_the_same(guard: Call, csv: Callable[..., Path]) -> None:
    file = csv(day=DAYS, value=drawn().round(2))
    told, data = (guard(file, "--target", 95, *HIGHER, *more) for more in ((), ("--json",)))
    assert told.code == data.code == 0
    grade = json.loads(data.out)["composite"]["grade"]
    assert told.out.startswith("Nothing to ask")
    assert f"(grade {grade};" in told.out


def test_target_and_direction_say_what_is_asked_for(guard: Call, csv: Callable[..., Path]) -> None:
    values = drawn(3)
    near = np.flatnonzero((values < 95) & (values > 93.5))[::2]
    values[near] = 95 + 0.2 * np.random.default_rng(4).random(len(near))
    file = csv(day=DAYS, value=values.round(2))
    assert guard(file, "--target", 95, *HIGHER).code == 1
    assert guard(file, "--target", 97, *HIGHER).code == 0
    assert guard(file, "--target", 95, *LOWER).code == 0


@pytest.mark.parametrize("name", ["after", "3"])
def test_a_column_is_named_by_its_heading_or_its_number(
    guard: Call, csv: Callable[..., Path], name: str
) -> None:
    file = csv(day=DAYS, before=drawn().round(2), after=[95] * 400)
    said = guard(file, "--value", name, "--target", 95, *HIGHER, "--json")
    assert json.loads(said.out)["input"]["columns"]["value"] == "after"


def test_without_a_period_there_is_no_order(guard: Call, csv: Callable[..., Path]) -> None:
    file = csv(stamp=[f"{day:%Y%m%d}" for day in DAYS], value=drawn().round(2))
    words = (file, "--value", "value", "--target", 95, *HIGHER, "--json")
    assert guard(*words).of("blocks_do_not_repeat")["outcome"] == "not_applicable"
    ordered = guard(*words, "--period", "stamp")
    assert ordered.of("blocks_do_not_repeat")["outcome"] == "judged"


def test_rates_are_read_from_numerator_and_denominator(
    guard: Call, csv: Callable[..., Path]
) -> None:
    generator = np.random.default_rng(2)
    below = generator.integers(600, 900, 120)
    good = np.rint(below * np.rint(generator.normal(95, 2, 120)) / 100).astype(int)
    file = csv(day=DAYS[:120], good=good, all=below)
    words = (file, "--numerator", "good", "--target", 0.95, *HIGHER)
    typed = guard(*words, "--denominator", "all", "--json")
    assert typed.code == 1
    assert typed.of("values_not_rounder_than_baseline")["grade"] == "D"
    assert "the target 0.95 is read as 95 %" in typed.err
    alone = guard(*words)
    assert (alone.code, alone.err) == (2, "--numerator and --denominator go together\n")


def test_a_report_is_held_against_what_was_recomputed(
    guard: Call, csv: Callable[..., Path]
) -> None:
    record = drawn(5, 120).round(1)
    told = np.where((record < 95) & (record > 93), 95.1, record)
    told[::9] = (told[::9] - 0.4).round(1)
    file = csv(day=DAYS[:120], said=told, found=record)
    words = (file, "--reported", "said", "--target", 95, *HIGHER)
    said = guard(*words, "--recomputed", "found", "--json")
    assert said.of("reported_matches_recomputed")["grade"] == "D"
    assert guard(*words).code == 2


def test_a_column_says_how_often_each_value_occurs(guard: Call, csv: Callable[..., Path]) -> None:
    marks = list(range(40, 80))
    times = [100] * 40
    times[19], times[20] = 20, 180
    file = csv(mark=marks, times=times)
    words = (file, "--value", "mark", "--target", 60, *HIGHER, "--json")
    assert guard(*words).of("values_do_not_sit_on_the_target")["n"] == 40
    assert guard(*words, "--count", "times").of("values_do_not_sit_on_the_target")["n"] == 4000


def test_the_decimal_mark_is_the_one_that_is_named(guard: Call, tmp_path: Path) -> None:
    file = tmp_path / "costs.csv"
    costs = np.random.default_rng(13).normal(2.85, 0.05, 120)
    cells = [f"{cost:.3f}".replace(".", ",") for cost in costs]
    file.write_text("cost;n\n" + "".join(f"{cell};x\n" for cell in cells), encoding="utf-8")
    words = (file, "--target", 2850, *HIGHER)
    guessed = guard(*words)
    assert (guessed.code, guessed.out) == (2, "")
    assert "more than 10 times apart: write it in their unit" in guessed.err
    assert f"or they are misread: cost: '{cells[0]}' is read as" in guessed.err
    assert "--decimal-mark point reads it as 2" in guessed.err
    told = guard(*words, "--decimal-mark", "point", "--json")
    assert (told.code, "--decimal-mark" in told.err) == (0, False)
    marks = json.loads(told.out)["input"]["marks"]["value"]
    assert marks == {"decimal": ".", "thousands": ",", "guess": None}
    assert guard(*words, "--decimal-mark", "dot").code == 2


def test_only_counts_and_amounts_can_borrow_and_only_at_the_ends_that_are_named(
    guard: Call, csv: Callable[..., Path]
) -> None:
    file = csv(day=DAYS, sold=np.random.default_rng(6).poisson(80, 400))
    words = (file, "--target", 75, *HIGHER, "--json")
    borrow = "period_end_does_not_borrow"
    assert guard(*words).of(borrow)["outcome"] == "not_applicable"
    assert guard(*words, "--kind", "count").of(borrow)["outcome"] == "judged"
    quarters = guard(*words, "--kind", "count", "--period-end", "quarter").of(borrow)
    assert quarters["detail"] == "4 period ends, 5 are needed"


def test_a_declared_resolution_replaces_the_measured_one(
    guard: Call, csv: Callable[..., Path]
) -> None:
    words = (csv(day=DAYS, value=drawn().round(1)), "--target", 95.3, *HIGHER, "--json")
    sit = "values_do_not_sit_on_the_target"
    assert guard(*words).of(sit)["outcome"] == "judged"
    assert "not on the step 0.5" in guard(*words, "--resolution", 0.5).of(sit)["detail"]


def test_at_a_natural_bound_nothing_bunches(guard: Call, csv: Callable[..., Path]) -> None:
    capped = drawn().round(1).clip(max=95)
    words = (csv(day=DAYS, value=capped), "--target", 95, *HIGHER, "--json")
    bunch = "values_do_not_bunch_at_the_target"
    assert guard(*words).of(bunch)["outcome"] == "judged"
    bounded = guard(*words, "--natural-bound", 95).of(bunch)
    assert bounded["detail"] == "95 is a natural bound of the values"
    three = [word for bound in (0, 95, 100) for word in ("--natural-bound", bound)]
    assert guard(*words, *three).code == 2
    assert guard(*words, "--natural-bound", 94).code == 2
    assert guard(*words, "--natural-bound", 94, "--natural-bound", 99).code == 2


def test_amounts_that_stay_below_an_approval_limit_are_asked_about(
    guard: Call, csv: Callable[..., Path]
) -> None:
    generator = np.random.default_rng(7)
    amounts = generator.normal(900, 150, 400)
    over = np.flatnonzero((amounts > 1000) & (amounts < 1150))[::2]
    amounts[over] = 1000 - 15 * generator.random(len(over))
    words = (csv(day=DAYS, amount=amounts.round(2)), "--target", 700, *LOWER)
    assert guard(*words).code == 0
    assert guard(*words, "--approval-limit", 1000).code == 1


def test_the_past_ends_where_the_baseline_does(guard: Call, csv: Callable[..., Path]) -> None:
    values = drawn(8).round(1)
    values[350:] = np.rint(values[350:])
    words = (csv(day=DAYS, value=values), "--target", 95, *HIGHER, "--json")
    rounder = "values_not_rounder_than_baseline"
    assert guard(*words).of(rounder)["expected"].endswith("of 200 were in the baseline before")
    since = guard(*words, "--baseline-until", DAYS[349]).of(rounder)
    assert since["expected"].endswith("of 350 were in the baseline before")
    assert since["grade"] == "D"
    assert guard(*words, "--baseline-until", "yesterday").code == 2


def test_independent_events_have_a_floor_of_chance(guard: Call, csv: Callable[..., Path]) -> None:
    smooth = 100 + np.rint(np.random.default_rng(9).normal(0, 3, 60)).astype(int)
    words = (csv(day=DAYS[:60], calls=smooth), "--target", 95, *HIGHER, "--kind", "count", "--json")
    variation = "variation_not_below_chance"
    assert guard(*words).of(variation)["outcome"] == "not_enough_data"
    assert guard(*words, "--independent-events").of(variation)["grade"] == "D"


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        ("", 4, "holds no rows"),
        ("value\n", 4, "no column holds numbers"),
        ("value\nbroken\n1.5\n2.5\n", 4, "--value NAME"),
        ("day,value\n2025-01-01,NaN\n2025-01-02,nan\n", 4, "no column holds numbers"),
        ("named\nNaN\nnan\n", 4, "named holds no numbers"),
        ("day,value\n2025-01-01,95\n2025-01-02,96\n", 4, "no guard could judge these values"),
    ],
    ids=[
        "an empty file",
        "a heading alone",
        "a word in three",
        "only NaN",
        "only NaN, named",
        "too few values",
    ],
)
def test_what_nobody_could_judge_is_no_pass(
    guard: Call, tmp_path: Path, text: str, code: int, told: str
) -> None:
    file = tmp_path / "figures.csv"
    file.write_text(text, encoding="utf-8")
    value = ("--value", "named") if "named" in text else ()
    said = guard(file, "--target", 95, *HIGHER, *value)
    assert said.code == code
    assert told in said.err


def test_a_value_that_is_no_number_is_rejected_with_its_line(
    guard: Call, csv: Callable[..., Path]
) -> None:
    values: list[object] = drawn().round(2).tolist()
    values[3] = "NaN"
    values[5] = ""
    said = guard(csv(day=DAYS, value=values), "--target", 95, *HIGHER)
    assert said.code == 0
    assert "line 5 is not used: no number in value: 'NaN'" in said.err
    assert "line 7 is not used: value is blank" in said.err
    assert "400 rows seen = 398 kept + 2 rejected" in said.err


def test_wrong_words_and_absent_files_have_codes_of_their_own(
    guard: Call, csv: Callable[..., Path], tmp_path: Path
) -> None:
    file = csv(day=DAYS, value=drawn().round(2))
    assert guard(tmp_path / "none.csv", "--target", 95, *HIGHER).code == 3
    assert guard(file, "--target", "high", *HIGHER).code == 2
    assert guard(file, "--target", 95, "--direction", "up").code == 2
    unknown = guard(file, "--target", 95, *HIGHER, "--value", "vlaue")
    assert unknown.code == 2
    assert "there is no column 'vlaue'; there are: 'day', 'value'" in unknown.err


@pytest.mark.parametrize(
    "words",
    [
        ("--resolution", "nan"),
        ("--resolution", "-1"),
        ("--resolution", "0"),
        ("--approval-limit", "inf"),
        ("--approval-limit", "nan"),
        ("--natural-bound", "nan"),
        ("--baseline-until", "2000-01-01"),
        ("--baseline-until", "2090-01-01"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(
    guard: Call, csv: Callable[..., Path], words: tuple[str, str]
) -> None:
    said = guard(csv(day=DAYS, value=drawn().round(2)), "--target", 95, *HIGHER, *words)
    assert (said.code, said.out) == (2, "")
    assert words[0] in said.err


def test_a_target_is_read_by_the_marks_of_the_values(guard: Call, tmp_path: Path) -> None:
    amounts = np.random.default_rng(11).normal(150_000, 9_000, 400)
    file = tmp_path / "amounts.csv"
    written = [f"{amount:,.2f}" for amount in amounts]
    file.write_text("amount\n" + "\n".join(f'"{one}"' for one in written), encoding="utf-8")
    for target in ("150,000", "$150,000", "150 000"):
        assert (
            f"the target {target} is read as 150000\n"
            in guard(file, "--target", target, *LOWER).err
        )
    german = "\n".join(one.translate(str.maketrans(",.", ".,")) for one in written)
    file.write_text("Betrag\n" + german, encoding="utf-8")
    for target in ("150.000,0", "150000"):
        assert guard(file, "--target", target, *LOWER).code == 0
    point = guard(file, "--target", "150.000", *LOWER)
    assert (point.code, point.out) == (2, "")
    assert "the values have decimal commas: write 150000 or 150\n" in point.err


@pytest.mark.parametrize(
    "option", ["--target", "--approval-limit", "--natural-bound", "--resolution"]
)
def test_a_comma_that_could_be_either_is_refused_with_both_ways_to_write_it(
    guard: Call, csv: Callable[..., Path], option: str
) -> None:
    file = csv(day=DAYS, amount=np.random.default_rng(12).integers(100, 200_000, 400))
    target = () if option == "--target" else ("--target", 100_000)
    said = guard(file, *target, *LOWER, option, "150,000")
    assert (said.code, said.out) == (2, "")
    assert f"{option}: the comma of '150,000' can stand before decimals or before" in said.err
    assert "write 150000 or 150\n" in said.err


def test_the_verdict_says_that_the_order_was_not_looked_at(guard: Call, tmp_path: Path) -> None:
    hours = [f"2025-01-{1 + number // 24:02} {number % 24:02}:00" for number in range(400)]
    file = tmp_path / "hours.csv"
    rows = [f"{hour},{value}" for hour, value in zip(hours, drawn().round(2), strict=True)]
    file.write_text("\n".join(["at,value", *rows]), encoding="utf-8")
    words = (file, "--target", 95, *HIGHER)
    because = "at has 400 times on 17 days: read without order in time; a sum or mean of each day"
    assert f"\nOrder was not looked at: {because}" in guard(*words).out
    said = guard(*words, "--json")
    assert json.loads(said.out)["input"]["without_order"].startswith(because)
    assert said.of("blocks_do_not_repeat")["outcome"] == "not_applicable"


def test_where_no_guard_judged_no_q_is_shown(guard: Call, csv: Callable[..., Path]) -> None:
    said = guard(csv(value=range(12)), "--target", 5, *HIGHER)
    assert "(grade U; no guard judged; target 5, higher is better)" in said.out


@pytest.mark.parametrize(
    ("target", "divisor", "told"),
    [
        ("95", 100, "read as 95 and the values go from 0.9"),
        ("5000", 1, "read as 5000 and the values go from 9"),
        ("0:09", 1, "read as 9 and the values go from 9"),
    ],
)
def test_a_target_in_another_unit_is_refused_with_what_the_values_are(
    guard: Call, csv: Callable[..., Path], target: str, divisor: int, told: str
) -> None:
    file = csv(day=DAYS, value=(drawn() / divisor).round(4))
    said = guard(file, "--target", target, *HIGHER)
    assert (said.code, said.out) == (2, "")
    assert told in said.err


def test_a_target_that_no_value_comes_near_is_spoken_of(
    guard: Call, csv: Callable[..., Path]
) -> None:
    said = guard(csv(day=DAYS, value=drawn().round(2)), "--target", "200,0", *HIGHER)
    assert "the target 200,0 is read as 200" in said.err
    assert "the target 200 is beyond all values" in said.err


def test_decimals_are_no_counts_of_independent_events(
    guard: Call, csv: Callable[..., Path]
) -> None:
    smooth = 100 + np.random.default_rng(9).normal(0, 3, 60).round(2)
    words = (csv(day=DAYS[:60], calls=smooth), "--target", 95, *HIGHER, "--kind", "count")
    said = guard(*words, "--independent-events", "--json")
    assert said.of("variation_not_below_chance")["outcome"] == "not_enough_data"
    assert "the values are no whole counts" in said.err
