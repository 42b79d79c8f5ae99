"""Fixtures of the guards: an empty warehouse, and a folder whose files count as guards."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import expectations.guards
from tests.expectations.firm import Warehouse


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    built = Warehouse()
    yield built
    built.connection.close()


@pytest.fixture
def add_guard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Drop a file into the folder of guards; that is all it takes to add one."""
    folder = tmp_path / "guards"
    folder.mkdir()
    monkeypatch.setattr(
        expectations.guards.__spec__,
        "submodule_search_locations",
        [*expectations.guards.__path__, str(folder)],
    )
    monkeypatch.setattr(
        expectations.guards, "__path__", [*expectations.guards.__path__, str(folder)]
    )
    added: list[str] = []

    def add(name: str, source: str) -> None:
        (folder / f"{name}.py").write_text(source)
        added.append(name)

    yield add
    for name in added:
        sys.modules.pop(f"expectations.guards.{name}", None)
        if hasattr(expectations.guards, name):
            delattr(expectations.guards, name)
