"""The files that take longest begin, so that no worker is left waiting for one at the end."""

from pathlib import Path

import pytest

_SLOWEST = ("orchestration", "ingestion", "dbt")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order by folder, the slowest first; within a folder nothing moves."""

    def place(item: pytest.Item) -> int:
        folder = Path(item.location[0]).parent.name
        return _SLOWEST.index(folder) if folder in _SLOWEST else len(_SLOWEST)

    items.sort(key=place)
