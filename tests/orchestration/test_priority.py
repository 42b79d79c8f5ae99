"""Fresh marts are left to a pulse that waits with news; alerts never are."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)

from orchestration.defs.models import build_marts
from orchestration.defs.publication import board, published
from orchestration.priority import NEWS_FIRST, leaves_marts
from sightline.home import Home

LOCATION = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("sightline"), "sightline")
QUEUED, STARTED = dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTED
ONLY_DUE: dict[str, str] = {}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home whose marts have just been published."""
    monkeypatch.setenv("SIGHTLINE_HOME", str(tmp_path / "home"))
    home = Home.from_env().create()
    home.published.touch()
    return home


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as made:
        yield made


def keep(
    instance: dg.DagsterInstance, status: dg.DagsterRunStatus, tags: dict[str, str] = NEWS_FIRST
) -> None:
    """Put a pulse on record."""
    origin = RemoteJobOrigin(LOCATION, "pulse_erp")
    run = dg.DagsterRun("pulse_erp", tags=tags, status=status, remote_job_origin=origin)
    instance.run_storage.add_historical_run(run, datetime.now(UTC))


def test_a_pulse_leaves_fresh_marts_and_pages_to_one_that_waits_with_news(
    home: Home, instance: dg.DagsterInstance
) -> None:
    keep(instance, QUEUED)
    done = dg.materialize([build_marts, published, board], instance=instance)
    skipped = {event.step_key for event in done.all_events if event.is_step_skipped}
    assert (done.success, skipped) == (True, {"published", "board"})
    assert home.published.stat().st_size == 0


@pytest.mark.parametrize(("status", "tags"), [(STARTED, NEWS_FIRST), (QUEUED, ONLY_DUE)])
def test_a_pulse_that_does_not_wait_or_has_no_news_is_left_nothing(
    home: Home,
    instance: dg.DagsterInstance,
    status: dg.DagsterRunStatus,
    tags: dict[str, str],
) -> None:
    keep(instance, status, tags)
    assert not leaves_marts(instance, home)


def test_marts_of_more_than_a_minute_ago_are_published_whoever_waits(
    home: Home, instance: dg.DagsterInstance
) -> None:
    keep(instance, QUEUED)
    assert leaves_marts(instance, home)
    os.utime(home.published, (time.time() - 61,) * 2)
    assert not leaves_marts(instance, home)
    home.published.unlink()
    assert not leaves_marts(instance, home)
