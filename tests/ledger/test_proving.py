"""A proof convinces somebody who has neither warehouse nor archive, and only of the truth."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sightline.errors import SightlineError, UsageError
from sightline.ledger import check_proof
from sightline.ledger.archive import Archive
from sightline.ledger.proving import prove
from sightline.ledger.sealing import rotate_key
from tests.ledger.conftest import NOON, Sealed


def proof_of(sealed: Sealed, row: int = 3) -> dict[str, Any]:
    load = sealed.loads()[1]
    return prove(sealed.home, dataset="raw_integrity", table="verdict", load_id=load, row=row)


def key(sealed: Sealed) -> str:
    return Archive(sealed.home.checkpoints).trusted_key() or ""


def test_the_page_checks_every_row_without_the_project(sealed: Sealed, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(key(sealed))
    for row in range(6):
        (tmp_path / "proof.json").write_text(json.dumps(proof_of(sealed, row)))
        done = subprocess.run(
            [sys.executable, "-I", check_proof.__file__, "proof.json", "key"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "as it was sealed" in done.stdout


@pytest.mark.parametrize(
    ("proof", "said"),
    [("nowhere.json", "No such file"), ("key", "holds no proof"), ("empty.json", "no proof")],
)
def test_a_file_that_is_no_proof_is_told_as_that(tmp_path: Path, proof: str, said: str) -> None:
    (tmp_path / "key").write_text("not JSON")
    (tmp_path / "empty.json").write_text("{}")
    done = subprocess.run(
        [sys.executable, "-I", check_proof.__file__, proof, "key"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ({"row": 4}, "another row"),
        ({"load_id": "1.5"}, "another row"),
        ({"dataset": "raw_erp"}, "another load"),
        ({"table": "invoice"}, "no rows of that table"),
        ({"values": {"grade": "A+"}}, "not the one that was sealed"),
        ({"row_path": ["00" * 32]}, "not the one that was sealed"),
        ({"seal_path": ["00" * 32]}, "not in the log"),
        ({"checkpoint": "sightline/raw-ledger\n6\nAAAA\n\n— x AAAA\n"}, "not signed"),
    ],
)
def test_a_proof_altered_in_any_part_does_not_hold(
    sealed: Sealed, part: dict[str, Any], said: str
) -> None:
    proof = proof_of(sealed)
    if "values" in part:
        part = {"values": proof["values"] | part["values"]}
    assert said in check_proof.failure(proof | part, key(sealed))


def test_each_key_of_the_log_checks_what_is_proven_after_it_was_handed_over(
    sealed: Sealed,
) -> None:
    keys = [key(sealed)]
    for day in (1, 2):
        keys.append(rotate_key(sealed.home, sealed_at=NOON + timedelta(days=day)).introduces or "")
        sealed.land(10 + day)
    proof = proof_of(sealed)
    assert [check_proof.failure(proof, one) for one in keys] == ["", "", ""]
    assert len(set(keys)) == 3


def test_only_a_seal_of_the_log_introduces_a_key(sealed: Sealed) -> None:
    first = key(sealed)
    second = rotate_key(sealed.home, sealed_at=NOON + timedelta(days=1)).introduces or ""
    sealed.land(11)
    proof = proof_of(sealed)
    [step] = proof["introductions"]
    stranger = first.replace(first.rpartition("+")[2], second.rpartition("+")[2])
    for wrong in (
        [],
        [step | {"seal": step["seal"].replace(second, stranger)}],
        [step | {"seal": proof["seal"], "seal_path": proof["seal_path"]}],
        [step | {"checkpoint": proof["checkpoint"]}],
    ):
        said = check_proof.failure(proof | {"introductions": wrong}, first)
        assert "not signed by this key, nor by one that it introduced" in said


def test_a_seal_written_anew_is_not_in_the_log(sealed: Sealed) -> None:
    proof = proof_of(sealed)
    forged = proof["seal"].replace('"is_late":false', '"is_late":true')
    assert "not in the log" in check_proof.failure(proof | {"seal": forged}, key(sealed))


def test_an_altered_row_cannot_be_proven(sealed: Sealed) -> None:
    sealed.execute("update raw_integrity.verdict set grade = 'B' where _row = 3")
    with pytest.raises(SightlineError, match="not as it was sealed"):
        proof_of(sealed)


def test_a_row_that_was_never_sealed_is_refused(sealed: Sealed) -> None:
    with pytest.raises(UsageError, match="_dlt_load_id and _row"):
        proof_of(sealed, row=99)
