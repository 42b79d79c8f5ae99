"""What people expect is kept as the act it is, by role, and is never a status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from sightline.casebook.checkins import CheckIn, CheckIns
from sightline.confidence import parse
from sightline.errors import UsageError

AT = datetime(2026, 8, 3, 7, 0, tzinfo=UTC)
SIGHTLINE = Path(sys.executable).parent / "sightline"


def checkin(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    (home / "clock").write_text("2026-08-03T07:00:00Z\n", encoding="utf-8")
    settings = {"SIGHTLINE_HOME": str(home), "SIGHTLINE_CLOCK": str(home / "clock")}
    return subprocess.run(
        [SIGHTLINE, "checkin", *words],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("said", "word", "share"),
    [
        ("on_track", "on_track", None),
        ("At risk", "at_risk", None),
        ("0.7", "on_track", Decimal("0.7")),
        ("0.699", "at_risk", Decimal("0.699")),
        ("0.4", "at_risk", Decimal("0.4")),
        ("0.39", "off_track", Decimal("0.39")),
    ],
)
def test_a_word_or_a_number_says_how_confident_somebody_is(
    said: str, word: str, share: Decimal | None
) -> None:
    assert parse(said) == (word, share)


@pytest.mark.parametrize("said", ["healthy", "GREEN", "breached"])
def test_a_status_is_refused_with_the_word_that_can_be_declared(said: str) -> None:
    with pytest.raises(UsageError, match="statuses are computed"):
        parse(said)


@pytest.mark.parametrize("said", ["1.01", "-0.1", "NaN", "Infinity", "fine", ""])
def test_what_is_neither_is_refused(said: str) -> None:
    with pytest.raises(UsageError, match="no number from 0 to 1"):
        parse(said)


def test_the_same_check_in_is_kept_once_and_for_good(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'casebook.db'}"
    checkins = CheckIns(url)
    said = CheckIn("throughput_1500", "at_risk", Decimal("0.5"), "coo", "No windows are given.")
    assert checkins.add(said, AT)
    assert not checkins.add(said, AT)
    checkins.close()
    engine = sa.create_engine(url)
    for act in ("delete from checkin", "update checkin set confidence = 'on_track'"):
        with pytest.raises(sa.exc.DatabaseError, match="append-only"), engine.begin() as connection:
            connection.exec_driver_sql(act)
    engine.dispose()


def test_the_command_keeps_role_reason_and_moment_and_says_who_acts(tmp_path: Path) -> None:
    words = ("throughput_1500", "0.3", "--by", "automation_lead", "--reason", "No windows.")
    done = checkin(tmp_path, *words, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["acting"] == "automation-lead@northline.example"
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'casebook.db'}")
    with engine.connect() as connection:
        ((kept),) = connection.exec_driver_sql(
            'select key_result_id, confidence, share, declared_by, reason, "at" from checkin'
        ).fetchall()
    engine.dispose()
    assert tuple(kept)[:5] == ("throughput_1500", "off_track", "0.3", "automation_lead", words[-1])
    assert str(kept[5]).startswith("2026-08-03 07:00")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("throughput_150", "at_risk", "--by", "coo", "--reason", "x"), "throughput_1500"),
        (("throughput_1500", "at_risk", "--by", "ceo", "--reason", "x"), "no role ceo"),
        (("throughput_1500", "healthy", "--by", "coo", "--reason", "x"), "write on_track"),
        (("throughput_1500", "at_risk", "--by", "coo", "--reason", " "), "without a reason"),
    ],
    ids=["key-result", "role", "status", "reason"],
)
def test_a_check_in_that_says_nothing_is_refused_with_a_way_out(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    done = checkin(tmp_path, *words)
    assert done.returncode == 2
    assert said in done.stderr
