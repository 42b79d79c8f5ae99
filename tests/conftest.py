"""How the workers share the work: the longest files begin, and what is dear is made once."""

import os
import shutil
from collections.abc import Callable
from fcntl import LOCK_EX, flock
from pathlib import Path

import pytest

_SLOWEST = ("orchestration", "ingestion", "dbt")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order by folder, the slowest first; within a folder nothing moves."""

    def place(item: pytest.Item) -> int:
        folder = Path(item.location[0]).parent.name
        return _SLOWEST.index(folder) if folder in _SLOWEST else len(_SLOWEST)

    items.sort(key=place)


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """This worker's copy of a folder that the first worker to need it has filled for all.

    The workers' temporary folders lie side by side, as pytest-xdist's own recipe has it.
    """
    own = factory.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / f"once-{name}"
    made = shared.with_suffix(".made")
    with shared.with_suffix(".lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not made.exists():
            shutil.rmtree(shared, ignore_errors=True)
            shared.mkdir()
            make(shared)
            made.touch()
    return Path(shutil.copytree(shared, own / name, symlinks=True))
