"""How long from a breach in the source to the alert? Under the real daemon, split by stage.

    python -m benchmarks.latency [--home <a finished demo>] [--rounds 5]

Each round copies the home of a finished demo run, starts its tracker and the daemon at the default
cadence, books an outage in the ERP, and waits for the file channel. Stages: `wait` from the commit
in the ERP to the run's creation, `start` to its first step, `pull` until everything is pulled,
`build` until the marts are published, `send` until the receiver has it.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from sightline.home import Home
from tests.orchestration.conftest import Firm
from tests.orchestration.test_daemon import Living, living, wait_for

STAGES = ("wait", "start", "pull", "build", "send")


def measure(home: Path) -> dict[str, float]:
    """Seconds of each stage of one breach, and of all together."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "user").mkdir()
        firm = Firm(home, folder / "user", folder / "off_loopback.txt", {})
        with living(firm, folder) as alive:
            before, ticks = set(alive.delivered()), alive.ticks()
            wait_for("the daemon's first look", lambda: alive.ticks() > ticks)
            committed = alive.dip().timestamp()
            told = wait_for("the alert", lambda: set(alive.delivered()) - before, 600).pop()
            moments = [committed, *_moments(alive, committed), told.stat().st_mtime]
    stages = {
        stage: round(end - begin, 2)
        for stage, begin, end in zip(STAGES, moments, moments[1:], strict=True)
    }
    return stages | {"all": round(moments[-1] - committed, 2)}


def _moments(alive: Living, committed: float) -> list[float]:
    """Created, first step, pulled and published: of the last run created before the alert."""
    rows = alive.query(
        "dagster/history/runs.db",
        "select run_id, create_timestamp from runs where pipeline_name like 'pulse%' order by id",
    )
    for run_id, text in reversed(rows):
        created = datetime.fromisoformat(str(text)).replace(tzinfo=UTC).timestamp()
        events = _events(alive.firm.home / f"dagster/history/runs/{run_id}.db")
        done = [(step, at) for kind, step, at in events if kind == "STEP_SUCCESS"]
        published = [at for step, at in done if step == "published"]
        if published and published[0] > committed:
            first = min(at for kind, _, at in events if kind == "STEP_START")
            pulled = max(at for step, at in done if step.startswith("pull_"))
            return [created, first, pulled, published[0]]
    raise RuntimeError("no pulse published after the breach")


def _events(path: Path) -> list[tuple[str, str, float]]:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        rows = connection.execute(
            "select dagster_event_type, step_key, timestamp from event_logs "
            "where dagster_event_type in ('STEP_START', 'STEP_SUCCESS')"
        ).fetchall()
    return [
        (kind, step, datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp())
        for kind, step, at in rows
    ]


def main() -> int:
    """Print each round, then median and 95th percentile of each stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, default=Home.from_env().root)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    rounds = []
    for _ in range(asked.rounds):
        rounds.append(measure(asked.home.resolve()))
        said = "  ".join(f"{name} {value:6.2f}" for name, value in rounds[-1].items())
        sys.stdout.write(f"{said}\n")
        sys.stdout.flush()
    for name in (*STAGES, "all"):
        values = sorted(each[name] for each in rounds)
        p95 = (
            statistics.quantiles(values, n=20, method="inclusive")[-1] if values[1:] else values[0]
        )
        sys.stdout.write(f"{name:6} median {statistics.median(values):6.2f} s  p95 {p95:6.2f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
