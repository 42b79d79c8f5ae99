"""Every source describes itself, runs without an orchestrator, and talks to nobody else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from demo.firm import build
from demo.live import advance, dip
from ingestion import source
from ingestion.columns import ARROW
from ingestion.pull import land, pull
from ingestion.source import Source
from sightline.casebook import Casebook
from sightline.catalog import load_catalog
from sightline.home import CHECKOUT, Home
from tests.ingestion.conftest import SEEN_AT, Rows
from tests.ingestion.firm import TinyErp
from tests.ingestion.trackers import JiraStandIn, issue, serving
from tests.ingestion.workbooks import training

WATCHED = """
import sys

def refuse(event, details):
    if event == "socket.connect" and details[1][0] not in ("127.0.0.1", "::1"):
        raise SystemExit(f"connects to {details[1]}")
    if event == "socket.getaddrinfo" and details[0] not in ("127.0.0.1", "localhost", "::1"):
        raise SystemExit(f"asks for {details[0]}")

sys.addaudithook(refuse)
from ingestion.__main__ import main

code = main(sys.argv[1:])
assert not {"dagster", "great_expectations"} & set(sys.modules)
from dlt.common.runtime.anon_tracker import _THREAD_POOL
assert _THREAD_POOL is None, "telemetry was started"
sys.exit(code)
"""


CHECK = "import sys; from orchestration.cli import main; sys.argv[1:] = ['check', '--json']; main()"


def run(home: Home, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "ignore", *command],
        env={**os.environ, "SIGHTLINE_HOME": str(home.root)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", source.names())
def test_a_source_describes_itself(name: str) -> None:
    described = source.module(name).SOURCE
    assert isinstance(described, Source)
    assert described.name == name
    assert described.dataset == f"raw_{name}"
    assert len(described.cadence.split()) == 5
    assert described.description.endswith(".")
    assert described.department in load_catalog(CHECKOUT / "okrs").vocabulary.departments
    for table in described.tables:
        assert table.key
        assert set(table.columns.values()) <= set(ARROW)


def test_listing_the_sources_loads_no_heavy_library(home: Home) -> None:
    listed = run(
        home,
        "-c",
        "import sys, ingestion.pull; from ingestion.source import sources; print(*sources());"
        "print(*{'dlt', 'pyarrow', 'sqlalchemy', 'openpyxl', 'duckdb'} & set(sys.modules))",
    )
    assert listed.stdout.split("\n") == [" ".join(source.names()), "", ""]


def test_every_source_runs_on_its_own_and_speaks_to_the_loopback_only(
    home: Home, erp: TinyErp, monkeypatch: pytest.MonkeyPatch
) -> None:
    training(home.demo / "sheets" / "training.xlsx")
    with serving(JiraStandIn(issues=[issue(1, updated="2026-10-20T10:00:00.000+0000")])) as tracker:
        monkeypatch.setenv("SIGHTLINE_TRACKER_URL", tracker.url)
        monkeypatch.setenv("SIGHTLINE_TRACKER_TOKEN", "let-me-in")
        done = run(home, "-c", WATCHED, *source.names(), "--json", "--seen-at", str(SEEN_AT))
    assert (done.returncode, done.stderr) == (0, "")
    receipts = [json.loads(line) for line in done.stdout.splitlines()]
    assert [receipt["source"] for receipt in receipts] == list(source.names())
    loaded = {receipt["source"]: receipt["rows_loaded"] for receipt in receipts}
    assert loaded["definitions"] > 0
    assert (loaded["erp"], loaded["sheets"], loaded["tracker"], loaded["casebook"]) == (8, 13, 1, 0)


def test_an_unknown_source_is_a_usage_error_that_names_the_known(home: Home) -> None:
    done = run(home, "-m", "ingestion", "payroll")
    assert done.returncode == 2
    assert "there are: casebook, definitions, erp, sheets, tracker" in done.stderr
    assert done.stdout == ""


def test_definitions_land_once_until_they_change(home: Home, rows: Rows) -> None:
    first = pull("definitions", home=home, seen_at=SEEN_AT)
    again = pull("definitions", home=home, seen_at=SEEN_AT)
    landed = land("raw_definitions", load_catalog(home.okrs).rows(), home=home, seen_at=SEEN_AT)
    assert first.rows_loaded == rows("select row_count from raw_definitions.landing")[0][0]
    assert again.rows_loaded == landed.rows_loaded == 0


def test_the_casebook_is_read_on_by_its_sequence(home: Home, rows: Rows) -> None:
    assert pull("casebook", home=home, seen_at=SEEN_AT).rows_loaded == 0
    casebook = Casebook(home.casebook_url)
    casebook.create()
    assert pull("casebook", home=home, seen_at=SEEN_AT).rows_loaded == 0
    for count, case_id in enumerate(["a.north.level.2026-06-29", "b.south.level.2026-06-29"], 1):
        casebook.start_audit([case_id], SEEN_AT, run_id=f"run{count}")
        assert pull("casebook", home=home, seen_at=SEEN_AT).rows_loaded == 1
        assert pull("casebook", home=home, seen_at=SEEN_AT).rows_loaded == 0
    assert rows('select case_id, "at" from raw_casebook.case_event order by sequence') == [
        ("a.north.level.2026-06-29", SEEN_AT.replace(tzinfo=None)),
        ("b.south.level.2026-06-29", SEEN_AT.replace(tzinfo=None)),
    ]


def test_the_demo_firm_is_pulled_as_it_lives_on(home: Home, rows: Rows) -> None:
    build(home.demo, scenario="as_planned")
    counted = {
        name: pull(name, home=home, seen_at=SEEN_AT).rows_loaded for name in ("erp", "sheets")
    }
    assert counted["erp"] > 50_000
    assert rows("select count(*) from raw_sheets.workbook") == [(3,)]
    assert pull("erp", home=home, seen_at=SEEN_AT).rows_loaded == 0

    booked = dip(home.demo)
    assert pull("erp", home=home, seen_at=SEEN_AT).rows_loaded == 1
    assert rows(
        f"select minutes from raw_erp.downtime where downtime_id = {booked.downtime_id}"
    ) == [(booked.minutes,)]

    tomorrow = SEEN_AT + timedelta(days=1)
    advance(home.demo)
    assert pull("erp", home=home, seen_at=tomorrow).rows_loaded > 0
    assert pull("erp", home=home, seen_at=tomorrow).rows_loaded == 0
    [(known, versions)] = rows(
        "select count(distinct order_id), count(*) from raw_erp.customer_order"
    )
    assert versions > known
    assert Path(home.warehouse).exists()


def test_the_check_finds_what_is_wrong_in_the_files_that_describe_sources(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = (CHECKOUT / "ingestion" / "erp.yml").read_text(encoding="utf-8")
    (tmp_path / "erp.yml").write_text(tables.replace("reconcile:", "reconciled:"))
    (tmp_path / "sheets").mkdir()
    (tmp_path / "sheets" / "counts.yml").write_text("id: counts\n")
    monkeypatch.setenv("SIGHTLINE_ERP_TABLES", str(tmp_path / "erp.yml"))
    monkeypatch.setenv("SIGHTLINE_SHEETS_MAPPINGS", str(tmp_path / "sheets"))
    checked = run(home, "-c", CHECK)
    found = json.loads(checked.stdout)
    assert (checked.returncode, found["findings"]) == (2, [])
    assert {finding["file"] for finding in found["sources"]} == {"erp.yml", "sheets/counts.yml"}
    assert all(finding["rule"] and finding["line"] for finding in found["sources"])
