"""Small sources of their own for each test, and a look into the raw tables."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlalchemy as sa

from sightline.home import Home
from tests.ingestion.firm import TinyErp

SOURCE_SETTINGS = ("SIGHTLINE_ERP_", "SIGHTLINE_TRACKER_", "SIGHTLINE_SHEETS_")
SEEN_AT = datetime(2026, 10, 26, 6, tzinfo=UTC)

Rows = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    for name in [name for name in os.environ if name.startswith(SOURCE_SETTINGS)]:
        monkeypatch.delenv(name)
    return Home.from_env({"SIGHTLINE_HOME": str(tmp_path / "home")}).create()


@pytest.fixture
def erp(home: Home) -> Iterator[TinyErp]:
    engine = sa.create_engine(f"sqlite:///{home.demo / 'erp.db'}", poolclass=sa.NullPool)
    yield TinyErp.create(engine)
    engine.dispose()


@pytest.fixture
def rows(home: Home) -> Rows:
    """Run a query on the warehouse, as any reader would after the pull has let go of it."""

    def query(sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(home.warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    return query
