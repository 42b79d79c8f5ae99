"""A small warehouse file with sealed loads, different for each seed, made without a loader."""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from sightline.home import CHECKOUT, Home
from sightline.ledger.sealing import announce, seal_loads
from sightline.ledger.verifying import Verification, verify

FIRST = datetime(2026, 1, 5, 6, tzinfo=UTC)
KEYS = {("raw_erp", "downtime"): ("downtime_id",), ("raw_definitions", "kpi_target"): ("kpi_id",)}
TABLES = {
    (
        "raw_erp",
        "downtime",
    ): "downtime_id bigint, site varchar, minutes bigint, cost decimal(38,9), "
    "planned boolean, started_at timestamp",
    ("raw_erp", "sorter_day"): "sorter_day_id bigint, sorter_id varchar, work_date date, "
    "parcels_sorted bigint",
    ("raw_definitions", "kpi_target"): "kpi_id varchar, valid_from date, target decimal(38,9), "
    "floor decimal(38,9)",
}
_WORDS = ("north", "süd", "æ|ø", "", "a,b", "'; --", "line\nbreak", "北")


@dataclass
class SealedFirm:
    """A home with `loads` sealed loads; the loads alternate between the ERP and the definitions."""

    home: Home
    rng: random.Random
    loads: int = 0

    @classmethod
    def build(cls, folder: Path, *, seed: int, loads: int = 6) -> SealedFirm:
        """A firm in an empty folder; the same seed gives the same rows."""
        shutil.copytree(CHECKOUT / "okrs", folder / "okrs")
        firm = cls.at(folder, seed=seed)
        firm.home.create()
        with firm.connect() as connection:
            for (dataset, table), columns in TABLES.items():
                connection.execute(
                    f"create schema if not exists {dataset}; create table {dataset}.{table} "
                    f"({columns}, _seen_at timestamp, _row bigint, _dlt_load_id varchar); "
                    f"create table if not exists {dataset}._dlt_loads "
                    "(load_id varchar, status bigint)"
                )
        for _ in range(loads):
            firm.load()
        return firm

    @classmethod
    def at(cls, folder: Path, *, seed: int) -> SealedFirm:
        """The firm that lies in a folder."""
        environ = {
            "SIGHTLINE_HOME": str(folder / "home"),
            "SIGHTLINE_OKRS": str(folder / "okrs"),
            "SIGHTLINE_CHECKPOINTS": str(folder / "checkpoints"),
        }
        return cls(Home.from_env(environ), random.Random(seed))

    def copy(self, folder: Path, *, seed: int) -> SealedFirm:
        """The same firm in another folder."""
        shutil.copytree(self.home.okrs.parent, folder)
        return SealedFirm.at(folder, seed=seed)

    def connect(self) -> duckdb.DuckDBPyConnection:
        """The warehouse, for writing."""
        return duckdb.connect(str(self.home.warehouse))

    def load(self) -> str:
        """One more load, committed and sealed; its id."""
        dataset = "raw_definitions" if self.loads % 3 == 2 else "raw_erp"
        seen_at = FIRST + timedelta(days=self.loads)
        load_id = f"{seen_at.timestamp():.6f}"
        announce(self.home, dataset, [load_id])
        with self.connect() as connection:
            for (schema, table), columns in TABLES.items():
                if schema == dataset:
                    kinds = [column.split()[-1] for column in columns.split(", ")]
                    for row in range(self.rng.randint(4, 12)):
                        values = [self._value(kind) for kind in kinds]
                        values += [seen_at.replace(tzinfo=None), row, load_id]
                        marks = ", ".join("?" * len(values))
                        connection.execute(f"insert into {schema}.{table} values ({marks})", values)
            connection.execute(f"insert into {dataset}._dlt_loads values (?, 0)", [load_id])
        seal_loads(self.home, {dataset: [load_id]}, sealed_at=seen_at)
        self.loads += 1
        return load_id

    def verify(self) -> Verification:
        """What `sightline verify` says of it."""
        return verify(self.home, KEYS)

    def _value(self, kind: str) -> Any:
        if self.rng.random() < 0.1:
            return None
        number = self.rng.randint(0, 100_000)
        moment = FIRST + timedelta(minutes=number)
        values = {
            "varchar": f"{self.rng.choice(_WORDS)}{number}",
            "bigint": number,
            "boolean": bool(number % 2),
            "date": moment.date(),
            "timestamp": moment.replace(tzinfo=None, microsecond=number),
        }
        return values.get(kind, number / 8)
