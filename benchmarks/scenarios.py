"""Is the article's failure found, and nothing else? 200 firms as planned and 200 throttled.

`python -m benchmarks.scenarios` judges them by the shipped SQL and policy and holds what it finds
against what the demo's story planted. Exit code 1 when a figure misses its bar.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import duckdb

from benchmarks.many_firms import KEY_RESULT, SITE, judge
from demo.story import PROGRAMME_START, SCENARIOS, THROTTLE_START, Scenario

PROJECT = Path(__file__).parents[1] / "dbt_project"
# What the policy has to say in the newest week: recalibration goes on within the allowance, or the
# goal wins and the budget is to be spent.
RIGHT = {
    "as_planned": {"slow_down", "goal_wins_proceed"},
    "throttled": {"goal_wins_spend_budget"},
}
FLAGGED_BY = PROGRAMME_START + timedelta(weeks=11)  # the twelfth week of the programme


@dataclass(frozen=True)
class Figures:
    """What was found in the firms of one scenario; latencies are periods from onset, both counted.

    A level episode counts as found when it opened on uptime in the programme; any other open or
    closed one, and any on uptime before, is a false alarm.
    """

    scenario: str
    firms: int
    uptime_found: int
    uptime_latency: float | None
    sacrifice_found: int
    sacrifice_latency: float | None
    sacrifice_latest: int | None
    false_levels: int
    policy_right: int
    forecast_off_track: int
    seconds: float

    def misses(self) -> list[str]:
        """The bars that were not reached."""
        planned = self.scenario == "as_planned"
        held = {
            "uptime episode": self.uptime_found == (self.firms if planned else 0),
            "silent sacrifice": self.sacrifice_found == 0
            if planned
            else self.sacrifice_found >= 0.99 * self.firms,
            "latency": planned or (self.sacrifice_latency or 99) <= 4,
            "policy verdict": self.policy_right == self.firms,
            "false alarms": self.false_levels == 0,
            "forecast": planned or self.forecast_off_track == self.firms,
        }
        return [name for name, holds in held.items() if not holds]


def measure(
    warehouse: duckdb.DuckDBPyConnection,
    manifest: dict[str, Any],
    scenario: Scenario,
    seeds: range,
) -> Figures:
    """Judge one firm a seed and count."""
    began = time.monotonic()
    judge(warehouse, manifest, scenario, seeds)
    episodes = warehouse.execute(
        "select kpi_id, scope, rule, opened_period from marts.fct_kpi_episode "
        "where rule in ('level', 'silent_sacrifice') and scope <> 'all'"
    ).fetchall()
    uptime = [
        opened
        for kpi, _, rule, opened in episodes
        if (kpi, rule) == ("sorter_uptime", "level") and opened >= PROGRAMME_START
    ]
    sacrifices = [opened for _, _, rule, opened in episodes if rule == "silent_sacrifice"]
    levels = sum(rule == "level" for _, _, rule, _ in episodes)
    verdicts = warehouse.execute(
        "select policy_id, verdict from marts.fct_policy_verdict where is_latest"
    ).fetchall()
    ((off_track,),) = warehouse.execute(
        "select count(distinct key_result_id) from marts.fct_key_result_outlook "
        f"where key_result_id like '{KEY_RESULT}%' and forecast = 'off_track' and period_start = ?",
        [FLAGGED_BY],
    ).fetchall()
    return Figures(
        scenario=scenario,
        firms=len(seeds),
        uptime_found=len(uptime),
        uptime_latency=_median(PROGRAMME_START, uptime),
        sacrifice_found=len(sacrifices),
        sacrifice_latency=_median(THROTTLE_START, sacrifices),
        sacrifice_latest=max((_periods(THROTTLE_START, day) for day in sacrifices), default=None),
        false_levels=levels - len(uptime),
        policy_right=sum(verdict in RIGHT[scenario] for _, verdict in verdicts),
        forecast_off_track=off_track,
        seconds=round(time.monotonic() - began, 1),
    )


def main() -> int:
    """Build an empty warehouse once, judge both scenarios in it, print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scenarios", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--seeds", type=int, default=200, help="firms of each scenario")
    parser.add_argument("--json", action="store_true", help="the figures as one JSON document")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        manifest = _empty_build(Path(folder))
        with duckdb.connect(str(Path(folder) / "warehouse.duckdb")) as warehouse:
            warehouse.execute("set timezone = 'UTC'")
            found = [measure(warehouse, manifest, each, range(asked.seeds)) for each in SCENARIOS]
    if asked.json:
        sys.stdout.write(json.dumps([asdict(each) for each in found], indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(map(_told, found)) + "\n")
    return 1 if any(each.misses() for each in found) else 0


def _told(found: Figures) -> str:
    lines = [
        f"{found.scenario}: {found.firms} firms at {SITE}, judged in {found.seconds} s",
        f"  uptime episode       {found.uptime_found}, median period {found.uptime_latency}",
        f"  silent sacrifice     {found.sacrifice_found}, median period {found.sacrifice_latency}",
        f"  its latest period    {found.sacrifice_latest}",
        f"  other level episodes {found.false_levels}",
        f"  policy verdict right {found.policy_right}",
        f"  landing forecast off track by {FLAGGED_BY}: {found.forecast_off_track}",
    ]
    missed = found.misses()
    return "\n".join([*lines, f"  misses: {', '.join(missed)}" if missed else "  all bars reached"])


def _periods(onset: date, opened: date) -> int:
    return (opened - onset).days // 7 + 1


def _median(onset: date, opened: list[date]) -> float | None:
    return median(_periods(onset, day) for day in opened) if opened else None


def _empty_build(home: Path) -> dict[str, Any]:
    """A dbt run on an empty warehouse in `home`; returns the manifest with the compiled SQL."""
    command = [str(Path(sys.executable).parent / "dbt"), "--quiet", "run"]
    command += ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    settings = {"SIGHTLINE_HOME": str(home), "DBT_TARGET_PATH": str(home / "target")}
    subprocess.run(command, check=True, env=os.environ | settings)  # noqa: S603 - our own project
    manifest: dict[str, Any] = json.loads((home / "target" / "manifest.json").read_text())
    return manifest


if __name__ == "__main__":
    sys.exit(main())
