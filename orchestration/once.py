"""Run jobs and tick sensors once, in this process: what the daemon does, without waiting for it."""

import threading
import uuid
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import dagster as dg

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True)
class Asked:
    """What a sensor said, and the jobs it asked for."""

    sentence: str
    jobs: tuple[str, ...]


class Conductor:
    """The code location and its instance, with libraries' talk sent to a file.

    `say` is told each step as it ends, so that long work shows progress.
    """

    def __init__(self, log: Path, say: Callable[[str], None]) -> None:
        self._log = log.open("a", encoding="utf-8")
        self._say = say

    def __enter__(self) -> "Conductor":
        from orchestration.definitions import defs

        self._definitions = defs()
        self._instance = dg.DagsterInstance.get()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._instance.dispose()
        self._log.close()

    def run(self, job: str) -> None:
        """Run a job to its end; a step that fails raises what it raised."""
        run_id = str(uuid.uuid4())
        ended = threading.Event()
        teller = threading.Thread(target=self._tell_steps, args=(job, run_id, ended))
        teller.start()
        try:
            with redirect_stdout(self._log):
                self._definitions.resolve_job_def(job).execute_in_process(
                    run_config=_QUIET, instance=self._instance, run_id=run_id
                )
        finally:
            ended.set()
            teller.join()

    def tick(self, sensor: str) -> Asked:
        """Evaluate a sensor as the daemon would, and keep the partitions it asks for."""
        definition = self._definitions.resolve_sensor_def(sensor)
        with dg.build_sensor_context(instance=self._instance) as context:
            tick = definition.evaluate_tick(context)
        for request in tick.dynamic_partitions_requests or ():
            self._instance.add_dynamic_partitions(
                request.partitions_def_name, list(request.partition_keys)
            )
        if not tick.run_requests:
            return Asked(f"{sensor} {tick.skip_message}", ())
        jobs = tuple(str(request.job_name or definition.job_name) for request in tick.run_requests)
        return Asked(f"{sensor} found something: {', '.join(jobs)}", jobs)

    def _tell_steps(self, job: str, run_id: str, ended: threading.Event) -> None:
        cursor: str | None = None
        last = False
        while not last:
            last = ended.wait(1.0)
            read = self._instance.get_records_for_run(
                run_id, cursor, of_type=dg.DagsterEventType.STEP_SUCCESS
            )
            cursor = read.cursor
            for record in read.records:
                self._say(f"  {job}: {record.event_log_entry.step_key}")
