"""A warehouse restored from an old copy goes on, once somebody says so under his name."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest

from sightline.errors import NothingCheckedError, SightlineEnvironmentError, UsageError
from sightline.ledger.archive import Archive
from sightline.ledger.breach import What
from sightline.ledger.seal import Seal
from sightline.ledger.sealing import accept_loss
from sightline.ledger.watching import watch
from tests.ledger.conftest import KEYS, NOON, Sealed


@pytest.fixture
def restored(sealed: Sealed) -> Sealed:
    """A warehouse as it was before its newest two loads."""
    backup = sealed.home.root / "backup"
    shutil.copy(sealed.home.warehouse, backup)
    sealed.land(8)
    sealed.land(9)
    shutil.move(backup, sealed.home.warehouse)
    return sealed


def accepted(sealed: Sealed, reason: str = "the disk broke") -> Seal:
    at = NOON + timedelta(days=1)
    return accept_loss(sealed.home, author="data-lead", reason=reason, sealed_at=at)


def test_lost_loads_are_found_until_somebody_accepts_it_and_remarked_after(
    restored: Sealed,
) -> None:
    lost = {breach.load_id for breach in restored.breaches() if breach.load_id}
    seal = accepted(restored)
    assert seal.accepts is not None
    assert {load for _, load in seal.accepts.loads} == lost
    outcome = restored.verify()
    assert (outcome.seals, outcome.breaches) == (6, ())
    assert "2 loads are lost; data-lead went on without them on 2026-10-27: the disk broke" in (
        outcome.remarks
    )
    seen = watch(restored.home, KEYS, at=NOON)
    assert seen.breaches == ()
    there = restored.execute(
        "select sum(row_count) from raw_ledger.seal "
        "where load_id in (select load_id from raw_integrity._dlt_loads)"
    )
    assert there == [(seen.hashed_rows,)]


def test_what_is_altered_or_lost_later_is_found_all_the_same(restored: Sealed) -> None:
    accepted(restored)
    first, second, _ = restored.loads()
    restored.execute(
        f"update raw_integrity.verdict set grade = 'Z' where _dlt_load_id = '{first}' and _row = 1",
        f"delete from raw_integrity.verdict where _dlt_load_id = '{second}' and _row = 1",
    )
    expected = {(What.ROW_ALTERED, first), (What.ROW_MISSING, second)}
    assert {(breach.what, breach.load_id) for breach in restored.breaches()} == expected
    seen = watch(restored.home, KEYS, at=NOON).breaches
    assert {(breach.what, breach.load_id) for breach in seen} == expected


def test_there_must_be_a_loss_a_reason_and_a_sound_archive(restored: Sealed) -> None:
    with pytest.raises(UsageError, match="why"):
        accepted(restored, reason=" ")
    accepted(restored)
    with pytest.raises(NothingCheckedError, match="no sealed load is lost"):
        accepted(restored)
    Archive(restored.home.checkpoints).path(1, "seal").unlink()
    with pytest.raises(SightlineEnvironmentError, match="restore"):
        accepted(restored)
