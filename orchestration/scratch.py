"""A copy of the warehouse to try something in: nothing of today is touched."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sightline.errors import NothingCheckedError, SightlineEnvironmentError
from sightline.home import Home
from sightline.warehouse.duckdb import copy_warehouse

_PATIENCE = 60.0  # seconds; a pulse holds the warehouse for a few of them at a time


@contextmanager
def scratch(home: Home) -> Iterator[Home]:
    """A home that holds a copy of the warehouse until the block ends; dbt inside works on it.

    Raises NothingCheckedError before the first pull, SightlineEnvironmentError when another
    process keeps the warehouse for a minute.
    """
    if not home.warehouse.exists():
        raise NothingCheckedError(f"nothing has been pulled into {home.warehouse} yet")
    with tempfile.TemporaryDirectory(prefix=".scratch-", dir=home.root) as folder:
        trial = replace(home, root=Path(folder))
        patiently(lambda: copy_warehouse(home, trial.warehouse))
        with surroundings(SIGHTLINE_HOME=folder):
            yield trial


def patiently(copy: Callable[[], None]) -> None:
    """Copy, again and again for a minute while another process writes to the warehouse."""
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            return copy()
        except SightlineEnvironmentError:
            if time.monotonic() > until:
                raise
            time.sleep(0.5)


@contextmanager
def surroundings(**settings: str) -> Iterator[None]:
    """The environment with other settings until the block ends."""
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
