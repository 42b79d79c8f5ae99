"""Numbers, dates and names as people read them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from reports import wording

NOON = datetime(2026, 10, 26, 12)  # noqa: DTZ001 - the warehouse keeps naive UTC


@pytest.mark.parametrize(
    ("value", "decimals", "written"),
    [
        (Decimal("1411.4"), 0, "1,411"),
        (Decimal("97.995"), 2, "98.00"),
        (Decimal("-1.27"), 2, "−1.27"),
        (Decimal("-0.001"), 2, "0.00"),
        (Decimal("NaN"), 2, "–"),
        (float("inf"), 0, "–"),
        (None, 2, "–"),
    ],
)
def test_a_number_is_rounded_only_to_be_shown(
    value: Decimal | float | None, decimals: int, written: str
) -> None:
    assert wording.number(value, decimals) == written


@pytest.mark.parametrize(
    ("chance", "written"),
    [
        ("0.002", "= 0.002000"),
        ("0.000001", "= 0.000001"),
        ("1E-12", "< 0.000001"),
        ("0", "< 0.000001"),
    ],
)
def test_chance_alone_is_never_said_to_be_impossible(chance: str, written: str) -> None:
    assert wording.p_value(Decimal(chance)) == written
    assert wording.p_value(float(chance)) == written


@pytest.mark.parametrize(
    ("share", "written"),
    [("0.383", "38"), ("0.999", "99"), ("1", "100"), ("0.001", "<1"), ("0", "0"), ("-0.2", "−20")],
)
def test_a_share_is_never_rounded_to_all_or_to_nothing(share: str, written: str) -> None:
    assert wording.percent(Decimal(share)) == f"{written}\u202f%"


def test_a_change_says_its_direction() -> None:
    changes = map(Decimal, ("0.27", "-0.27", "0", "0.001"))
    assert [wording.signed(change, 2) for change in changes] == ["+0.27", "−0.27", "0.00", "0.00"]


def test_dates_are_english_and_unpadded() -> None:
    assert wording.day(date(2026, 10, 2), year=True) == "Fri 2 Oct 2026"
    assert wording.day(date(2026, 10, 2)) == "Fri 2 Oct"
    assert wording.day_of_year(date(2026, 6, 29)) == "29 Jun 2026"


@pytest.mark.parametrize(
    ("hours", "written"), [(0, "just now"), (2, "2 h ago"), (47, "47 h ago"), (216, "9 d ago")]
)
def test_age_is_counted_from_the_moment_of_judgement(hours: int, written: str) -> None:
    assert wording.age(NOON - timedelta(hours=hours), NOON) == written


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        ("0", "0 s"),
        ("4.2", "5 s"),
        ("119.5", "2 min"),
        ("7140", "119 min"),
        ("169200", "47 h"),
        ("172801", "3 d"),
    ],
)
def test_a_stretch_of_time_is_never_told_shorter_than_it_was(seconds: str, written: str) -> None:
    assert wording.lasting(Decimal(seconds)).replace("\u202f", " ") == written


def test_a_source_never_seen_is_said_to_be_so() -> None:
    assert wording.age(None, NOON) == "never seen"


@pytest.mark.parametrize("hostile", ["a\x1b[2Jb", "a\r\nBcc: b", "a\u202eb", "a\x00b", "a\u2028b"])
def test_names_lose_what_moves_a_cursor_or_adds_a_header(hostile: str) -> None:
    cleaned = wording.plain(hostile)
    assert cleaned.startswith("a ")
    assert cleaned.isprintable()


def test_names_of_every_script_stay() -> None:
    assert wording.plain("Größe 速度 می\u200cخواهم") == "Größe 速度 می\u200cخواهم"


def test_a_way_that_nobody_measured_is_not_a_dash_on_it() -> None:
    assert wording.of_the_way(Decimal("0.63")) == "63\u202f% of the way"
    assert wording.of_the_way(None) == "how far is not known"
