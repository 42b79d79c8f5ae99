"""A run whose process was killed is known to be dead at once, and no other run is."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.launcher import WorkerStatus

from orchestration.warm_launcher import WarmLauncher

HOLD = """
import fcntl, os, pathlib, sys, time
with pathlib.Path(sys.argv[1]).open("w") as held:
    fcntl.flock(held, fcntl.LOCK_EX)
    held.write(str(os.getpid()))
    held.flush()
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def launcher(tmp_path: Path) -> Iterator[WarmLauncher]:
    state, base = tmp_path / "state", tmp_path / "base"
    state.mkdir()
    (base / "workers").mkdir(parents=True)
    with dg.DagsterInstance.local_temp(str(state)) as instance:
        made = WarmLauncher(str(base))
        made.register_instance(instance)
        run = dg.DagsterRun("pulse", run_id="one", status=dg.DagsterRunStatus.STARTED)
        instance.run_storage.add_run(run)
        yield made


@pytest.fixture
def worker(tmp_path: Path, launcher: WarmLauncher) -> Iterator[subprocess.Popen[str]]:
    """A process that is at run one, as a run's process is."""
    command = [sys.executable, "-c", HOLD, str(tmp_path / "base/workers/one")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def health(launcher: WarmLauncher, run_id: str = "one") -> WorkerStatus:
    return launcher.check_run_worker_health(dg.DagsterRun("pulse", run_id=run_id)).status


def test_a_run_lives_as_long_as_its_process(
    launcher: WarmLauncher, worker: subprocess.Popen[str]
) -> None:
    assert health(launcher) is WorkerStatus.RUNNING
    worker.kill()
    worker.wait()
    assert health(launcher) is WorkerStatus.FAILED
    assert not launcher.terminate("one")


def test_a_run_that_was_not_launched_here_is_left_alone(launcher: WarmLauncher) -> None:
    assert health(launcher, "a run of this process") is WorkerStatus.RUNNING
    assert not launcher.terminate("a run of this process")


def test_whoever_cancels_a_run_ends_its_process_by_a_signal_it_can_answer(
    launcher: WarmLauncher, worker: subprocess.Popen[str]
) -> None:
    assert launcher.terminate("one")
    assert worker.wait(timeout=10) == -signal.SIGTERM
