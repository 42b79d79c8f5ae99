"""Is the Dagster instance whole, whoever starts first? Several processes at once on nothing.

    python -m benchmarks.start [--rounds 20] [--processes 4]

Each round lets so many processes open one fresh state directory at the same moment, as a service
manager would: each opens the Dagster instance and leaves a mark in it. The instance is broken when
a process failed, a mark is missing or `sightline doctor` says so. Exit code 1 when one was.

Processes are forked from a server that has imported Dagster: they meet within milliseconds, and not
within the seconds by which imports would spread them.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from tempfile import TemporaryDirectory

from orchestration.doctor import Patience, examine
from sightline.home import CHECKOUT, Home

IMPORTED = ["dagster", "dagster._core.storage.root", "orchestration.embedded_storage"]
MARKS = "started"


def start(folder: Path, processes: int) -> list[str]:
    """Starts them at once on an empty folder; what is broken, nothing where all went well."""
    context = get_context("forkserver")
    context.set_forkserver_preload(IMPORTED)
    gate = context.Barrier(processes)
    started = [
        context.Process(target=_service, args=(folder, number, gate)) for number in range(processes)
    ]
    for process in started:
        process.start()
    for process in started:
        process.join()
    broken = [f"process {n} failed" for n, process in enumerate(started) if process.exitcode]
    looker = context.Process(target=_look, args=(folder, processes))
    looker.start()
    looker.join()
    if looker.exitcode:
        broken.append("not every mark is there")
    home = Home.from_env({"SIGHTLINE_HOME": str(folder)})
    patience = Patience(datetime.now(UTC), timedelta(hours=1))
    broken += [each.what for each in examine(home, patience)[0] if each.check == "instance"]
    return broken


def _environment(folder: Path) -> None:
    os.environ["SIGHTLINE_HOME"] = str(folder)
    os.environ["SIGHTLINE_DAGSTER"] = str(folder / "dagster")
    os.environ["DAGSTER_HOME"] = str(CHECKOUT)


def _service(folder: Path, number: int, gate: Barrier) -> None:
    from dagster import DagsterInstance

    _environment(folder)
    gate.wait()
    with DagsterInstance.get() as instance:
        instance.get_runs(limit=1)
        instance.all_instigator_state()
        instance.add_dynamic_partitions(MARKS, [str(number)])


def _look(folder: Path, processes: int) -> None:
    from dagster import DagsterInstance

    _environment(folder)
    with DagsterInstance.get() as instance:
        found = instance.get_dynamic_partitions(MARKS)
    sys.exit(len(found) != processes)


def main() -> int:
    """Run the rounds and print how many instances were broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--processes", type=int, default=4)
    asked = parser.parse_args()
    count = 0
    for number in range(asked.rounds):
        with TemporaryDirectory() as folder:
            broken = start(Path(folder), asked.processes)
        count += bool(broken)
        sys.stderr.write("".join(f"round {number}: {what}\n" for what in broken))
    sys.stdout.write(
        f"{asked.processes} processes at once on a fresh instance, {asked.rounds} times: "
        f"broken instances {count}\n"
    )
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
