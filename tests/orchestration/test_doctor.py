"""The doctor names what is wrong, with the way out, and touches nothing."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from benchmarks.start import start
from orchestration.doctor import CHECKS, Patience, examine
from orchestration.heartbeat import beat
from sightline.casebook import MAX_ATTEMPTS, Casebook, Message
from sightline.home import Home

NOW = datetime.now(UTC)
PATIENCE = Patience(NOW, timedelta(hours=1))
LONG_AGO = NOW - timedelta(hours=3)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An installation in good health: instance, heartbeat, marts, casebook, manifest."""
    url = f"sqlite:///{tmp_path / 'casebook.db'}"
    home = Home(root=tmp_path / "state", okrs=tmp_path, casebook_url=url, checkout=tmp_path)
    home.create()
    (tmp_path / "dbt_project/target").mkdir(parents=True)
    (tmp_path / "dbt_project/target/manifest.json").write_text('{"nodes": {}}')
    beat(home)
    _instance(home)
    with duckdb.connect(str(home.published)) as marts:
        marts.execute("create schema marts")
        marts.execute("create table marts.publication as select ? as published_at", [_naive(NOW)])
        marts.execute("create table marts.fct_source_load (load_id text, seen_at timestamp)")
        marts.execute("create table marts.fct_load_seal (load_id text)")
        marts.execute("create table marts.rpt_one_glance as select ? as as_of", [_naive(NOW)])
        marts.execute("create table marts.fct_kpi_episode (episode_id text, is_open boolean)")
    return home


@pytest.fixture
def casebook(home: Home) -> Iterator[Casebook]:
    casebook = Casebook(home.casebook_url)
    casebook.create()
    yield casebook
    casebook.close()


def _naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)


def _instance(home: Home) -> None:
    for store in ("history/runs.db", "history/runs/index.db", "schedules/schedules.db"):
        path = home.dagster / store
        path.parent.mkdir(parents=True, exist_ok=True)
        with sqlite3.connect(path) as connection:
            connection.execute("create table alembic_version as select 'x' as version_num")
    (home.dagster / "making.lock").touch()
    _do(
        home,
        "history/runs.db",
        "create table runs (run_id, pipeline_name, status, create_timestamp, start_time)",
    )
    _do(home, "history/runs.db", "create table daemon_heartbeats (daemon_type, timestamp)")
    _do(home, "history/runs/index.db", "create table concurrency_slots (concurrency_key, run_id)")


def _do(home: Home, store: str, statement: str, *values: object) -> None:
    with sqlite3.connect(home.dagster / store) as connection:
        connection.execute(statement, values)


def _symptoms(home: Home) -> list[str]:
    return [f"{each.check}: {each.what}" for each in examine(home, PATIENCE)[0]]


def test_an_installation_in_good_health_has_no_symptom(home: Home, casebook: Casebook) -> None:
    symptoms, made = examine(home, PATIENCE)
    assert symptoms == []
    assert made == list(CHECKS)


def test_an_orchestrator_that_fell_silent_is_told(home: Home) -> None:
    os.utime(home.root / "heartbeat", (LONG_AGO.timestamp(), LONG_AGO.timestamp()))
    _do(home, "history/runs.db", "insert into daemon_heartbeats values ('SENSOR', ?)",
        str(_naive(LONG_AGO)))  # fmt: skip
    heartbeat, daemon = _symptoms(home)
    assert heartbeat.startswith("heartbeat: no pulse has ended since")
    assert daemon.startswith("daemon: the sensor daemon is silent since")


def test_a_stuck_run_and_a_slot_nobody_gives_back_are_told(home: Home) -> None:
    asked, began = str(_naive(LONG_AGO)), LONG_AGO.timestamp()
    for run_id, status, started in (("r1", "STARTED", began), ("r2", "QUEUED", None)):
        _do(home, "history/runs.db", "insert into runs values (?, 'audit', ?, ?, ?)",
            run_id, status, asked, started)  # fmt: skip
    _do(home, "history/runs/index.db", "insert into concurrency_slots values ('warehouse', 'r0')")
    assert _symptoms(home) == [
        "runs: run r1 of audit has been going for over 16 minutes",
        "runs: run r2 of audit has been waiting to start for over 16 minutes",
        "slots: pool warehouse is held by run r0, which is over",
    ]


def test_messages_that_wait_or_are_dead_and_cases_without_audit_are_told(
    home: Home, casebook: Casebook
) -> None:
    case = "sorter_uptime.north.level.2026-06-29"
    both = [Message("open", (case,), None, name, f"Uptime by {name}") for name in ("a", "b")]
    casebook.announce(both, LONG_AGO)
    dead = casebook.undelivered(LONG_AGO)[1]
    for _ in range(MAX_ATTEMPTS):
        casebook.record_delivery(dead.message_id, channel="b", at=LONG_AGO, ok=False)
    with duckdb.connect(str(home.published)) as marts:
        marts.execute("insert into marts.fct_kpi_episode values (?, true)", [case])
    assert _symptoms(home) == [
        "outbox: 1 message is due and not sent",
        "dead letters: “Uptime by b” never arrived on b",
        f"audits: {case} has no audit",
    ]


def test_old_marts_and_loads_without_a_seal_are_told(home: Home) -> None:
    with duckdb.connect(str(home.published)) as marts:
        marts.execute("update marts.publication set published_at = ?", [_naive(LONG_AGO)])
        marts.execute("insert into marts.fct_source_load values ('l1', ?)", [_naive(LONG_AGO)])
    stale, unsealed = _symptoms(home)
    assert stale.startswith("marts: the marts are of")
    assert unsealed == "seals: 1 load is not sealed"


def test_models_that_came_since_the_manifest_was_written_are_told(home: Home) -> None:
    new = home.checkout / "dbt_project/models/kpis/kpi_new.sql"
    new.parent.mkdir(parents=True)
    new.touch()
    (symptom,), _ = examine(home, PATIENCE)
    assert symptom.what.startswith("models/kpis/kpi_new.sql came or went since")
    assert (symptom.way_out, symptom.is_environment) == ("run `make setup`", True)


def test_a_missing_manifest_and_a_broken_instance_are_matters_of_the_environment(
    home: Home,
) -> None:
    (home.checkout / "dbt_project/target/manifest.json").unlink()
    (home.dagster / "schedules/schedules.db").write_bytes(b"no database at all" * 100)
    symptoms, _ = examine(home, PATIENCE)
    assert [(each.check, each.is_environment) for each in symptoms] == [
        ("manifest", True),
        ("instance", True),
    ]


def test_a_store_that_several_checks_read_is_told_once(home: Home, casebook: Casebook) -> None:
    case = "sorter_uptime.north.level.2026-06-29"
    casebook.announce([Message("open", (case,), None, "console", "uptime", {})], NOW)
    for store in (home.dagster / "history/runs.db", home.published):
        store.write_bytes(b"no database at all" * 400)
    symptoms, made = examine(home, PATIENCE)
    assert [(each.check, each.is_environment) for each in symptoms] == [
        ("instance", True),
        ("marts", True),
    ]
    assert made == list(CHECKS)
    instance, marts = symptoms
    assert "runs.db cannot be read: file is not a database" in instance.what
    assert "start again" in instance.way_out
    assert str(home.published) in marts.what


def test_a_store_that_may_not_be_opened_is_told_once_and_not_called_broken(home: Home) -> None:
    store = home.dagster / "history/runs.db"
    store.unlink()
    store.mkdir()
    (symptom,) = examine(home, PATIENCE)[0]
    assert symptom.what.startswith("runs.db cannot be looked at: ")
    assert "start again" not in symptom.way_out


def test_the_doctor_changes_nothing(home: Home, casebook: Casebook) -> None:
    casebook.close()
    before = _bytes(home)
    examine(home, PATIENCE)
    assert _bytes(home) == before


def _bytes(home: Home) -> dict[Path, bytes]:
    files = (path for path in home.root.parent.rglob("*") if path.is_file())
    return {path: path.read_bytes() for path in files if path.suffix not in {".db-shm", ".db-wal"}}


def test_a_check_that_cannot_be_made_is_a_symptom(home: Home) -> None:
    symptoms, _ = examine(replace(home, casebook_url="nothing://x"), PATIENCE)
    assert [each.check for each in symptoms] == ["casebook"]


@pytest.mark.parametrize(("spoil", "code"), [(False, 1), (True, 3)])
def test_the_command_has_an_exit_code_for_cron_and_imports_nothing_heavy(
    tmp_path: Path, spoil: bool, code: int
) -> None:
    program = (
        "import sys\n"
        "from orchestration.cli import app\n"
        "try:\n    app(['doctor', '--json'])\n"
        "finally:\n"
        "    heavy = {'dagster', 'dbt', 'dlt', 'pandas', 'great_expectations'} & set(sys.modules)\n"
        "    assert not heavy, heavy\n"
    )
    if spoil:
        (tmp_path / "dagster/history").mkdir(parents=True)
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"SIGHTLINE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr


def test_four_processes_that_start_at_once_make_one_whole_instance(tmp_path: Path) -> None:
    assert start(tmp_path, 4) == []
