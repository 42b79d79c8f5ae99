"""A pulse runs for news of its source, and now and then without: nothing new costs no pulse."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)

from orchestration.defs import news
from orchestration.priority import FIRST
from sightline.casebook import Casebook
from sightline.casebook.checkins import CheckIn, CheckIns
from sightline.home import Home
from tests.ingestion.firm import NOON, TinyErp

Success, Failure = dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE
Queued = dg.DagsterRunStatus.QUEUED
Starting, Started = dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED
AT = NOON.replace(tzinfo=UTC)
LOCATION = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("sightline"), "sightline")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A firm with nothing in it but what a test puts there, looked at for a moment only."""
    for name in [name for name in os.environ if name.startswith("SIGHTLINE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SIGHTLINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SIGHTLINE_OKRS", str(tmp_path / "okrs"))
    monkeypatch.setattr(news, "_LOOK_SECONDS", 0.05)
    monkeypatch.setattr(news, "_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(news, "_BETWEEN", timedelta(0))
    home = Home.from_env().create()
    write(home.okrs / "vocabulary.yml", "departments: []")
    write(home.demo / "sheets/training.csv", "a;b")
    return home


@pytest.fixture
def erp(home: Home) -> TinyErp:
    url = f"sqlite:///{home.demo / 'erp.db'}"
    return TinyErp.create(sa.create_engine(url, poolclass=sa.NullPool))


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """An instance that has seen no run."""
    folder = tmp_path / "dagster"
    folder.mkdir()
    with dg.DagsterInstance.local_temp(str(folder)) as made:
        yield made


@pytest.fixture
def instance(empty: dg.DagsterInstance) -> dg.DagsterInstance:
    """An instance that has seen the definitions, and nothing for an hour since."""
    keep(empty, "pulse_definitions", Success, minutes_ago=60)
    return empty


def write(path: Path, text: str) -> None:
    """A file last changed a minute ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    changed = time.time() - 60
    os.utime(path, (changed, changed))


def keep(
    instance: dg.DagsterInstance,
    job: str,
    status: dg.DagsterRunStatus,
    asked: object = None,
    minutes_ago: float = 0,
) -> None:
    """Put a run on record, with the tags it was asked for with."""
    tags = asked.tags if isinstance(asked, dg.RunRequest) else {}
    run = dg.DagsterRun(
        job,
        tags={str(k): str(v) for k, v in tags.items()},
        status=status,
        remote_job_origin=RemoteJobOrigin(LOCATION, job),
    )
    moment = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    instance.run_storage.add_historical_run(run, moment)


def look(instance: dg.DagsterInstance, name: str = "erp") -> object:
    """What the sensor gives for one look."""
    (sensor,) = (each for each in news.defs().sensors or () if each.name == f"{name}_news")
    with dg.build_sensor_context(instance=instance) as context:
        return sensor(context)


def due(instance: dg.DagsterInstance, name: str = "erp") -> object:
    """What the schedule gives when its minute has come."""
    (schedule,) = (each for each in news.defs().schedules or () if each.name == f"{name}_cadence")
    with dg.build_schedule_context(instance=instance) as context:
        return schedule(context)


def settle(instance: dg.DagsterInstance) -> None:
    """Run every pulse that the sources of our own ask for, until none has news."""
    for _ in range(3):
        asked = look(instance, "own")
        assert isinstance(asked, dg.RunRequest)
        keep(instance, str(asked.job_name), Success, asked)
    assert look(instance, "own") == dg.SkipReason("nothing new")


def check_in() -> None:
    checkins = CheckIns(Home.from_env().casebook_url)
    checkins.add(CheckIn("throughput_1500", "at_risk", None, "automation_lead", "no windows"), AT)
    checkins.close()


def test_what_a_pulse_was_started_for_is_no_news_to_sensor_or_schedule(
    erp: TinyErp, instance: dg.DagsterInstance
) -> None:
    keep(instance, "pulse_erp", Success, look(instance))
    assert "nothing new" in str(look(instance))
    assert "nothing new" in str(due(instance))
    erp.add_downtime(99, create_date=NOON + timedelta(hours=1))
    keep(instance, "pulse_erp", Success, due(instance))
    assert "nothing new" in str(look(instance))
    erp.add_downtime(98, create_date=NOON + timedelta(hours=2))
    assert isinstance(look(instance), dg.RunRequest)


def test_news_goes_before_what_is_only_due_and_waits_with_a_pulse_that_waits(
    erp: TinyErp, instance: dg.DagsterInstance
) -> None:
    first = look(instance)
    assert isinstance(first, dg.RunRequest)
    assert first.tags["dagster/priority"] == "1"
    keep(instance, "pulse_erp", Starting, first)
    erp.add_downtime(99, create_date=NOON + timedelta(hours=1))
    assert "nothing new" in str(look(instance))
    assert "still under way" in str(due(instance))
    keep(instance, "pulse_erp", Started, first)
    assert isinstance(look(instance), dg.RunRequest)


def test_news_of_a_source_that_never_rests_waits_half_a_minute(
    erp: TinyErp, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(instance, "pulse_erp", Started, look(instance))
    erp.add_downtime(99, create_date=NOON + timedelta(hours=1))
    monkeypatch.setattr(news, "_BETWEEN", timedelta(seconds=30))
    assert "nothing new" in str(look(instance))
    monkeypatch.setattr(news, "_BETWEEN", timedelta(0))
    assert isinstance(look(instance), dg.RunRequest)


def test_a_pulse_that_was_only_due_holds_back_no_news(
    erp: TinyErp, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "_BETWEEN", timedelta(seconds=30))
    keep(instance, "pulse_erp", Started, due(instance))
    erp.add_downtime(99, create_date=NOON + timedelta(hours=1))
    assert isinstance(look(instance), dg.RunRequest)


def test_a_database_is_pulled_every_five_minutes_and_at_once_after_a_pulse_that_failed(
    erp: TinyErp, instance: dg.DagsterInstance
) -> None:
    asked = due(instance)
    keep(instance, "pulse_erp", Success, asked, minutes_ago=6)
    keep(instance, "pulse_tracker", Success)
    assert isinstance(due(instance), dg.RunRequest)
    keep(instance, "pulse_erp", Success, asked, minutes_ago=4)
    assert "nothing new" in str(due(instance))
    keep(instance, "pulse_erp", Failure, asked)
    assert isinstance(due(instance), dg.RunRequest)


def test_a_source_that_does_not_answer_is_pulled_all_the_same(
    erp: TinyErp, instance: dg.DagsterInstance
) -> None:
    keep(instance, "pulse_erp", Success, due(instance))
    erp.metadata.drop_all(erp.engine)
    assert isinstance(due(instance), dg.RunRequest)


def test_the_definitions_come_first(erp: TinyErp, empty: dg.DagsterInstance) -> None:
    assert "nothing new" in str(look(empty))
    assert "definitions come first" in str(due(empty))
    asked = look(empty, "own")
    assert isinstance(asked, dg.RunRequest)
    assert asked.job_name == "pulse_definitions"
    keep(empty, "pulse_definitions", Failure, asked)
    assert "nothing new" in str(look(empty))
    keep(empty, "pulse", Success)
    assert isinstance(look(empty), dg.RunRequest)


def test_one_look_at_what_is_ours_starts_the_pulse_of_whatever_has_news(
    home: Home, instance: dg.DagsterInstance
) -> None:
    settle(instance)
    check_in()
    first = look(instance, "own")
    keep(instance, "pulse_casebook", Started, first)
    write(home.okrs / "vocabulary.yml", "departments: [sales]")
    second = look(instance, "own")
    keep(instance, "pulse_definitions", Started, second)
    write(home.demo / "sheets/complaints.csv", "a;b")
    third = look(instance, "own")
    asked = [each.job_name for each in (first, second, third) if isinstance(each, dg.RunRequest)]
    assert asked == ["pulse_casebook", "pulse_definitions", "pulse_sheets"]


def test_a_source_of_ours_that_does_not_answer_holds_back_no_news_of_another(
    home: Home, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(instance)
    monkeypatch.setenv("SIGHTLINE_CASEBOOK_URL", "postgresql://127.0.0.1:1/casebook")
    write(home.okrs / "vocabulary.yml", "departments: [sales]")
    asked = look(instance, "own")
    assert isinstance(asked, dg.RunRequest)
    assert asked.job_name == "pulse_definitions"
    keep(instance, "pulse_definitions", Success, asked)
    with pytest.raises(ExceptionGroup, match="no answer from casebook"):
        look(instance, "own")


def test_a_pulse_that_fails_is_not_started_again_every_second_but_at_its_cadence(
    home: Home, instance: dg.DagsterInstance
) -> None:
    settle(instance)
    write(home.okrs / "vocabulary.yml", "departments: [")
    keep(instance, "pulse_definitions", Failure, look(instance, "own"))
    assert look(instance, "own") == dg.SkipReason("nothing new")
    assert isinstance(due(instance, "definitions"), dg.RunRequest)


@pytest.mark.parametrize("name", ["casebook", "definitions", "sheets"])
def test_without_news_what_is_ours_is_pulled_when_nothing_else_judges_that_time_has_passed(
    instance: dg.DagsterInstance, name: str
) -> None:
    asked = due(instance, name)
    keep(instance, f"pulse_{name}", Success, asked, minutes_ago=6)
    for job, status in (
        ("pulse_tracker", Failure),
        ("casebook", Success),
        ("evidence", Success),
        ("audit", Success),
    ):
        keep(instance, job, status)
    assert isinstance(due(instance, name), dg.RunRequest)
    keep(instance, "pulse_tracker", Started)
    assert "nothing new" in str(due(instance, name))


@pytest.mark.parametrize("name", ["casebook", "definitions", "sheets"])
def test_what_is_ours_is_heard_every_hour_whatever_else_is_pulled(
    instance: dg.DagsterInstance, name: str
) -> None:
    asked = due(instance, name)
    keep(instance, "pulse_tracker", Success)
    keep(instance, f"pulse_{name}", Success, asked, minutes_ago=61)
    assert isinstance(due(instance, name), dg.RunRequest)
    keep(instance, f"pulse_{name}", Success, asked, minutes_ago=59)
    assert "nothing new" in str(due(instance, name))


def test_what_cannot_be_asked_is_pulled_at_its_cadence(instance: dg.DagsterInstance) -> None:
    keep(instance, "pulse_tracker", Success, due(instance, "tracker"))
    assert isinstance(due(instance, "tracker"), dg.RunRequest)


def test_acts_that_change_no_verdict_start_no_pulse_and_reach_the_marts_at_their_cadence(
    home: Home, instance: dg.DagsterInstance
) -> None:
    settle(instance)
    keep(instance, "casebook", Success, due(instance, "acts"))
    casebook = Casebook(home.casebook_url)
    casebook.create()
    assert isinstance(due(instance, "acts"), dg.SkipReason)
    casebook.start_audit(["a.north.level.2026-06-29"], AT, run_id="run")
    assert look(instance, "own") == dg.SkipReason("nothing new")
    asked = due(instance, "acts")
    assert isinstance(asked, dg.RunRequest)
    keep(instance, "casebook", Failure, asked)
    assert isinstance(due(instance, "acts"), dg.RunRequest)
    keep(instance, "casebook", Started, asked)
    check_in()
    assert isinstance(due(instance, "acts"), dg.SkipReason)


@pytest.mark.parametrize(("minutes", "goes_first"), [(1, True), (3, False)])
def test_news_does_not_overtake_for_ever_what_is_only_due(
    instance: dg.DagsterInstance, erp: TinyErp, minutes: float, goes_first: bool
) -> None:
    erp.add_downtime(99, create_date=NOON + timedelta(hours=1))
    keep(instance, "pulse_tracker", Queued, minutes_ago=minutes)
    asked = look(instance)
    assert isinstance(asked, dg.RunRequest)
    assert (FIRST.items() <= asked.tags.items()) is goes_first
