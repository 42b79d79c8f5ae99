"""A process that has everything at hand and forks runs, and the handle that a launcher has of it.

The process loads libraries, the code location and dbt, ten seconds of each run otherwise. For each
line of its standard input it forks a run; a line is a JSON list of the file that the run locks for
its life and the argument of Dagster's `execute_run`. It ends when its input has ended and its last
run.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator
from hashlib import sha256
from importlib import import_module
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import IO, cast

from dagster._cli.api import api_cli
from dagster._core.origin import JobPythonOrigin
from dagster._serdes import deserialize_value, serialize_value
from dagster._utils.hosted_user_process import recon_job_from_origin

from orchestration.dbt_runner import get_ready
from sightline.home import CHECKOUT, Home

# What steps import when they get there, and not the code location.
_LAZY = ("apprise", "dbt.cli.main", "dbt.task.build", "dbt.adapters.duckdb.impl",
         "dlt.sources.sql_database", "duckdb", "great_expectations", "holidays", "pandas",
         "pyarrow", "sqlalchemy", "sqlglot")  # fmt: skip
_ELSEWHERE = ("SIGHTLINE_OKRS", "SIGHTLINE_ERP_TABLES", "SIGHTLINE_SHEETS_MAPPINGS")
_WRITTEN = {"__pycache__", "target", "logs"}  # by programs


class WarmProcess:
    """Such a process, started for a job; it serves the other jobs of the code location as well."""

    def __init__(self, origin: JobPythonOrigin) -> None:
        self._made_of = made_of()
        command = [sys.executable, "-m", __name__, serialize_value(origin)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, text=True)  # noqa: S603 - us
        self._input = cast("IO[str]", self.process.stdin)

    @property
    def is_current(self) -> bool:
        """Whether it lives, and would load the same if it were started now."""
        return self.process.poll() is None and self._made_of == made_of()

    def fork(self, held: Path, arguments: str) -> None:
        """Have it fork a run that holds a lock on a file, and do not wait for it."""
        self._input.write(json.dumps([str(held), arguments]) + "\n")
        self._input.flush()

    def dismiss(self) -> None:
        """Let it end with its last run."""
        self._input.close()


def made_of() -> str:
    """Differs as soon as code, models, definitions or mappings are not what they were."""
    state = Home.from_env().root
    roots = [CHECKOUT, *(Path(os.environ[name]) for name in _ELSEWHERE if os.environ.get(name))]
    files = sorted({path for root in roots for path in _files(root, state)})
    return sha256("".join(f"{path} {_changed(path)}\n" for path in files).encode()).hexdigest()


def _files(root: Path, state: Path) -> Iterator[Path]:
    """The files below a folder that people write, or the one file that it is."""
    if root.is_file():
        yield root
    for folder, folders, names in os.walk(root):
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".") and name not in _WRITTEN and Path(folder, name) != state
        ]
        yield from (Path(folder, name) for name in names if not name.startswith("."))


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:  # it went while we looked
        return 0


def main() -> None:
    """Load, then fork a run for each line."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever interrupts means the runs
    _load(sys.argv[1])
    processes = get_context("fork")
    for line in sys.stdin:
        active_children()  # lets go of those that have ended
        processes.Process(target=_run, args=json.loads(line)).start()


def _load(origin: str) -> None:
    """Have at hand what a run would load; what cannot be loaded the run meets, and reports."""
    try:
        for library in _LAZY:
            import_module(library)
        recon_job_from_origin(deserialize_value(origin, JobPythonOrigin)).get_definition()
        get_ready()
    except Exception:  # whatever an edit has broken
        traceback.print_exc()


def _run(held: str, arguments: str) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with Path(held).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(f"{os.getpid()}")
        file.flush()
        try:
            api_cli.main(["execute_run", arguments])
        finally:
            Path(held).unlink()


if __name__ == "__main__":
    main()
