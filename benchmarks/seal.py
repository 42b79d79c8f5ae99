"""What does sealing cost? `python -m benchmarks.seal [--rows N]`, with rows as an ERP has them.

CPU seconds are of this process on two threads; wall-clock seconds mean something only on a machine
that does nothing else.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from sightline.home import Home
from sightline.ledger.keys import signing_key
from sightline.ledger.sealing import announce, seal_loads
from sightline.ledger.verifying import verify
from sightline.ledger.watching import watch
from sightline.warehouse.duckdb import connect

NOON = datetime(2026, 10, 26, 12, tzinfo=UTC)
SMALL_LOAD = 5_000
KEYS = {("raw_erp", "sorter_day"): ("sorter_day_id",)}

ROW = """
    number as sorter_day_id, 'N' || number % 50 as sorter_id, 'north' as site,
    date '2026-01-01' + cast(number % 365 as integer) as work_date, 1200 as scheduled_minutes,
    number * 7 % 100000 as parcels_sorted, number % 977 as manual_touches,
    timestamp '2026-01-01' + to_seconds(number) as create_date,
    case when number % 3 = 0 then timestamp '2026-02-01' + to_seconds(number) end as write_date,
    timestamp '2026-10-26 06:00:00' as _seen_at, number as _row
"""


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Print the seconds that the block took."""
    began, before = time.monotonic(), os.times()
    yield
    wall, after = time.monotonic() - began, os.times()
    cpu = after.user - before.user + after.system - before.system
    sys.stdout.write(f"{what:32} {wall:7.2f} s wall {cpu:7.2f} s CPU\n")


def land(home: Home, load_id: str, rows: int) -> None:
    """Commit a load of so many rows and seal it while the warehouse is open, as a pull does."""
    announce(home, "raw_erp", [load_id])
    with connect(home) as connection:
        connection.execute("create schema if not exists raw_erp")
        made = f"select {ROW}, '{load_id}' as _dlt_load_id from range({rows}) as made(number)"
        connection.execute(f"create table if not exists raw_erp.sorter_day as {made} limit 0")
        connection.execute(f"insert into raw_erp.sorter_day {made}")
        connection.execute(
            "create table if not exists raw_erp._dlt_loads (load_id varchar, status bigint)"
        )
        connection.execute(f"insert into raw_erp._dlt_loads values ('{load_id}', 0)")
        with timed(f"seal {rows} rows"):
            seal_loads(home, {"raw_erp": [load_id]}, sealed_at=NOON)


def main(rows: int) -> None:
    """Seal and verify one large load, then seal a small one beside it."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home.from_env({"SIGHTLINE_HOME": str(Path(folder) / "home")}).create()
        signing_key(home.signing_key)
        for library in ("numpy", "pyarrow"):  # imports are left out of the figures
            import_module(library)
        land(home, "1", rows)
        with timed(f"verify {rows} rows"):
            outcome = verify(home, KEYS)
        for load in range(2, 5):
            land(home, f"{load}", SMALL_LOAD)
        with timed("watch"):
            watch(home, KEYS, at=NOON)
        with timed("watch, counting alone"):
            watch(home, KEYS, at=NOON, budget=0)
        sys.stdout.write(f"{len(outcome.breaches)} findings\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the large load")
    main(parser.parse_args().rows)
