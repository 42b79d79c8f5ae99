"""The same marts give the same case, byte for byte, whoever asks, where and in what order."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from sightline.casebook import Casebook
from sightline.investigation import investigate
from tests.audits.investigated import case_of, investigated
from tests.audits.northline_marts import AS_OF, LEVEL_CASE, SACRIFICE_CASE, build


@pytest.mark.parametrize(
    ("scenario", "case_id"), [("as_planned", LEVEL_CASE), ("throttled", SACRIFICE_CASE)]
)
def test_two_investigations_give_equal_bytes(scenario: str, case_id: str) -> None:
    first, second = investigated(scenario, case_id), investigated(scenario, case_id)
    assert first.canonical_bytes() == second.canonical_bytes()


INVESTIGATE = """
import sys
sys.path.insert(0, sys.argv[1])
from tests.audits.northline_marts import AS_OF, LEVEL_CASE, build
from sightline.investigation import investigate

sys.stdout.buffer.write(investigate(build("as_planned"), LEVEL_CASE, as_of=AS_OF).canonical_bytes())
"""


def test_another_process_elsewhere_in_the_world_gives_equal_bytes() -> None:
    environment = {"PYTHONHASHSEED": "99", "TZ": "America/New_York"}
    other = subprocess.run(
        [sys.executable, "-c", INVESTIGATE, str(Path(__file__).parent)],
        env=environment,
        capture_output=True,
        check=True,
    )
    assert other.stdout == case_of("as_planned").canonical_bytes()


def test_the_order_of_rows_in_the_marts_does_not_matter() -> None:
    with build("as_planned") as marts:
        tables = marts.execute("select table_name from duckdb_tables()").fetchall()
        for (table,) in tables:
            marts.execute(f"create table marts.turned as from marts.{table} order by all desc")
            marts.execute(f"drop table marts.{table}")
            marts.execute(f"alter table marts.turned rename to {table}")
        turned = investigate(marts, LEVEL_CASE, as_of=AS_OF)
    assert turned.canonical_bytes() == case_of("as_planned").canonical_bytes()


def test_the_content_hash_notices_any_change_and_survives_the_casebook(tmp_path: Path) -> None:
    case = case_of("as_planned")
    altered = case.model_copy(update={"headline": case.headline + "."}).sealed()
    assert altered.footer.content_hash != case.footer.content_hash
    assert case.sealed() == case
    casebook = Casebook(f"sqlite:///{tmp_path}/casebook.db")
    casebook.create()
    assert casebook.finish_audit(case, AS_OF)
    kept = casebook.case(case.case_id)
    assert kept is not None
    assert kept.canonical_bytes() == case.canonical_bytes()
    casebook.close()


def test_an_audit_only_reads(tmp_path: Path) -> None:
    with build("as_planned") as marts:
        marts.execute(f"attach '{tmp_path}/published.duckdb' as file")
        marts.execute("create schema file.marts")
        for (table,) in marts.execute("select table_name from duckdb_tables()").fetchall():
            marts.execute(f"create table file.marts.{table} as from memory.marts.{table}")
    with duckdb.connect(str(tmp_path / "published.duckdb"), read_only=True) as published:
        case = investigate(published, LEVEL_CASE, as_of=AS_OF)
    assert case.canonical_bytes() == case_of("as_planned").canonical_bytes()
