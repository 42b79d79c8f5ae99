"""Tampering with raw, or with what is promised, is found and named: a slice of the full matrix.

All nine attacks by four attackers over many seeds: `python -m benchmarks.tamper`.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.sealed_firm import SealedFirm
from benchmarks.tamper import ATTACKERS, ATTACKS, Connection, Named, is_found

SEED = 7


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> SealedFirm:
    return SealedFirm.build(tmp_path_factory.mktemp("tamper") / "firm", seed=SEED)


@pytest.mark.parametrize("attacker", [ATTACKERS[0], ATTACKERS[-1]])
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_it_is_found_and_named(
    firm: SealedFirm,
    tmp_path: Path,
    attack: Callable[[SealedFirm, Connection], Named],
    attacker: str,
) -> None:
    assert is_found(firm.copy(tmp_path / "copy", seed=SEED), attack, attacker)


def test_honest_history_raises_no_alarm(firm: SealedFirm) -> None:
    outcome = firm.verify()
    assert outcome.breaches == ()
    assert outcome.rows > 50
