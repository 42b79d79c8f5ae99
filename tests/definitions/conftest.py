from __future__ import annotations

from pathlib import Path

import pytest

from tests.definitions.firm import Firm


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    return Firm(tmp_path)
