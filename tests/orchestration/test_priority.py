"""Fresh marts are left to a pulse that waits with news; alerts never are."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from orchestration.defs.models import build_marts
from orchestration.defs.publication import board, published
from orchestration.priority import NEWS, leaves_marts
from sightline.home import Home
from tests.orchestration.test_news import Queued, Started, keep

FOR_NEWS, ONLY_DUE = dg.RunRequest(tags=NEWS), dg.RunRequest()


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


def test_a_pulse_leaves_fresh_marts_and_pages_to_one_that_waits_with_news(
    home: Home, instance: dg.DagsterInstance
) -> None:
    keep(instance, "pulse_erp", Queued, FOR_NEWS)
    done = dg.materialize([build_marts, published, board], instance=instance)
    skipped = {event.step_key for event in done.all_events if event.is_step_skipped}
    assert (done.success, skipped) == (True, {"published", "board"})
    assert home.published.stat().st_size == 0


@pytest.mark.parametrize(("status", "asked"), [(Started, FOR_NEWS), (Queued, ONLY_DUE)])
def test_a_pulse_that_does_not_wait_or_has_no_news_is_left_nothing(
    home: Home,
    instance: dg.DagsterInstance,
    status: dg.DagsterRunStatus,
    asked: dg.RunRequest,
) -> None:
    keep(instance, "pulse_erp", status, asked)
    assert not leaves_marts(instance, home)


def test_marts_of_more_than_a_minute_ago_are_published_whoever_waits(
    home: Home, instance: dg.DagsterInstance
) -> None:
    keep(instance, "pulse_erp", Queued, FOR_NEWS)
    assert leaves_marts(instance, home)
    os.utime(home.published, (time.time() - 61,) * 2)
    assert not leaves_marts(instance, home)
    home.published.unlink()
    assert not leaves_marts(instance, home)
