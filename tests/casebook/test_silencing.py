"""A silence has an author, a reason and an end, and matches what it names."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sightline.casebook import Casebook
from sightline.errors import UsageError
from tests.casebook.test_announcing import AT, DAY, silence

CASE = {
    "kpi_id": "sorter_uptime",
    "scope": "north",
    "objectives": {"faster_throughput", "fewer_stops"},
}


def test_a_silence_holds_until_the_moment_it_names(casebook: Casebook) -> None:
    held = casebook.silencing.hold(silence(), AT)
    assert casebook.silencing.silences(AT) == [held]
    assert held.holds_back(**CASE, now=AT)
    assert not held.holds_back(**CASE, now=AT + DAY)
    assert casebook.silencing.silences(AT + DAY) == []


def test_a_silence_that_begins_later_is_listed_and_holds_back_nothing_yet(
    casebook: Casebook,
) -> None:
    later = casebook.silencing.hold(silence(starts_at=AT + DAY / 2), AT)
    assert casebook.silencing.silences(AT) == [later]
    assert not later.holds_back(**CASE, now=AT)


@pytest.mark.parametrize(
    ("changes", "matches"),
    [
        ({"scope": None}, True),
        ({"scope": "south"}, False),
        ({"kpi_id": None, "scope": None, "objective_id": "faster_throughput"}, True),
        ({"kpi_id": None, "scope": None, "objective_id": "fewer_stops"}, True),
        ({"objective_id": "lower_cost"}, False),
    ],
)
def test_a_silence_matches_what_it_names(changes: dict[str, Any], matches: bool) -> None:
    assert silence(**changes).holds_back(**CASE, now=AT) is matches


def test_a_lifted_silence_holds_back_nothing(casebook: Casebook) -> None:
    held = casebook.silencing.hold(silence(), AT)
    casebook.silencing.lift(held.silence_id, AT + DAY / 2, "coo")
    assert casebook.silencing.silences(AT + DAY / 2) == []
    with pytest.raises(UsageError, match="silence list"):
        casebook.silencing.lift(held.silence_id, AT + DAY / 2, "coo")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kpi_id": None, "objective_id": None}, "nobody may silence everything"),
        ({"author": " "}, "an author and a reason"),
        ({"reason": ""}, "an author and a reason"),
        ({"ends_at": AT}, "hold back nothing"),
        ({"ends_at": AT + timedelta(days=32)}, "31 days at most"),
    ],
)
def test_a_silence_that_may_not_be_is_refused(
    casebook: Casebook, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        casebook.silencing.hold(silence(**changes), AT)
    assert casebook.silencing.silences(AT) == []
