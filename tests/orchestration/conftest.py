"""The demo firm, run once a scenario through the command a user types; guards over any csv."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from orchestration.cli import main
from tests.conftest import made_once

CHECKOUT = Path(__file__).parents[2]
SIGHTLINE = Path(sys.executable).parent / "sightline"


@dataclass(frozen=True)
class Firm:
    """One finished `sightline demo run`: its state directory and what it left elsewhere."""

    home: Path
    user_home: Path
    off_loopback: Path
    report: dict[str, Any]
    time_zone: str = "UTC"

    @property
    def environment(self) -> dict[str, str]:
        """What a command needs to look at this firm."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("SIGHTLINE_", "DAGSTER_"))}
        return kept | {
            "SIGHTLINE_HOME": str(self.home),
            "HOME": str(self.user_home),
            "TZ": self.time_zone,
            "PYTHONPATH": str(CHECKOUT / "tests/orchestration/loopback_only"),
            "LOOPBACK_ONLY_LOG": str(self.off_loopback),
        }

    def sightline(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the command against this firm and give back all it printed."""
        return subprocess.run(
            [SIGHTLINE, *words], env=self.environment, capture_output=True, text=True, check=False
        )


def _firm(factory: pytest.TempPathFactory, scenario: str, time_zone: str = "UTC") -> Firm:
    """A firm run by the first worker that asks for it; each worker has a copy of its own."""

    def run(folder: Path) -> None:
        firm = _in(folder, time_zone)
        firm.user_home.mkdir()
        done = firm.sightline("demo", "run", "--scenario", scenario, "--json")
        assert done.returncode == 0, done.stderr[-4000:]
        (folder / "report.json").write_text(done.stdout)

    folder = made_once(factory, scenario, run)
    return replace(_in(folder, time_zone), report=json.loads((folder / "report.json").read_text()))


def _in(folder: Path, time_zone: str) -> Firm:
    return Firm(folder / "state", folder / "user", folder / "off_loopback.txt", {}, time_zone)


@pytest.fixture(scope="session")
def as_planned(tmp_path_factory: pytest.TempPathFactory) -> Firm:
    """The firm that recalibrates as planned and pays for it in uptime."""
    return _firm(tmp_path_factory, "as_planned")


@pytest.fixture(scope="session")
def throttled(tmp_path_factory: pytest.TempPathFactory) -> Firm:
    """The firm that protects its uptime and starves the objective, on a machine in New York.

    Nothing may depend on the host's zone: days, weeks and what counts as late would move with it.
    """
    return _firm(tmp_path_factory, "throttled", "America/New_York")


@dataclass(frozen=True)
class Said:
    """What one call left: its exit code, its streams, and the guards of its JSON by name."""

    code: int
    out: str
    err: str

    def of(self, name: str) -> dict[str, Any]:
        (found,) = [one for one in json.loads(self.out)["guards"] if one["guard"] == name]
        return dict(found)


Call = Callable[..., Said]


@pytest.fixture
def guard(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """`sightline guard` in this process."""

    def call(*words: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["sightline", "guard", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Said(int(ended.value.code or 0), printed.out, printed.err)

    return call


@pytest.fixture
def csv(tmp_path: Path) -> Callable[..., Path]:
    """A csv with one column a keyword."""

    def write(**columns: Sequence[object]) -> Path:
        lines = [
            ",".join(columns),
            *(",".join(map(str, row)) for row in zip(*columns.values(), strict=True)),
        ]
        path = tmp_path / "figures.csv"
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    return write
