"""A pull killed at any point leaves nothing that the next one does not put right."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from datetime import datetime, timedelta

import duckdb
import pytest

from ingestion.pull import pull
from sightline.errors import SightlineError
from sightline.home import Home
from sightline.ledger.archive import Archive
from tests.ingestion.conftest import (
    SEEN_AT,
    Pulled,
    PulledOnce,
    Rows,
    home_in,
    sqlite,
)
from tests.ingestion.firm import NOON, TinyErp

KILLED = """
import os, signal, sys
from datetime import datetime
from importlib import import_module

module, _, path = sys.argv[1].partition(":")
owner, _, name = path.rpartition(".")
target = import_module(module)
for step in filter(None, owner.split(".")):
    target = getattr(target, step)
setattr(target, name, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))

from ingestion.pull import pull
from sightline.home import Home

pull("erp", home=Home.from_env(), seen_at=datetime.fromisoformat(sys.argv[2]))
"""

COMMITTED = (
    "select downtime_id from raw_erp.downtime where _dlt_load_id in "
    "(select load_id from raw_erp._dlt_loads where status = 0) order by 1"
)


RECEIPTED = (
    "select distinct receipt._dlt_load_id from raw_erp._receipt as receipt inner join "
    "raw_erp._dlt_loads as load on load.load_id = receipt._dlt_load_id and status = 0 order by 1"
)

LATER = SEEN_AT + timedelta(hours=1)  # keys are compared too

ALL = (
    "select * exclude (_dlt_load_id) from raw_erp.downtime where _dlt_load_id in "
    "(select load_id from raw_erp._dlt_loads where status = 0) order by all"
)


def killed_at(point: str, home: Home, seen_at: datetime) -> None:
    """Pull in a process that kills itself where that function is called."""
    killed = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", KILLED, point, seen_at.isoformat()],
        env={**os.environ, "SIGHTLINE_HOME": str(home.root)},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    "point",
    [
        "dlt.pipeline.pipeline:Pipeline.normalize",  # rows extracted
        "dlt.pipeline.pipeline:Pipeline.load",  # a package waits to be loaded
        "dlt.destinations.job_client_impl:SqlJobClientBase.complete_load",  # loaded, not committed
        "ingestion.load:seal_loads",  # committed, without a seal
    ],
)
def test_every_row_counts_once_after_a_kill(
    home: Home, erp: TinyErp, rows: Rows, point: str
) -> None:
    killed_at(point, home, SEEN_AT)
    pull("erp", home=home, seen_at=SEEN_AT)
    assert rows(COMMITTED) == [(1,), (2,), (3,)]
    assert pull("erp", home=home, seen_at=SEEN_AT).rows_loaded == 0
    assert rows(RECEIPTED) == rows("select load_id from raw_erp._dlt_loads order by 1")
    archive = Archive(home.checkpoints)
    assert rows(RECEIPTED) == [(archive.read_seal(at).load_id,) for at in range(archive.size)]


def live_on(erp: TinyErp) -> None:
    erp.edit_downtime(1, write_date=NOON + timedelta(days=1), minutes=20)
    erp.execute("delete from downtime where downtime_id = 2")


@pytest.fixture(scope="module")
def unkilled(
    pulled_once: PulledOnce, tmp_path_factory: pytest.TempPathFactory
) -> list[tuple[object, ...]]:
    """What the same pulls leave where none of them is killed."""
    with pytest.MonkeyPatch.context() as patch:
        twin = home_in(tmp_path_factory.mktemp("twin"), patch)
        shutil.copytree(pulled_once().root, twin.root, dirs_exist_ok=True)
        live_on(TinyErp.of(sqlite(twin)))
        pull("erp", home=twin, seen_at=LATER)
    with duckdb.connect(str(twin.warehouse), read_only=True) as connection:
        return connection.execute(ALL).fetchall()


@pytest.mark.parametrize(
    "point",
    [
        "ingestion.sql.arrow_reading:read",  # before the first row
        "ingestion.sql.deletions:tombstones",  # in between new versions and deleted rows
        "ingestion.sql.difference:Differences._read",  # before what was found is said
        "dlt.destinations.impl.duckdb.duck:DuckDbCopyJob.run",  # tables made, no row in them
        "dlt.destinations.job_client_impl:SqlJobClientBase.complete_load",
    ],
)
def test_versions_and_tombstones_count_once_after_a_kill(
    home: Home, pulled: Pulled, rows: Rows, unkilled: list[tuple[object, ...]], point: str
) -> None:
    live_on(pulled())
    killed_at(point, home, LATER)
    pull("erp", home=home, seen_at=LATER)
    assert rows(ALL) == unkilled
    assert len(unkilled) == 5


def test_a_warehouse_made_anew_is_filled_anew(home: Home, erp: TinyErp, rows: Rows) -> None:
    pull("erp", home=home, seen_at=SEEN_AT)
    home.warehouse.unlink()
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("create schema raw_erp; create table raw_erp.downtime(downtime_id int8)")
    assert pull("erp", home=home, seen_at=SEEN_AT).rows_loaded == 8
    assert rows(COMMITTED) == [(1,), (2,), (3,)]


def test_a_warehouse_restored_from_a_copy_gets_what_came_since(
    home: Home, erp: TinyErp, rows: Rows
) -> None:
    pull("erp", home=home, seen_at=SEEN_AT)
    shutil.copy(home.warehouse, home.root / "copy")
    erp.add_downtime(4)
    pull("erp", home=home, seen_at=SEEN_AT)
    shutil.move(home.root / "copy", home.warehouse)
    assert pull("erp", home=home, seen_at=SEEN_AT).rows_loaded == 1
    assert rows(COMMITTED) == [(1,), (2,), (3,), (4,)]


def test_tables_made_beforehand_are_loaded_into(home: Home, erp: TinyErp, rows: Rows) -> None:
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute(
            "create schema raw_erp; "
            "create table raw_erp._dlt_loads(load_id varchar, schema_name varchar, status bigint, "
            "inserted_at timestamptz, schema_version_hash varchar); "
            "create table raw_erp.downtime(downtime_id bigint, minutes bigint)"
        )
    assert pull("erp", home=home, seen_at=SEEN_AT).rows_loaded == 8
    assert rows("select downtime_id, minutes from raw_erp.downtime order by 1") == [
        (1, 10),
        (2, 10),
        (3, 10),
    ]


def test_rows_lost_on_the_way_are_noticed(
    home: Home, erp: TinyErp, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dlt.destinations.impl.duckdb.duck import DuckDbCopyJob

    copy = DuckDbCopyJob.run

    def lossy(job: DuckDbCopyJob) -> None:
        copy(job)
        if job.load_table_name == "downtime":
            job._sql_client.execute_sql("delete from raw_erp.downtime where downtime_id = 2")

    monkeypatch.setattr(DuckDbCopyJob, "run", lossy)
    with pytest.raises(SightlineError, match=r"erp\.downtime: 3 rows .* holds 2 in the warehouse"):
        pull("erp", home=home, seen_at=SEEN_AT)
