"""Both scenarios, built once for the tests of the demo; a test that changes a firm copies it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from demo.firm import build
from demo.story import SCENARIOS, Scenario
from tests.conftest import made_once
from tests.demo.weekly import FirmCopy


@pytest.fixture(scope="session")
def firms(tmp_path_factory: pytest.TempPathFactory) -> dict[Scenario, Path]:
    """Folder of each scenario's firm; not to be changed."""

    def make(folder: Path) -> None:
        for scenario in SCENARIOS:
            build(folder / scenario, scenario=scenario)

    folder = made_once(tmp_path_factory, "firms", make)
    return {scenario: folder / scenario for scenario in SCENARIOS}


@pytest.fixture
def firm_copy(firms: dict[Scenario, Path], tmp_path: Path) -> FirmCopy:
    """A scenario's firm in a folder of the test's own."""

    def copy(scenario: Scenario) -> Path:
        return Path(shutil.copytree(firms[scenario], tmp_path / scenario))

    return copy
