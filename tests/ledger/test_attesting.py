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


def test_a_log_rewritten_here_does_not_replace_the_copy(copied: Sealed, tmp_path: Path) -> None:
    shutil.rmtree(copied.home.checkpoints)
    copied.land(8)
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
