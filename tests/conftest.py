"""Tests of one folder share their costly fixtures, so one worker runs a folder; slowest first."""

from pathlib import Path

import pytest

_SLOWEST = ("orchestration", "ingestion", "dbt")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Group tests by folder, and let the folders that take longest begin."""

    def folder(item: pytest.Item) -> str:
        return Path(item.location[0]).parent.name

    def place(item: pytest.Item) -> int:
        name = folder(item)
        return _SLOWEST.index(name) if name in _SLOWEST else len(_SLOWEST)

    for item in items:
        item.add_marker(pytest.mark.xdist_group(folder(item)))
    items.sort(key=place)
