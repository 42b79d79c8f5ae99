"""Others may keep a copy of the log, and date it; neither is needed nor holds up a pulse."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from sightline.ledger.archive import Archive
from sightline.ledger.attesting import attest
from sightline.ledger.breach import What
from tests.ledger.authority import authority
from tests.ledger.conftest import Sealed


def git(*words: str | Path) -> None:
    subprocess.run(["git", *words], check=True, capture_output=True)


@pytest.fixture
def copied(sealed: Sealed, tmp_path: Path) -> Sealed:
    """Sealed loads whose log was pushed to a bare repository."""
    git("init", "--bare", "--initial-branch=main", tmp_path / "audit.git")
    copied = Sealed(replace(sealed.home, checkpoints_remote=str(tmp_path / "audit.git")))
    assert attest(copied.home) == []
    return copied


def test_a_clone_is_an_archive_that_verifies_the_warehouse(copied: Sealed, tmp_path: Path) -> None:
    copied.land(8)
    assert attest(copied.home) == []
    git("clone", tmp_path / "audit.git", tmp_path / "clone")
    clone = Sealed(replace(copied.home, checkpoints_setting=tmp_path / "clone"))
    assert (clone.verify().seals, clone.breaches()) == (4, ())
    copied.execute("update raw_integrity.verdict set grade = 'Z' where _row = 3")
    assert {breach.what for breach in clone.breaches()} == {What.ROW_ALTERED}


def test_a_copy_that_is_behind_is_told_as_that_and_as_nothing_else(
    copied: Sealed, tmp_path: Path
) -> None:
    copied.land(8)
    (copied.home.okrs / "kpis" / "sorter_uptime.yml").write_text("# floor: 1\n")
    copied.land(9)
    git("clone", tmp_path / "audit.git", tmp_path / "clone")
    clone = Sealed(replace(copied.home, checkpoints_setting=tmp_path / "clone"))
    [behind] = clone.breaches()
    assert (behind.what, behind.seal, behind.seals) == (What.ARCHIVE_BEHIND, 3, 5)
    assert str(behind).startswith(f"{tmp_path / 'clone'} holds 3 seals, the warehouse 5")
    first, *_, last = copied.loads()
    row = "select * replace (9 as _row) from raw_integrity.verdict where _row = 1"
    copied.execute(
        f"update raw_integrity.verdict set grade = 'Z' where _dlt_load_id = '{first}' and _row = 3",
        f"insert into raw_integrity.verdict {row} and _dlt_load_id = '{last}'",
    )
    assert {(one.what, one.load_id) for one in clone.breaches()} == {
        (What.ARCHIVE_BEHIND, ""),
        (What.ROW_ALTERED, first),
        (What.ROW_ADDED, last),
    }


def test_a_warehouse_ahead_of_a_copy_is_believed_only_by_its_key(
    copied: Sealed, tmp_path: Path
) -> None:
    copied.home.signing_key.unlink()
    copied.land(8)  # signed by a key that nobody introduced
    git("clone", tmp_path / "audit.git", tmp_path / "clone")
    clone = Sealed(replace(copied.home, checkpoints_setting=tmp_path / "clone"))
    found = {(one.what, one.seal, one.load_id) for one in clone.breaches()}
    assert found == {
        (What.SEAL_ALTERED, 3, ""),
        (What.LOAD_NOT_ANNOUNCED, None, copied.loads()[-1]),
    }


def test_a_log_rewritten_here_does_not_replace_the_copy(copied: Sealed, tmp_path: Path) -> None:
    copied.rewrite()
    [problem] = attest(copied.home)
    assert problem.startswith("git push")
    git("clone", tmp_path / "audit.git", tmp_path / "clone")
    assert Archive(tmp_path / "clone").size == 3


def test_a_repository_that_is_down_is_told_without_its_address_and_made_up_for(
    copied: Sealed, tmp_path: Path
) -> None:
    (tmp_path / "audit.git").rename(tmp_path / "away.git")
    copied.land(8)
    [problem] = attest(copied.home)
    assert "SIGHTLINE_CHECKPOINTS_GIT" in problem
    assert "audit.git" not in problem
    (tmp_path / "away.git").rename(tmp_path / "audit.git")
    assert attest(copied.home) == []
    git("clone", tmp_path / "audit.git", tmp_path / "clone")
    assert Archive(tmp_path / "clone").size == 4


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the stand-in signs with openssl")
def test_a_checkpoint_is_dated_once_a_day_and_its_token_verified(
    sealed: Sealed, tmp_path: Path
) -> None:
    archive = Archive(sealed.home.checkpoints)
    with authority(tmp_path / "tsa") as url:
        dated = Sealed(replace(sealed.home, timestamps=url))
        [problem] = attest(dated.home)
        assert "timestamps.pem cannot be read" in problem
        shutil.copy(tmp_path / "tsa" / "root.pem", archive.folder / "timestamps.pem")
        assert attest(dated.home) == []
        dated.land(8)  # of the same day
        assert attest(dated.home) == []
    assert archive.dated() == [2]
    outcome = dated.verify()
    assert outcome.breaches == ()
    assert "dated the log up to seal 2" in outcome.remarks[0]
    archive.keep_token(3, archive.token(2))  # of another checkpoint
    archive.keep_token(1, b"no token")
    assert {(one.what, one.seal) for one in dated.breaches()} == {
        (What.DATE_INVALID, 1),
        (What.DATE_INVALID, 3),
    }
    dated.land(40)  # the next day, and the authority is gone
    [problem] = attest(dated.home)
    assert "did not answer" in problem


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the stand-in signs with openssl")
def test_a_token_of_an_authority_nobody_trusts_is_refused(sealed: Sealed, tmp_path: Path) -> None:
    archive = Archive(sealed.home.checkpoints)
    with authority(tmp_path / "other"):
        shutil.copy(tmp_path / "other" / "root.pem", archive.folder / "timestamps.pem")
    with authority(tmp_path / "tsa") as url:
        [problem] = attest(replace(sealed.home, timestamps=url))
    assert "does not hold" in problem
    assert archive.dated() == []
