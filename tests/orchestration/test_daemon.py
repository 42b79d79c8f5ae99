"""Under the real daemon: a dip in the ERP database travels by itself to the alert and the audit."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import duckdb
import pytest

from benchmarks.breaches import BREACHES
from demo.firm import read_clock, write_text
from tests.orchestration.conftest import CHECKOUT, Firm

T = TypeVar("T")
BIN = Path(sys.executable).parent


def wait_for(what: str, look: Callable[[], T | None], seconds: float = 300) -> T:
    """The first truthy answer of `look`; fails by name when none comes in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := look():
            return answer
        time.sleep(0.1)
    pytest.fail(f"waited {seconds:.0f} s in vain for {what}")


class Living:
    """A firm under a running daemon."""

    def __init__(self, firm: Firm, environment: dict[str, str]) -> None:
        self.firm = firm
        self.environment = environment
        self._daemon = ExitStack()

    @contextmanager
    def process(self, *command: str) -> Iterator[subprocess.Popen[bytes]]:
        """A process of its own group, which is ended with all it started."""
        with (self.firm.home.parent / "daemon.log").open("ab") as log:
            started = subprocess.Popen(
                command,
                cwd=CHECKOUT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            try:
                yield started
            finally:
                if started.poll() is None:
                    os.killpg(started.pid, signal.SIGTERM)
                started.wait(timeout=60)

    def start_daemon(self) -> None:
        """The daemon, with the code server and the runs it starts."""
        command = (str(BIN / "dagster-daemon"), "run", "-w", "workspace.yaml")
        self._tree = self._daemon.enter_context(self.process(*command)).pid

    def stop_daemon(self, how: signal.Signals) -> None:
        """End it with everything below it; by SIGKILL nothing gets to say goodbye."""
        os.killpg(self._tree, how)
        self._daemon.close()

    def query(self, store: str, query: str) -> list[tuple[object, ...]]:
        """Rows of a SQLite store below the state directory."""
        with sqlite3.connect(f"file:{self.firm.home / store}?mode=ro", uri=True) as connection:
            return connection.execute(query).fetchall()

    def acts(self, kind: str) -> list[str]:
        """The cases on which the casebook holds an act of this kind, one entry an act."""
        found = self.query("casebook.db", f"select case_id from case_event where kind = '{kind}'")
        return sorted(str(row[0]) for row in found)

    def delivered(self) -> list[Path]:
        """What the file channel delivered, but for the day's digest."""
        written = sorted((self.firm.home / "outbox").rglob("*.txt"))
        return [path for path in written if "Sent once a day" not in path.read_text("utf-8")]

    def runs(self, job: str) -> list[tuple[str, str]]:
        """Run ids and statuses of a job, oldest first."""
        found = self.query(
            "dagster/history/runs.db",
            f"select run_id, status from runs where pipeline_name = '{job}' order by id",
        )
        return [(str(run_id), str(status)) for run_id, status in found]

    def ticks(self) -> int:
        """How often the breach sensor has looked."""
        return len(self.query("dagster/schedules/schedules.db", _SENSOR_TICKS))

    def dip(self) -> datetime:
        """Ten minutes on, book the outage; the wall-clock moment at which the ERP committed it."""
        folder = self.firm.home / "demo"
        now = read_clock(folder) + timedelta(minutes=10)
        write_text(folder / "clock", now.isoformat() + "Z\n")
        done = subprocess.run(
            [BIN / "sightline", "demo", "dip", "--site", "south", "--json"],
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return datetime.fromisoformat(json.loads(done.stdout)["committed_at"])


_SENSOR_TICKS = """
    select tick_body from job_ticks where tick_body like '%"breach_sensor"%'
    and status in ('SKIPPED', 'SUCCESS')
"""


@contextmanager
def living(firm: Firm, folder: Path) -> Iterator[Living]:
    home = folder / "state"
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    shutil.copytree(firm.home, home, symlinks=True)
    copy = Firm(home, firm.user_home, folder / "off_loopback.txt", firm.report)
    environment = copy.environment | {
        "SIGHTLINE_CLOCK": str(home / "demo/clock"),
        "SIGHTLINE_DAGSTER": str(home / "dagster"),
        "SIGHTLINE_TRACKER_URL": f"http://127.0.0.1:{port}",
        "DAGSTER_HOME": str(CHECKOUT),
    }
    alive = Living(copy, environment)
    store = ["--store", str(home / "demo/tracker.json"), "--port", str(port)]
    with alive.process(sys.executable, "-m", "demo.tracker", *store):
        alive.start_daemon()
        try:
            yield alive
        finally:
            alive.stop_daemon(signal.SIGTERM)


def south_episodes(firm: Firm) -> list[tuple[object, ...]]:
    with duckdb.connect(str(firm.home / "published/sightline.duckdb"), read_only=True) as marts:
        return marts.execute(
            "select episode_id from marts.fct_kpi_episode "
            "where scope = 'south' and is_open and is_alerted"
        ).fetchall()


def test_each_breach_gives_one_alert_and_one_case_though_the_machine_dies_in_mid_audit(
    as_planned: Firm, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with living(as_planned, tmp_path) as firm:
        before, ticks = set(firm.delivered()), firm.ticks()
        wait_for("the daemon's first look", lambda: firm.ticks() > ticks)
        committed = firm.dip()
        (told,) = wait_for("the alert", lambda: set(firm.delivered()) - before, 600)
        (case_id,) = wait_for("the audit", lambda: audited(firm, "sorter_uptime.south"))
        with capsys.disabled():
            latency = told.stat().st_mtime - committed.timestamp()
            sys.stdout.write(f"\nsource row to alert: {latency:.1f} s\n")
        assert south_episodes(firm.firm) == [(case_id,)]

        seen = firm.ticks()
        wait_for("six more looks of the sensor", lambda: firm.ticks() >= seen + 6)
        assert south_episodes(firm.firm) == [(case_id,)]
        assert set(firm.delivered()) - before == {told}
        assert audited(firm, "sorter_uptime.south") == [case_id]
        done = firm.firm.sightline("case", "show", case_id, "--json")
        assert len(json.loads(done.stdout)["departments"]) >= 2

        earlier = len(firm.runs("audit"))
        costly = next(each for each in BREACHES if each.kpi == "Cost per parcel")
        costly.plant(firm.firm.home / "demo")

        def audit_has_started() -> bool:
            return any(status == "STARTED" for _, status in firm.runs("audit")[earlier:])

        wait_for("the next audit's start", audit_has_started, 600)
        firm.stop_daemon(signal.SIGKILL)
        (second,) = set(firm.delivered()) - before - {told}  # the alert waited for no audit
        assert costly.told in second.read_text("utf-8")
        kpi, scope = "cost_per_parcel", costly.site
        assert not audited(firm, f"{kpi}.{scope}")
        firm.start_daemon()
        wait_for("the second try", lambda: audited(firm, f"{kpi}.{scope}"))
        wait_for("its run's end", lambda: firm.runs("audit")[-1][1] == "SUCCESS")
        assert len(audited(firm, f"{kpi}.{scope}")) == 1

        declaring = ("throughput_1500", "at_risk", "--by", "automation_lead")
        why = ("--reason", "Operations gives no windows.")
        subprocess.run(
            [BIN / "sightline", "checkin", *declaring, *why],
            env=firm.environment,
            capture_output=True,
            check=True,
        )
        wait_for("what was declared, in the marts", lambda: declared(firm.firm, "throughput_1500"))
        assert seconds_to_alert(firm.firm, case_id) == [(0,)]  # the firm's own clock stands still


def declared(firm: Firm, key_result_id: str) -> list[tuple[object, ...]]:
    """What is expected of a key result in its newest period, as the mart has it."""
    with duckdb.connect(str(firm.home / "published/sightline.duckdb"), read_only=True) as marts:
        return marts.execute(
            "select confidence from marts.fct_key_result_outlook "
            "where key_result_id = ? and is_latest and confidence is not null",
            [key_result_id],
        ).fetchall()


def seconds_to_alert(firm: Firm, case_id: str) -> list[tuple[object, ...]]:
    """From the breach in the source to the alert's delivery, as the mart has it."""
    with duckdb.connect(str(firm.home / "published/sightline.duckdb"), read_only=True) as marts:
        return marts.execute(
            "select seconds_to_alert from marts.fct_case_time where episode_id = ?", [case_id]
        ).fetchall()


def audited(firm: Living, series: str) -> list[str]:
    """The finished audits of a KPI and scope, one entry an audit."""
    return [case for case in firm.acts("audit_finished") if case.startswith(f"{series}.")]
