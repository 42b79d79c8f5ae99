"""`demo run`, `demo live`, `demo dip`: Northline Logistics, from source rows to the alert."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.commands.output import AsJson, emit, say
from sightline.errors import SightlineEnvironmentError, UsageError
from sightline.home import Home

if TYPE_CHECKING:
    from orchestration.once import Conductor

app = typer.Typer(help="The simulated firm: run it once, let it live on, plant a dip.")


class Scenario(StrEnum):
    """What Operations does with the recalibration programme."""

    as_planned = "as_planned"
    throttled = "throttled"


def _clear(home: Home) -> None:
    """An empty state directory; one that holds more than runs is cleared only if a demo made it."""
    import shutil

    marker = home.root / "made-by-the-demo"
    kept = (path for path in home.root.rglob("*") if home.dagster not in path.parents)
    if not marker.exists() and any(path.is_file() for path in kept):
        raise UsageError(
            f"{home.root} holds files that no demo made: point SIGHTLINE_HOME at another folder"
        )
    if home.root.exists():
        shutil.rmtree(home.root)
    home.create()
    marker.write_text("`sightline demo run` clears this folder.\n", encoding="utf-8")


def enter(home: Home) -> Home:
    """Point this process and its children at the firm's clock and sources."""
    from orchestration.environment import prepare

    os.environ["SIGHTLINE_CLOCK"] = str(home.demo / "clock")
    for setting in ("SIGHTLINE_CHECKPOINTS", "SIGHTLINE_SIGNING_KEY"):
        os.environ.pop(setting, None)  # the firm's seals lie beside its own warehouse
    prepare(home)
    return Home.from_env()


@contextmanager
def tracker(home: Home) -> Iterator[None]:
    """The tracker stand-in on loopback, for as long as the block runs."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "demo.tracker"]
    command += ["--store", str(home.demo / "tracker.json"), "--port", str(port)]
    log = (home.root / "tracker.log").open("ab")
    server = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603 our own module
    os.environ["SIGHTLINE_TRACKER_URL"] = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if server.poll() is not None:
                raise SightlineEnvironmentError(f"the tracker did not start: see {log.name}")
            time.sleep(0.1)
        yield
    finally:
        server.terminate()
        server.wait(timeout=10)
        log.close()


@app.command()
def run(
    scenario: Annotated[Scenario, typer.Option(help="What was planted.")] = Scenario.as_planned,
    as_json: AsJson = False,
) -> None:
    """Run the whole product once on the firm, in a fresh state directory, and say what it found."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    from demo.definitions import DAYS_SINCE, KNOWN_BEFORE, as_they_were
    from demo.firm import build
    from demo.live import advance
    from orchestration.commands.demo_report import found
    from orchestration.once import Conductor

    home = Home.from_env()
    began = time.monotonic()
    say(f"Northline Logistics, scenario {scenario}: eighteen months of ERP, tracker and sheets")
    _clear(home)
    home = enter(home)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as beside:
        before = KNOWN_BEFORE.replace(tzinfo=None)
        built = beside.submit(build, home.demo, scenario=scenario.value, moment=before)
        with Conductor(home.root / "demo.log", say) as conductor:
            built.result()
            earlier = replace(home, okrs=home.demo / "okrs")
            if as_they_were(home.okrs, earlier.okrs):
                look(earlier, seen_at=KNOWN_BEFORE)
            beside.submit(advance, home.demo, DAYS_SINCE).result()
            with tracker(home):
                pulse_and_audit(conductor)
    report = found(home, scenario=scenario.value, seconds=time.monotonic() - began)
    emit(report.data, report.text, as_json=as_json)


def look(home: Home, *, seen_at: datetime) -> None:
    """An earlier look at definitions and ERP, of which only the values were put on record."""
    from ingestion.pull import pull
    from orchestration.dbt_runner import invoke, refuse_broken
    from orchestration.defs.values import record_unjudged

    for source in ("definitions", "erp"):
        pull(source, home=home, seen_at=seen_at)
    refuse_broken(invoke(["run", "--select", "+int_kpi_value_version", "+int_kpi_formula"]))
    record_unjudged(home, seen_at=seen_at)


def pulse_and_audit(conductor: "Conductor") -> None:
    conductor.run("pulse")
    asked = conductor.tick("breach_sensor")
    say(asked.sentence)
    for name in asked.jobs:
        conductor.run(name)
    if asked.jobs:
        conductor.run("casebook")  # what was announced and audited reaches the marts


@app.command()
def live(
    port: Annotated[int, typer.Option(help="Port of the Dagster UI on loopback.")] = 3000,
    day_seconds: Annotated[float, typer.Option(help="Length of a simulated day.")] = 60.0,
) -> None:
    """Open Dagster on the firm and let the firm live on: every minute a day of new rows."""
    from demo.firm import build
    from demo.live import advance

    home = Home.from_env()
    if not (home.demo / "clock").exists():
        say("no firm is here yet: building it")
        _clear(home)
        build(home.demo, scenario=Scenario.as_planned.value)
    home = enter(home)
    for ending in (signal.SIGINT, signal.SIGTERM):  # Dagster ends with us, whoever ends us
        signal.signal(ending, signal.default_int_handler)
    command = [str(Path(sys.executable).parent / "dg"), "dev", "--port", str(port)]
    with tracker(home):
        dagster = subprocess.Popen(command, cwd=home.checkout)  # noqa: S603 our own environment
        say(f"Dagster opens at http://127.0.0.1:{port}; `sightline demo dip` plants a dip; ^C ends")
        try:
            while _is_running(dagster, day_seconds):
                advance(home.demo)
                say(f"a day has passed at Northline: it is {home.now():%Y-%m-%d}")
            raise SightlineEnvironmentError(f"Dagster ended by itself, with {dagster.returncode}")
        except KeyboardInterrupt:
            say("closing")
        finally:
            dagster.terminate()
            dagster.wait(timeout=60)


def _is_running(process: "subprocess.Popen[bytes]", seconds: float) -> bool:
    """Whether the process outlives the next so many seconds."""
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return True
    return False


@app.command()
def dip(
    site: Annotated[str, typer.Option(help="The site whose sorter stood still.")] = "south",
    as_json: AsJson = False,
) -> None:
    """Book a late outage in the ERP, big enough to break uptime's floor for the last week."""
    from demo.live import dip as plant

    home = Home.from_env()
    if not (home.demo / "clock").exists():
        raise SightlineEnvironmentError("no firm is here yet: run `make demo` or `make dev` first")
    try:
        booked = plant(home.demo, site=site)
    except ValueError as error:
        raise UsageError(str(error)) from error
    emit(
        asdict(booked),
        f"booked {booked.minutes} minutes on {booked.sorter_id} in the week of "
        f"{booked.period_start}: uptime of {booked.site} falls to {booked.uptime:.2f} %",
        as_json=as_json,
    )
