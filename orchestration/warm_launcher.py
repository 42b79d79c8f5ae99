"""Start runs in processes that have everything at hand, and notice at once when one has died.

Dagster's own launcher lets each run load everything anew, ten seconds of a pulse. Here a run is
forked off a process that has done so, and that is replaced as soon as a file it was made of has
changed: an edit takes effect with the next run. Each run holds a lock on a file that names its
process, free again however that ends, so that run monitoring need not wait for
`max_runtime_seconds` after a kill.
"""

from __future__ import annotations

import fcntl
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.launcher import CheckRunHealthResult, LaunchRunContext, RunLauncher, WorkerStatus
from dagster._grpc.types import ExecuteRunArgs
from dagster._serdes import ConfigurableClass, ConfigurableClassData, serialize_value

from orchestration.warm_process import WarmProcess


class WarmLauncher(RunLauncher, ConfigurableClass):
    """Launches runs on this machine; `workers/` keeps a file for each that is under way."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._folder = Path(base_dir) / "workers"
        self._inst_data = inst_data
        self._process: WarmProcess | None = None
        super().__init__()  # type: ignore[no-untyped-call]  # carries no annotation

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        """What dagster.yaml says, for the processes that make their own."""
        return self._inst_data

    @classmethod
    def config_type(cls) -> dict[str, object]:
        """The setting in dagster.yaml."""
        return {"base_dir": dg.StringSource}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> WarmLauncher:
        """What Dagster makes of the block in dagster.yaml."""
        return cls(config_value["base_dir"], inst_data)

    def launch_run(self, context: LaunchRunContext) -> None:
        """Have a process forked for the run, and do not wait for it."""
        run, origin = context.dagster_run, context.job_code_origin
        if origin is None:
            raise dg.DagsterInvariantViolationError(f"nobody knows the code of run {run.run_id}")
        self._folder.mkdir(parents=True, exist_ok=True)
        asked = ExecuteRunArgs(origin, run.run_id, self._instance.get_ref())
        if self._process is None or not self._process.is_current:
            if self._process is not None:
                self._process.dismiss()
            self._process = WarmProcess(origin)
        self._process.fork(self._file(run.run_id), serialize_value(asked))

    def terminate(self, run_id: str) -> bool:
        """Ask the run's process to end; False when there is none."""
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished or not _is_held(self._file(run_id)):
            return False
        self._instance.report_run_canceling(run)
        os.kill(int(self._file(run_id).read_text()), signal.SIGTERM)
        return True

    @property
    def supports_check_run_worker_health(self) -> bool:
        """It does."""
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Whether the run's process lives; a run without a file was not launched here."""
        file = self._file(run.run_id)
        if not file.exists() or _is_held(file):
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        return CheckRunHealthResult(WorkerStatus.FAILED, "its process was killed")

    def _file(self, run_id: str) -> Path:
        return self._folder / run_id


def _is_held(file: Path) -> bool:
    try:
        opened = file.open()
    except FileNotFoundError:  # the run has ended, or was not launched here
        return False
    with opened:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
