"""A row typed into raw, on the real path: not in the KPI, the KPI contested, the row named."""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from sightline.ledger.archive import Archive
from tests.orchestration.conftest import Firm

PULSE = """
import os
import sys
from orchestration.environment import prepare
from sightline.home import Home

os.environ["SIGHTLINE_CLOCK"] = os.environ["SIGHTLINE_HOME"] + "/demo/clock"
prepare(Home.from_env())

from orchestration.once import Conductor

def say(sentence):
    sys.stderr.write(sentence + "\\n")

with Conductor(Home.from_env().root / "demo.log", say) as conductor:
    conductor.run("pulse_erp")
"""
TYPED = (
    "insert into raw_erp.downtime select * replace (999999 as downtime_id, 9000 as minutes, "
    "null as _row) from raw_erp.downtime where site = 'south' order by work_date desc limit 1"
)
LOWERED = (
    "create or replace view staging.stg_definitions__kpi_target_landed as select kpi_id, "
    "valid_from, cast(1 as decimal(38, 9)) as target, floor, _dlt_load_id as load_id "
    "from raw_definitions.kpi_target"
)
REMOVED = "delete from staging.stg_erp__customer_order where order_id % 2 = 0"
UPTIME = (
    "select value, status, integrity_grade from marts.fct_kpi_evaluation "
    "where kpi_id = 'sorter_uptime' and scope = 'south' and is_latest"
)


def rows(firm: Firm, database: str, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(firm.home / database)) as connection:
        return connection.execute(query).fetchall()


@dataclass(frozen=True)
class Tampered(Firm):
    """The same after a pulse. steps: those that succeeded, in order. audit: the log's copy."""

    steps: tuple[str, ...] = ()
    audit: Path = Path()


@pytest.fixture(scope="module")
def tampered(as_planned: Firm, tmp_path_factory: pytest.TempPathFactory) -> Tampered:
    """The firm after an outage was typed into raw, a booked one was shortened, and a pulse."""
    home = tmp_path_factory.mktemp("tampered") / "state"
    audit = home.parent / "audit.git"
    subprocess.run(["git", "init", "--quiet", "--bare", audit], check=True)
    shutil.copytree(as_planned.home, home, symlinks=True)
    firm = Firm(home, as_planned.user_home, as_planned.off_loopback, as_planned.report)
    for statement in (
        TYPED,
        "update raw_erp.invoice set amount_cents = 0 where _row = 3",
        LOWERED,
        REMOVED,
    ):
        rows(firm, "warehouse.duckdb", statement)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PULSE],
        env=firm.environment | {"SIGHTLINE_CHECKPOINTS_GIT": str(audit)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    steps = tuple(re.findall(r"^  pulse_erp: (.+)$", done.stderr, re.MULTILINE))
    return Tampered(**vars(firm), steps=steps, audit=audit)


def test_the_typed_row_is_not_in_the_kpi_and_the_kpi_is_contested(
    as_planned: Firm, tampered: Firm
) -> None:
    ((value, *_),) = rows(as_planned, "published/sightline.duckdb", UPTIME)
    assert rows(tampered, "published/sightline.duckdb", UPTIME) == [(value, "contested", "D")]


def test_every_kpi_on_the_table_is_asked_about_and_no_other(tampered: Firm) -> None:
    asked = rows(
        tampered,
        "published/sightline.duckdb",
        "select kpi_id, any_value(question) from marts.fct_integrity_finding "
        "where guard = 'seals_intact' group by kpi_id",
    )
    questions = dict(asked)
    assert set(questions) == {
        "sorter_uptime",
        "sorting_throughput",
        "unplanned_downtime",
        "cost_per_parcel",
    }
    assert "downtime_id=999999" in str(questions["sorter_uptime"])
    assert "row 3 " in str(questions["cost_per_parcel"])


def test_what_was_altered_behind_raw_is_made_anew_from_it(as_planned: Firm, tampered: Firm) -> None:
    query = (
        "select scope, period_start, value, target from marts.fct_kpi_evaluation "
        "where kpi_id = 'on_time_in_full' order by all"
    )
    honest = rows(as_planned, "published/sightline.duckdb", query)
    assert len(honest) > 26
    assert rows(tampered, "published/sightline.duckdb", query) == honest


def test_all_that_the_pulse_sealed_lies_with_others_and_no_alert_waited_for_it(
    tampered: Tampered, tmp_path: Path
) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", "--branch=main", tampered.audit, clone], check=True)
    assert Archive(clone).size == Archive(tampered.home / "checkpoints").size
    assert tampered.steps[-1] == "raw_ledger__breach_attested"
    assert tampered.steps.index("alerts") < len(tampered.steps) - 1


def test_verify_names_both_rows(tampered: Firm) -> None:
    done = tampered.sightline("verify", "--json")
    found = json.loads(done.stdout)["findings"]
    assert done.returncode == 1
    assert {(one["what"], one["table"], tuple(one["rows"])) for one in found} == {
        ("row_without_number", "downtime", ()),
        ("row_altered", "invoice", (3,)),
    }


def test_an_untouched_firm_verifies_and_its_rows_can_be_proven(
    as_planned: Firm, tmp_path: Path
) -> None:
    done = as_planned.sightline("verify")
    assert done.returncode == 0, done.stdout
    ((load,),) = rows(
        as_planned, "warehouse.duckdb", "select max(_dlt_load_id) from raw_erp.invoice"
    )
    proof = str(tmp_path / "proof.json")
    done = as_planned.sightline("prove", "raw_erp.invoice", str(load), "3", "--to", proof)
    assert done.returncode == 0, done.stderr
    nowhere = as_planned.sightline("prove", "raw_erp.invoice", str(load), "3", "--to", "/nowhere/p")
    assert (nowhere.returncode, "cannot write /nowhere/p" in nowhere.stderr) == (3, True)
    key = as_planned.home / "checkpoints/trusted.key"
    page = Path(__file__).parents[2] / "sightline/ledger/check_proof.py"
    checked = subprocess.run([sys.executable, "-I", page, proof, key], check=False)
    assert checked.returncode == 0


def test_a_root_that_was_printed_can_be_asked_about(as_planned: Firm) -> None:
    root = json.loads(as_planned.sightline("ledger", "root", "--json").stdout)["root"]
    ((told,),) = rows(
        as_planned,
        "published/sightline.duckdb",
        "select seal_number || ':' || log_root from marts.fct_load_seal where is_latest",
    )
    done = as_planned.sightline("verify", "--root", root, "--root", str(told))
    assert done.returncode == 0, done.stdout
    other = as_planned.sightline("verify", "--root", f"0:{root.partition(':')[2]}")
    assert (other.returncode, "seal 0 is not under the root" in other.stdout) == (1, True)
