"""What survives kill -9? A pull killed at random instants, against one that nobody disturbed.

    python -m benchmarks.crash [--kills 100] [--seed 7]

Each round edits, adds and deletes rows of an ERP, kills the pull at a random instant of its life,
pulls again, and compares the committed rows of raw with those of a twin whose pulls all ran to
their end. Prints the figures; exit code 1 when a row was lost or doubled.

Pulls are forked from a server that has imported what they need, so that the instants fall into the
pull and not into its imports, which take longer.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sqlite3
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from ingestion.load import configure
from ingestion.pull import pull
from sightline.home import Home

START = datetime(2026, 10, 26, 6, tzinfo=UTC)
TABLES = """
description: The benchmark's bookings.
department: operations
cadence: "* * * * *"
reconcile: "30 2 * * *"
changed_at: [write_date, create_date]
most_vanished: 0.5
tables:
  booking:
    key: [booking_id]
"""
IMPORTED = [
    "adbc_driver_manager",
    "cryptography.hazmat.primitives.serialization",
    "dlt.destinations.impl.duckdb.duck",
    "dlt.sources.sql_database",
    "ingestion.sources.erp",
    "ingestion.sql.arrow_reading",
    "ingestion.sql.pull",
    "pyarrow.parquet",
    "sqlalchemy.dialects.sqlite",
]
COMMITTED = """
select booking_id, amount, changed_at, _seen_at, _deleted_at, _found_by from raw_erp.booking
where _dlt_load_id in (select load_id from raw_erp._dlt_loads where status = 0)
"""


def main() -> int:
    """Run the rounds and print what they came to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    configure()  # the server inherits it
    get_context("forkserver").set_forkserver_preload(IMPORTED)
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "tables.yml").write_text(TABLES)
        erp = sqlite3.connect(folder / "erp.db")
        erp.execute(
            "create table booking (booking_id integer primary key, amount integer, "
            "create_date datetime, write_date datetime)"
        )
        landed = 0
        for number in range(options.kills + 1):
            moment = START + timedelta(hours=number)
            live_on(erp, chance, moment)
            began = time.monotonic()
            undisturbed(start(folder, "twin", moment))
            lasted = time.monotonic() - began
            if number:
                landed += kill(start(folder, "home", moment), chance.uniform(0, lasted))
            undisturbed(start(folder, "home", moment))
            sys.stderr.write(f"\r{number} of {options.kills} pulls, {landed} killed")
        lost, doubled = compared(folder)
    sys.stdout.write(
        f"{options.kills} pulls, {landed} killed while they ran: "
        f"rows lost {lost}, rows doubled {doubled}\n"
    )
    return 1 if lost or doubled else 0


def live_on(erp: sqlite3.Connection, chance: random.Random, moment: datetime) -> None:
    """An hour at the firm: ten bookings more, five edited, one deleted."""
    at = moment.strftime("%Y-%m-%d %H:%M:%S.000000")
    for _ in range(10):
        erp.execute(
            "insert into booking (amount, create_date) values (?, ?)", (chance.randrange(999), at)
        )
    known = [number for (number,) in erp.execute("select booking_id from booking")]
    for number in chance.sample(known, 5):
        erp.execute(
            "update booking set amount = amount + 1000, write_date = ? where booking_id = ?",
            (at, number),
        )
    erp.execute("delete from booking where booking_id = ?", (chance.choice(known),))
    erp.commit()


def start(folder: Path, home: str, moment: datetime) -> BaseProcess:
    """A pull in a process of its own."""
    settings = {
        "SIGHTLINE_ERP_URL": f"sqlite:///{folder / 'erp.db'}",
        "SIGHTLINE_ERP_TABLES": str(folder / "tables.yml"),
        "SIGHTLINE_HOME": str(folder / home),
    }
    process = get_context("forkserver").Process(target=_pull, args=(settings, moment))
    process.start()
    return process


def _pull(settings: dict[str, str], moment: datetime) -> None:
    os.environ.update(settings)
    pull("erp", home=Home.from_env(), seen_at=moment)


def undisturbed(process: BaseProcess) -> None:
    """Let a pull run to its end, which must be a good one."""
    process.join()
    if process.exitcode:
        raise RuntimeError("a pull that nobody disturbed failed")


def kill(process: BaseProcess, after: float) -> bool:
    """Kill -9 after so many seconds; whether it still ran."""
    process.join(after)
    process.kill()
    process.join()
    return process.exitcode == -signal.SIGKILL


def compared(folder: Path) -> tuple[int, int]:
    """Rows lost and rows doubled against the twin."""
    contents = []
    for home in ("home", "twin"):
        with duckdb.connect(str(folder / home / "warehouse.duckdb"), read_only=True) as connection:
            contents.append(Counter(connection.execute(COMMITTED).fetchall()))
    ours, twin = contents
    return (twin - ours).total(), (ours - twin).total()


if __name__ == "__main__":
    sys.exit(main())
