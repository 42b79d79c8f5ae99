"""Every load is sealed once, whatever dies in between, and nothing else is."""

import os
import shutil
import stat
import subprocess
import sys
from datetime import timedelta

import pytest

from sightline.errors import SightlineEnvironmentError
from sightline.ledger import note
from sightline.ledger.archive import Archive
from sightline.ledger.breach import What
from sightline.ledger.sealing import announce, rotate_key, seal_loads
from tests.ledger.conftest import NOON, Sealed

KILLED = """
import os, sys
from importlib import import_module

module, _, path = sys.argv[1].partition(":")
owner, _, name = path.rpartition(".")
target = import_module(module)
for step in filter(None, owner.split(".")):
    target = getattr(target, step)
setattr(target, name, lambda *_, **__: os._exit(9))

from sightline.home import Home
from tests.ledger.conftest import Sealed

Sealed(Home.from_env()).land(7)
"""


def die(sealed: Sealed, point: str) -> None:
    """Land a load in a process that is killed at this point."""
    home = sealed.home
    environ = {"SIGHTLINE_HOME": str(home.root), "SIGHTLINE_OKRS": str(home.okrs)}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", KILLED, point],
        env=os.environ | environ,
        check=False,
    )
    assert done.returncode == 9


def test_every_load_is_sealed_with_the_files_in_force(sealed: Sealed) -> None:
    outcome = sealed.verify()
    assert (outcome.seals, outcome.breaches, outcome.remarks) == (3, (), ())
    archive = Archive(sealed.home.checkpoints)
    newest = archive.read_seal(archive.size - 1)
    assert newest is not None
    files = archive.definitions(newest) or {}
    assert {"okrs/vocabulary.yml", "dbt_project/dbt_project.yml"} < files.keys()
    assert "dbt_project/macros/known_rows.sql" in files


def test_the_signing_key_is_its_owners_alone(sealed: Sealed) -> None:
    assert stat.S_IMODE(sealed.home.signing_key.stat().st_mode) == 0o600


def test_a_load_whose_pull_died_before_the_seal_is_sealed_late_and_stays_so(
    sealed: Sealed,
) -> None:
    die(sealed, "ingestion.load:seal_loads")
    waiting = sealed.verify()
    assert waiting.breaches == ()
    assert all("the next pull will" in remark for remark in waiting.remarks)
    sealed.land(8)
    outcome = sealed.verify()
    assert outcome.breaches == ()
    assert [remark.split(" of ")[1].split()[0] for remark in outcome.remarks] == ["raw_integrity"]


def test_a_seal_that_was_exported_and_not_copied_is_not_made_twice(sealed: Sealed) -> None:
    die(sealed, "sightline.ledger.records:insert")
    assert Archive(sealed.home.checkpoints).size == 4
    sealed.land(8)
    outcome = sealed.verify()
    assert (outcome.seals, outcome.breaches) == (5, ())


def test_a_load_that_never_came_to_be_is_forgotten(sealed: Sealed) -> None:
    announce(sealed.home, "raw_integrity", ["1.5"])
    assert seal_loads(sealed.home, {"raw_integrity": ()}, sealed_at=NOON) == []
    assert Archive(sealed.home.checkpoints).announced() == []


def test_a_load_committed_by_hand_is_never_sealed(sealed: Sealed) -> None:
    sealed.execute(
        "insert into raw_integrity._dlt_loads select * replace ('9999999999.5' as load_id) "
        "from raw_integrity._dlt_loads limit 1",
        "insert into raw_integrity.verdict select * replace ('9999999999.5' as _dlt_load_id) "
        "from raw_integrity.verdict where _row = 0",
    )
    sealed.land(8)
    found = {(breach.what, breach.load_id, breach.rows) for breach in sealed.breaches()}
    assert found == {(What.LOAD_NOT_ANNOUNCED, "9999999999.5", (0,))}


def test_an_archive_that_cannot_be_written_stops_the_load_before_its_commit(
    sealed: Sealed,
) -> None:
    before = sealed.loads()
    shutil.rmtree(sealed.home.checkpoints)
    sealed.home.checkpoints.write_text("a file where the folder was")
    with pytest.raises(SightlineEnvironmentError, match="SIGHTLINE_CHECKPOINTS"):
        sealed.land(8)
    assert sealed.loads() == before


def test_a_definition_change_struck_from_the_warehouse_is_found(sealed: Sealed) -> None:
    sealed.execute("update raw_ledger.definition_file set sha256 = 'x' where path like '%uptime%'")
    assert {(one.what, one.seal) for one in sealed.breaches()} == {(What.SEAL_ALTERED, 0)}


def test_a_new_key_is_introduced_by_the_old_one(sealed: Sealed) -> None:
    before = sealed.home.signing_key.read_bytes()
    introduced = rotate_key(sealed.home, sealed_at=NOON + timedelta(days=1)).introduces
    sealed.land(8)
    archive = Archive(sealed.home.checkpoints)
    assert sealed.home.signing_key.read_bytes() != before
    assert introduced != archive.trusted_key()
    assert note.is_signed_by(archive.newest_checkpoint() or "", introduced or "")
    assert sealed.breaches() == ()


def test_a_key_that_nobody_introduced_is_found(sealed: Sealed) -> None:
    sealed.home.signing_key.unlink()
    sealed.land(8)
    found = {(breach.what, breach.seal) for breach in sealed.breaches()}
    assert found == {(What.CHECKPOINT_INVALID, 3)}
