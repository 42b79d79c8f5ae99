"""A copy of the warehouse to try something in, gone when the trial ends: today is not touched."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sightline.errors import NothingCheckedError, SightlineEnvironmentError
from sightline.home import Home
from sightline.warehouse.duckdb import copy_warehouse

_PATIENCE = 60.0  # seconds; a pulse holds the warehouse for a few of them at a time


@contextmanager
def scratch(home: Home) -> Iterator[Home]:
    """A home that holds a copy of the warehouse; dbt, run inside the block, works on it.

    Raises NothingCheckedError before the first pull, SightlineEnvironmentError when another
    process keeps the warehouse for a minute.
    """
    if not home.warehouse.exists():
        raise NothingCheckedError(f"nothing has been pulled into {home.warehouse} yet")
    with tempfile.TemporaryDirectory(prefix=".scratch-", dir=home.root) as folder:
        trial = replace(home, root=Path(folder))
        _copy(home, trial)
        before = os.environ.get("SIGHTLINE_HOME")
        os.environ["SIGHTLINE_HOME"] = folder
        try:
            yield trial
        finally:
            if before is None:
                del os.environ["SIGHTLINE_HOME"]
            else:
                os.environ["SIGHTLINE_HOME"] = before


def _copy(home: Home, trial: Home) -> None:
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            return copy_warehouse(home, trial.warehouse)
        except SightlineEnvironmentError:
            if time.monotonic() > until:
                raise
            time.sleep(0.5)
