"""Guards of one KPI share its false alarms: who asks, and what a look costs the others."""

from __future__ import annotations

import numpy as np
import pytest

from expectations.guard import PACKAGE, Kind, load
from expectations.multiplicity import QUESTION_LEVEL, benjamini_hochberg, shared_q_values
from sightline.registry import names


@pytest.mark.parametrize("seed", range(10))
def test_equal_shares_of_the_whole_are_no_shares(seed: int) -> None:
    p_values = (np.random.default_rng(seed).random(8) ** 12).tolist()
    assert min(p_values) < QUESTION_LEVEL / 8
    assert shared_q_values(p_values, [1 / 8] * 8) == pytest.approx(benjamini_hochberg(p_values))


def test_a_test_that_stands_alone_pays_for_no_other() -> None:
    assert shared_q_values([0.004], [0.05]) == pytest.approx([0.004])
    assert shared_q_values([], []) == []


def test_a_guard_with_a_larger_share_asks_at_weaker_evidence() -> None:
    shares = [0.6, 0.05, 0.35]
    asking, *others = shared_q_values([0.003, 0.9, 0.9], shares)
    assert asking < QUESTION_LEVEL < min(others)
    silent, *_ = shared_q_values([0.9, 0.003, 0.9], shares)[1:2]
    assert silent > QUESTION_LEVEL


def test_what_is_no_question_counts_at_least_as_it_would_among_equals() -> None:
    p_values, shares = [0.02, 0.5, 0.6, 0.7], [0.9, 0.3, 0.3, 0.3]
    assert shared_q_values(p_values, shares)[0] == pytest.approx(0.08)


def test_a_q_value_is_never_below_its_p_value_and_keeps_the_order_of_equals() -> None:
    for drawn in np.random.default_rng(3).random((200, 6)) ** 3:
        p_values = sorted(drawn.tolist())
        q_values = shared_q_values(p_values, [0.2] * 6)
        assert q_values == sorted(q_values)
        assert all(q >= p for p, q in zip(p_values, q_values, strict=True))


def test_every_statistic_has_a_share_and_none_has_nearly_all() -> None:
    guards = [load(name).GUARD for name in names(PACKAGE)]
    shares = [guard.share_at(30) for guard in guards if guard.kind is Kind.STATISTICAL]
    assert len(shares) == 9
    assert 0 < min(shares) < max(shares) < 0.75
