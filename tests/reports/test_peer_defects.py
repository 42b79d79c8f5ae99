"""Defects in what other tools tell that this one must not have, named for where they were seen."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.reports.test_decision import Firm, silence, standing


@pytest.fixture
def firm() -> Firm:
    return Firm()


def test_anomstack_with_a_snooze_of_three_alerted_five_times_for_five_breaches(firm: Firm) -> None:
    told = [firm.kinds(standing(), silences=[silence()]) for _ in range(5)]
    assert told == [[], [], [], [], []]


def test_anomstack_alerted_five_times_for_one_point_evaluated_five_times(firm: Firm) -> None:
    assert [firm.kinds(standing()) for _ in range(5)] == [["open"], [], [], [], []]


def test_alertmanager_never_announced_the_end_of_what_was_muted(firm: Firm) -> None:
    firm.look(standing())
    firm.look(standing(), silences=[silence()])
    assert firm.kinds(silences=[silence()]) == ["close"]


def test_posthog_let_an_alert_wait_for_its_investigation(firm: Firm) -> None:
    """Whether to tell is decided from what stands and was announced; no audit is an input."""
    never_audited = standing()
    assert firm.kinds(never_audited) == ["open"]
    worse = replace(never_audited, badness=Decimal("0.9"))
    assert firm.kinds(worse) == ["changed"]
