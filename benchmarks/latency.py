"""How long from a breach in the source to the alert? Under the real daemon, split by stage.

    make demo
    python -m benchmarks.latency [--home .sightline] [--mode woken|cadence] [--breaches 10]

Copies the home of a finished demo run, starts its tracker and the daemon on the copy, lets the
pulses end that a start asks for, and plants one breach after the other in the ERP, each some time
after the audit of the one before: uniformly within a minute, so that every phase of the cadences is
met. `woken` is as shipped: a sensor looks for news of the ERP every second, beside the cadence.
`cadence` stops that sensor: a pull is due every minute and no earlier.

Stages of each: `wait` from the commit in the ERP to the run's creation, `start` to its first step
(queue, process, imports), `pull` until everything is pulled, `build` until the alert's step begins,
`send` until the receiver, the file channel, has it. Wall seconds: measure on an idle machine.
"""

from __future__ import annotations

import argparse
import math
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import accumulate, pairwise
from pathlib import Path

from benchmarks.breaches import BREACHES, Breach
from ingestion.source import watched
from sightline.home import Home
from tests.orchestration.conftest import CHECKOUT, Firm
from tests.orchestration.test_daemon import BIN, Living, living, wait_for

STAGES = ("wait", "start", "pull", "build", "send")


def measure(home: Path, mode: str, breaches: int, seed: int) -> Iterator[dict[str, float]]:
    """Seconds of each stage of one breach after the other, and of all together."""
    draw = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "user").mkdir()
        firm = Firm(home, folder / "user", folder / "off_loopback.txt", {})
        with living(firm, folder) as alive:
            if mode == "cadence":
                stop_watching(alive)
            wait_for("the pulses of the start", lambda: _have_all_pulsed(alive), 600)
            for breach in BREACHES[:breaches]:
                time.sleep(draw.uniform(0, 60))
                yield _one(alive, breach)
                wait_for("the audit", lambda: _audits_at_rest(alive), 600)


def stop_watching(alive: Living) -> None:
    """Leave only the cadence: stop the sensor that looks for news of the ERP."""
    subprocess.run(  # noqa: S603 - ourselves
        [BIN / "dagster", "sensor", "stop", "erp_news", "-w", "workspace.yaml"],
        cwd=CHECKOUT,
        env=alive.environment,
        check=True,
        capture_output=True,
    )


def _one(alive: Living, breach: Breach) -> dict[str, float]:
    before = set(alive.delivered())
    committed = breach.plant(alive.firm.home / "demo").timestamp()

    def told() -> list[Path]:
        new = set(alive.delivered()) - before
        return [path for path in new if breach.told in path.read_text("utf-8")]

    accepted = wait_for(f"the alert of {breach.told}", told, 600)[0].stat().st_mtime
    # a pulse that was due may be on its way already, and see the breach all the same
    moments = list(accumulate([committed, *_moments(alive, accepted), accepted], max))
    stages = {
        stage: round(end - begin, 2)
        for stage, (begin, end) in zip(STAGES, pairwise(moments), strict=True)
    }
    return stages | {"all": round(accepted - committed, 2)}


def _have_all_pulsed(alive: Living) -> bool:
    pulses = [alive.runs(f"pulse_{name}") for name in watched()]
    return all(runs and runs[-1][1] == "SUCCESS" for runs in pulses)


def _audits_at_rest(alive: Living) -> bool:
    audits = alive.runs("audit")
    return bool(audits) and all(status in ("SUCCESS", "FAILURE") for _, status in audits)


def _moments(alive: Living, accepted: float) -> list[float]:
    """Created, first step, pulled and built: of the pulse whose alert step ran at that moment."""
    rows = alive.query(
        "dagster/history/runs.db",
        "select run_id, create_timestamp from runs where pipeline_name like 'pulse%' order by id",
    )
    for run_id, text in reversed(rows):
        created = datetime.fromisoformat(str(text)).replace(tzinfo=UTC).timestamp()
        events = _events(alive.firm.home / f"dagster/history/runs/{run_id}.db")
        began = {step: at for kind, step, at in events if kind == "STEP_START"}
        if began.get("alerts", accepted + 1) <= accepted:
            pulled = [at for kind, step, at in events
                      if kind == "STEP_SUCCESS" and step.startswith("pull_")]  # fmt: skip
            return [created, min(began.values()), max(pulled), began["alerts"]]
    raise RuntimeError("no pulse sent this alert")


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
    """Print each breach, then median and 95th percentile of each stage."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--home", type=Path, default=Home.from_env().root)
    parser.add_argument("--mode", choices=("woken", "cadence"), default="woken")
    parser.add_argument("--breaches", type=int, default=len(BREACHES), help="ten at most")
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    found = []
    for each in measure(asked.home.resolve(), asked.mode, asked.breaches, asked.seed):
        found.append(each)
        sys.stdout.write("  ".join(f"{name} {value:6.2f}" for name, value in each.items()) + "\n")
        sys.stdout.flush()
    for name in (*STAGES, "all"):
        values = sorted(each[name] for each in found)
        p95 = values[math.ceil(0.95 * len(values)) - 1]
        sys.stdout.write(f"{name:6} p50 {statistics.median(values):6.2f} s  p95 {p95:6.2f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
