"""A firm's marts, a casebook and a home, all thrown away after the test."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sightline.casebook import Casebook
from sightline.home import Home
from tests.reports.firm import Firm

NOW = datetime(2026, 10, 26, 6, 0, tzinfo=UTC)


@pytest.fixture
def firm() -> Iterator[Firm]:
    firm = Firm()
    yield firm
    firm.marts.close()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(
        root=tmp_path, okrs=tmp_path, casebook_url=f"sqlite:///{tmp_path / 'casebook.db'}"
    ).create()


@pytest.fixture
def casebook(home: Home) -> Iterator[Casebook]:
    casebook = Casebook(home.casebook_url)
    casebook.create()
    yield casebook
    casebook.close()
