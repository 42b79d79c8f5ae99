"""Checkpoints that are lost, or older than the warehouse, stop the pull and are told by name."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from sightline.errors import NothingCheckedError, SightlineEnvironmentError, SightlineError
from sightline.ledger import merkle
from sightline.ledger.archive import Archive
from sightline.ledger.breach import What
from sightline.ledger.restoring import Restored, restore
from sightline.ledger.sealing import accept_loss, rotate_key
from sightline.ledger.watching import watch
from tests.ledger.conftest import KEYS, NOON, Sealed


def lose(sealed: Sealed) -> None:
    """The folder is gone."""
    shutil.rmtree(sealed.home.checkpoints)


def lose_both(sealed: Sealed) -> None:
    """The folder is gone, and the warehouse's copy with it."""
    lose(sealed)
    sealed.execute("delete from raw_ledger.seal")


def cut_off(sealed: Sealed) -> None:
    """The newest seals are gone, and the checkpoint is that of an older one."""
    archive = Archive(sealed.home.checkpoints)
    for number in range(1, archive.size):
        for path in archive.path(number, "seal").parent.glob(f"{number:09d}.*"):
            path.unlink()
    shutil.copy(archive.path(0, "checkpoint"), archive.folder / "checkpoint")


@pytest.fixture
def old(sealed: Sealed) -> Sealed:
    """The same with checkpoints of its first load, under definitions that changed since."""
    (sealed.home.okrs / "kpis" / "sorter_uptime.yml").write_text("# floor: 1\n")
    sealed.land(8, rows=20)
    cut_off(sealed)
    return sealed


@pytest.fixture(params=[lose, lose_both, cut_off])
def lost(sealed: Sealed, tmp_path: Path, request: pytest.FixtureRequest) -> Sealed:
    """A sealed warehouse without its newest checkpoints, of which a copy lies in `copy`."""
    shutil.copytree(sealed.home.checkpoints, tmp_path / "copy")
    request.param(sealed)
    return sealed


def test_verify_names_what_is_missing(lost: Sealed) -> None:
    outcome = lost.verify()
    [behind] = outcome.breaches
    held = Archive(lost.home.checkpoints).size
    assert (behind.what, behind.seal, behind.seals) == (What.ARCHIVE_BEHIND, held, 3)
    assert f"holds {held} seals, the warehouse 3" in outcome.text()


@pytest.mark.parametrize(
    "act",
    [
        lambda sealed: sealed.land(8),
        lambda sealed: watch(sealed.home, KEYS, at=NOON),
        lambda sealed: rotate_key(sealed.home, sealed_at=NOON),
        lambda sealed: accept_loss(sealed.home, author="lead", reason="gone", sealed_at=NOON),
    ],
    ids=["pull", "watch", "rotate_key", "accept_loss"],
)
def test_no_other_log_is_begun_and_nothing_is_changed(
    lost: Sealed, act: Callable[[Sealed], object]
) -> None:
    tables = ("raw_integrity.verdict", "raw_integrity._dlt_loads", "raw_ledger.seal")
    before = [lost.execute(f"from {table} order by all") for table in tables]
    held = Archive(lost.home.checkpoints).size
    with pytest.raises(SightlineEnvironmentError, match="SIGHTLINE_CHECKPOINTS_GIT"):
        act(lost)
    assert [lost.execute(f"from {table} order by all") for table in tables] == before
    archive = Archive(lost.home.checkpoints)
    assert (archive.size, archive.announced()) == (held, [])


def test_a_copy_brought_back_is_the_way_out(lost: Sealed, tmp_path: Path) -> None:
    shutil.rmtree(lost.home.checkpoints, ignore_errors=True)
    shutil.move(tmp_path / "copy", lost.home.checkpoints)
    with suppress(NothingCheckedError):  # where the warehouse's copy was not lost too
        restore(lost.home)
    lost.land(8)
    outcome = lost.verify()
    assert (outcome.seals, outcome.breaches) == (4, ())


def test_an_old_copy_is_brought_up_to_date_by_what_is_signed(
    old: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merkle, "SLICE", 8)
    assert restore(old.home) == Restored(seals=(1, 2, 3), copies=())
    outcome = old.verify()
    assert (outcome.seals, outcome.breaches) == (4, ())
    old.land(9)
    assert old.breaches() == ()
    with pytest.raises(NothingCheckedError, match="the same seals"):
        restore(old.home)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("update raw_integrity.verdict set grade = 'Z' where _row = 3", "are not those of seal 1"),
        ("drop table raw_integrity.verdict", "are not those of seal 1"),
        ("update raw_ledger.definition_file set sha256 = 'x' where seal_number = 3", "definitions"),
    ],
)
def test_what_is_not_as_its_seal_says_is_not_written_back(
    old: Sealed, statement: str, said: str
) -> None:
    old.execute(statement)
    with pytest.raises(SightlineError, match=said):
        restore(old.home)
    assert Archive(old.home.checkpoints).size < 4


def test_a_lost_folder_has_nothing_to_begin_with(sealed: Sealed) -> None:
    lose(sealed)
    with pytest.raises(NothingCheckedError, match="bring back a copy"):
        restore(sealed.home)


@pytest.mark.parametrize(
    ("attack", "brought_back"),
    [
        ("update raw_ledger.seal set content = '5' where seal_number = 1", (1,)),
        ("insert into raw_ledger.seal (seal_number) values (null), (999)", ()),
        ("update raw_ledger.definition_file set sha256 = 'x'", (0,)),
        ("drop schema raw_ledger cascade", (0, 1, 2)),
    ],
)
def test_seals_altered_in_the_warehouse_are_brought_back_from_the_checkpoints(
    sealed: Sealed, attack: str, brought_back: tuple[int, ...]
) -> None:
    sealed.execute(attack)
    assert {breach.what for breach in sealed.breaches()} == {What.SEAL_ALTERED}
    assert restore(sealed.home) == Restored(seals=(), copies=brought_back)
    assert sealed.breaches() == ()
