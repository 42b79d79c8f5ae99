"""A small warehouse with sealed loads, made by the loader itself and copied for each test."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.pull import land
from sightline.home import CHECKOUT, Home
from sightline.ledger import merkle, raw, row_hash
from sightline.ledger.breach import Breach
from sightline.ledger.sealing import announce, seal_loads
from sightline.ledger.verifying import Verification, verify

NOON = datetime(2026, 10, 26, 12, tzinfo=UTC)
KEYS = {("raw_integrity", "verdict"): ("kpi_id", "period_start")}
ROWS = 6


def verdicts(load: int, rows: int = ROWS) -> dict[str, list[dict[str, Any]]]:
    """One load: verdicts on a KPI over some weeks."""
    monday = date(2026, 1, 5) + timedelta(weeks=load)
    return {
        "verdict": [
            {
                "kpi_id": f"kpi_{row}",
                "scope": "north",
                "period_start": monday,
                "verdict": "trusted",
                "grade": "A",
            }
            for row in range(rows)
        ]
    }


@dataclass(frozen=True)
class Sealed:
    """A home whose warehouse holds sealed loads."""

    home: Home

    def execute(self, *statements: str) -> list[tuple[Any, ...]]:
        """What somebody with write access to the warehouse does; the rows of the last statement."""
        with duckdb.connect(str(self.home.warehouse)) as connection:
            return [connection.execute(statement).fetchall() for statement in statements][-1]

    def land(self, load: int, rows: int = ROWS) -> None:
        """One more load."""
        land(
            "raw_integrity",
            verdicts(load, rows),
            home=self.home,
            seen_at=NOON + timedelta(hours=load),
        )

    def loads(self) -> list[str]:
        """The ids of the verdicts' loads, oldest first."""
        query = "select distinct _dlt_load_id from raw_integrity.verdict order by 1"
        return [load for (load,) in self.execute(query)]

    def leaves(self, load_id: str) -> list[bytes]:
        """The leaf hashes of the verdicts of a load, as they are now, slice by slice."""
        with duckdb.connect(str(self.home.warehouse)) as connection:
            table = raw.raw_tables(connection)["raw_integrity", "verdict"]
            columns = sorted(table.columns)
            slices = row_hash.leaves(connection, table, load_id, columns)
            return [hashes for _, hashes in slices]

    def rewrite(self) -> None:
        """What somebody with the key does who may write everywhere: seal all anew, as it is now."""
        loads = self.loads()
        shutil.rmtree(self.home.checkpoints)
        self.execute("drop schema raw_ledger cascade")
        announce(self.home, "raw_integrity", loads)
        seal_loads(self.home, {"raw_integrity": loads}, sealed_at=NOON)

    def verify(self, *noted: str) -> Verification:
        return verify(self.home, KEYS, noted=noted)

    def breaches(self) -> tuple[Breach, ...]:
        return self.verify().breaches


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three loads of verdicts, sealed."""
    root = tmp_path_factory.mktemp("sealed") / "home"
    okrs = root.parent / "okrs"
    shutil.copytree(CHECKOUT / "okrs", okrs)
    sealed = Sealed(_home(root))
    for load in range(3):
        sealed.land(load)
    return root.parent


@pytest.fixture
def sealed(made: Path, tmp_path: Path) -> Sealed:
    shutil.copytree(made, tmp_path / "firm")
    return Sealed(_home(tmp_path / "firm" / "home"))


@pytest.fixture(scope="session")
def made_large(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same and a fourth load, of three slices: of 8, 8 and 4 rows."""
    firm = Path(shutil.copytree(made, tmp_path_factory.mktemp("large") / "firm"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merkle, "SLICE", 8)
        Sealed(_home(firm / "home")).land(3, rows=20)
    return firm


@pytest.fixture
def large(sealed: Sealed, made_large: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of the fourth load, which is sealed there too."""
    monkeypatch.setattr(merkle, "SLICE", 8)
    shutil.rmtree(sealed.home.root)
    shutil.copytree(made_large / "home", sealed.home.root)
    return sealed.loads()[-1]


def _home(root: Path) -> Home:
    okrs = root.parent / "okrs"
    return Home.from_env({"SIGHTLINE_HOME": str(root), "SIGHTLINE_OKRS": str(okrs)}).create()
