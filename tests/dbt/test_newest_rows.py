"""A table brought up to date by what is new equals the same table read anew from all of raw."""

import random
from typing import Any

import duckdb
import pytest

from orchestration.dbt_runner import DbtBuildError, invoke, refuse_broken
from orchestration.defs.reading_anew import read_anew
from sightline.home import Home
from tests.dbt.conftest import Built, Project
from tests.dbt.test_staging import MONDAY, TUESDAY, WEDNESDAY, add, load

MODEL = "stg_erp__downtime"
RAW = "raw_erp.downtime"
BROKEN = "insert into raw_ledger.broken_row values ('b', 'raw_erp', 'downtime', '1', 1, ?, null)"


class Kept:
    """The table as kept, beside what its SQL says of all of raw."""

    def __init__(self, project: Project, sql: str) -> None:
        self.project = project
        self.sql = sql

    def edit(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(str(self.project.warehouse))

    def build(self, *options: str) -> list[tuple[Any, ...]]:
        """Bring it up to date; gives its rows, which have to be those of a full read."""
        refuse_broken(invoke(["run", "--select", MODEL, *options]))
        with self.edit() as warehouse:
            warehouse.execute("set timezone = 'UTC'")
            kept = warehouse.execute(f"from staging.{MODEL} order by all").fetchall()
            assert kept == warehouse.execute(f"from ({self.sql}) order by all").fetchall()
        return kept


@pytest.fixture
def kept(empty_build: Built, project: Project, monkeypatch: pytest.MonkeyPatch) -> Kept:
    monkeypatch.setenv("SIGHTLINE_HOME", str(project.home))
    return Kept(project, empty_build.models("staging")[MODEL]["compiled_code"])


def test_any_series_of_loads_gives_what_a_full_read_gives(kept: Kept) -> None:
    draw = random.Random(20261)  # noqa: S311 - examples, no secret
    days = (MONDAY, TUESDAY, WEDNESDAY)
    sizes = []
    for number in range(12):
        with kept.edit() as warehouse:
            load(warehouse, "raw_erp", str(number), committed=draw.random() < 0.8)
            for _ in range(draw.randrange(6)):
                row: dict[str, object] = {"downtime_id": draw.randrange(8)}
                if draw.random() < 0.25:
                    row["_deleted_at"] = draw.choice(days)
                else:
                    row |= {"minutes": draw.randrange(90), "changed_at": draw.choice(days)}
                add(warehouse, RAW, str(number), f"2026-02-{1 + number:02} 06:00:00", **row)
        if draw.random() < 0.7:  # several loads may come between two builds
            sizes.append(len(kept.build()))
    assert len(set(sizes)) > 3


def test_a_load_that_was_counted_is_not_read_again_until_all_of_raw_is(kept: Kept) -> None:
    with kept.edit() as warehouse:
        load(warehouse, "raw_erp", "1")
        add(warehouse, RAW, "1", MONDAY, downtime_id=1, minutes=10, changed_at=MONDAY)
    kept.build()
    with kept.edit() as warehouse:
        warehouse.execute(f"update {RAW} set minutes = 99")
        load(warehouse, "raw_erp", "2")
        add(warehouse, RAW, "2", TUESDAY, downtime_id=2, minutes=20, changed_at=TUESDAY)
    refuse_broken(invoke(["run", "--select", MODEL]))
    with kept.edit() as warehouse:
        found = warehouse.execute(f"select minutes from staging.{MODEL} order by all").fetchall()
    assert found == [(10,), (20,)]
    assert [row[5] for row in kept.build("--full-refresh")] == [99, 20]


def test_what_counted_and_counts_no_more_is_taken_out(kept: Kept) -> None:
    with kept.edit() as warehouse:
        for number in ("1", "2"):
            load(warehouse, "raw_erp", number)
            for row in (1, 2):
                add(warehouse, RAW, number, MONDAY, downtime_id=int(number) * 10 + row, minutes=5)
    assert len(kept.build()) == 4
    with kept.edit() as warehouse:
        warehouse.execute(BROKEN, [MONDAY])
    assert len(kept.build()) == 3
    with kept.edit() as warehouse:
        warehouse.execute("update raw_ledger.broken_row set mended_at = ?", [TUESDAY])
    assert len(kept.build()) == 4
    with kept.edit() as warehouse:
        warehouse.execute("delete from raw_erp._dlt_loads where load_id = '2'")
    assert len(kept.build()) == 2


def test_read_anew_at_night_it_says_what_had_not_been_kept_as_raw_says(kept: Kept) -> None:
    with kept.edit() as warehouse:
        load(warehouse, "raw_erp", "1")
        add(warehouse, RAW, "1", MONDAY, downtime_id=1, minutes=10, changed_at=MONDAY)
    home = Home.from_env()
    assert read_anew(home)[MODEL] == 1
    with kept.edit() as warehouse:
        warehouse.execute(f"delete from staging.{MODEL}")
    with pytest.raises(DbtBuildError, match=f"{MODEL} had 0 rows, and 1 when read anew"):
        read_anew(home)
    assert len(kept.build()) == 1
