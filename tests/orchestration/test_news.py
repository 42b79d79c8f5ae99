"""A pulse of an SQL source runs for news, and now and then without: nothing new costs no pulse."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa

from orchestration.defs import news, pulse
from tests.ingestion.firm import NOON, TinyErp

Success, Failure = dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE
Starting, Started = dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED


@pytest.fixture
def erp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TinyErp:
    url = f"sqlite:///{tmp_path}/erp.db"
    monkeypatch.setenv("SIGHTLINE_ERP_URL", url)
    monkeypatch.setattr(news, "_LOOK_SECONDS", 0.05)
    monkeypatch.setattr(news, "_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(news, "_BETWEEN", timedelta(0))
    return TinyErp.create(sa.create_engine(url, poolclass=sa.NullPool))


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    folder = tmp_path / "dagster"
    folder.mkdir()
    with dg.DagsterInstance.local_temp(str(folder)) as made:
        yield made


def look(instance: dg.DagsterInstance) -> object:
    """What the sensor gives for one look."""
    (sensor,) = (each for each in news.defs().sensors or () if each.name == "erp_news")
    with dg.build_sensor_context(instance=instance) as context:
        return sensor(context)


def due(instance: dg.DagsterInstance) -> object:
    """What the schedule gives when its minute has come."""
    (schedule,) = (each for each in pulse.defs().schedules or () if each.name == "erp_cadence")
    with dg.build_schedule_context(instance=instance) as context:
        return schedule(context)


def run(instance: dg.DagsterInstance, asked: object, status: dg.DagsterRunStatus) -> None:
    """Put the pulse on record that was asked for."""
    assert isinstance(asked, dg.RunRequest)
    tags = {str(key): str(value) for key, value in asked.tags.items()}
    instance.run_storage.add_run(dg.DagsterRun("pulse_erp", tags=tags, status=status))


def test_what_a_pulse_was_started_for_is_no_news_to_sensor_or_schedule(
    erp: TinyErp, instance: dg.DagsterInstance
) -> None:
    run(instance, look(instance), Success)
    assert "nothing new" in str(look(instance))
    assert "nothing new" in str(due(instance))
    erp.add_downtime(99, create_date=NOON + timedelta(hours=1))
    run(instance, due(instance), Success)
    assert "nothing new" in str(look(instance))
    erp.add_downtime(98, create_date=NOON + timedelta(hours=2))
    assert isinstance(look(instance), dg.RunRequest)


def test_news_goes_before_what_is_only_due_and_waits_with_a_pulse_that_waits(
    erp: TinyErp, instance: dg.DagsterInstance
) -> None:
    first = look(instance)
    assert isinstance(first, dg.RunRequest)
    assert first.tags["dagster/priority"] == "1"
    run(instance, first, Starting)
    erp.add_downtime(99, create_date=NOON + timedelta(hours=1))
    assert "waits" in str(look(instance))
    assert "still under way" in str(due(instance))


def test_news_of_a_source_that_never_rests_waits_half_a_minute(
    erp: TinyErp, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(instance, look(instance), Started)
    erp.add_downtime(99, create_date=NOON + timedelta(hours=1))
    monkeypatch.setattr(news, "_BETWEEN", timedelta(seconds=30))
    assert "nothing new" in str(look(instance))
    monkeypatch.setattr(news, "_BETWEEN", timedelta(0))
    assert isinstance(look(instance), dg.RunRequest)


def test_without_news_a_pulse_is_due_after_a_while_and_at_once_after_one_that_failed(
    erp: TinyErp, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(instance, due(instance), Failure)
    run(instance, due(instance), Success)
    assert "nothing new" in str(due(instance))
    monkeypatch.setattr(pulse, "WITHOUT_NEWS", timedelta(0))
    assert isinstance(due(instance), dg.RunRequest)


def test_a_source_that_does_not_answer_is_pulled_all_the_same(
    erp: TinyErp, instance: dg.DagsterInstance
) -> None:
    run(instance, due(instance), Success)
    erp.metadata.drop_all(erp.engine)
    assert isinstance(due(instance), dg.RunRequest)
