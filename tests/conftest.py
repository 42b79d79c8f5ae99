"""How the workers share the work: the longest files begin, and what is dear is made once."""

import os
import shutil
from collections.abc import Callable, Iterator
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_SLOWEST = (
    "tests/orchestration/test_asof.py",  # begins by running one scenario of the demo,
    "tests/orchestration/test_demo_firm.py",  # and this the other, so that no worker waits
    "tests/orchestration/",
    "tests/ingestion/",
    "tests/dbt/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order by file and folder, the slowest first; otherwise nothing moves."""

    def place(item: pytest.Item) -> int:
        starts = (item.nodeid.startswith(slow) for slow in _SLOWEST)
        return next((at for at, is_slow in enumerate(starts) if is_slow), len(_SLOWEST))

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


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """A real one, started once a worker: two at a time would not let each other run."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        reason = "NO BROWSER: install chromium, or nothing here is proven"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox"],  # our own pages, also as root
        )
        yield launched
        launched.close()
