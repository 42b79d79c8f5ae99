"""Status is shape, word and colour, and silence is never green."""

from __future__ import annotations

from typing import get_args

import pytest

from reports.status import MARKS, TONES, UNVERIFIED, level_mark, mark
from sightline.audit_case import Level, Status


def test_every_status_of_the_marts_has_a_mark() -> None:
    assert set(MARKS) == set(get_args(Status))


def test_no_two_statuses_share_a_shape_or_a_word() -> None:
    marks = [*MARKS.values(), UNVERIFIED]
    assert len({m.shape for m in marks}) == len(marks) == len({m.word for m in marks})


def test_only_a_trusted_healthy_number_reads_on_track() -> None:
    read = {
        (status, verdict): mark(status, verdict).word
        for status in [*MARKS, None]
        for verdict in ("trusted", "contested", "insufficient", None)
    }
    assert [pair for pair, word in read.items() if word == "on track"] == [("healthy", "trusted")]


def test_waiting_for_trust_is_told_apart_from_waiting_for_the_period_to_end() -> None:
    assert mark("pending", "insufficient").word == "unverified"
    assert mark("pending", "trusted").word == "pending"


def test_trouble_stays_trouble_when_the_number_is_doubted() -> None:
    assert mark("breached", "insufficient").word == "off track"


def test_a_status_nobody_defined_is_a_defect() -> None:
    with pytest.raises(KeyError):
        mark("excellent")


def test_every_level_of_a_departments_answer_has_a_shape() -> None:
    shapes = {level_mark(level, "words").shape for level in get_args(Level)}
    assert len(shapes) == len(get_args(Level))


@pytest.mark.parametrize("tone", TONES)
def test_colours_can_be_read_on_white_and_on_the_panels(tone: str) -> None:
    for ground in ("#ffffff", "#f6f8fa"):
        assert _contrast(TONES[tone], ground) >= 4.5


def _contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
