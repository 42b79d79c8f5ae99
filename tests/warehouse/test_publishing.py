"""BI never blocks the pipeline and the pipeline never blocks BI."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from sightline.errors import SightlineEnvironmentError
from sightline.home import Home
from sightline.warehouse.duckdb import connect, publish, read_published

AT = datetime(2026, 10, 26, 6, 0, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.from_env({"SIGHTLINE_HOME": str(tmp_path / "it's home")}).create()


def build(home: Home, generation: int) -> None:
    with connect(home) as connection:
        connection.execute("create schema if not exists marts")
        connection.execute("create schema if not exists staging")
        connection.execute("create or replace table staging.secret as select 1 as x")
        for table in ("fct_a", "fct_b"):
            connection.execute(
                f"create or replace table marts.{table} "
                "(generation integer not null, share decimal(38, 9), seen_at timestamp)"
            )
            connection.execute(
                f"insert into marts.{table} select $1, range / 3, now() from range(500)",
                [generation],
            )
        connection.execute("comment on table marts.fct_a is 'Grain: one row. It''s a promise.'")
        connection.execute("comment on column marts.fct_a.share is 'A share of the whole.'")


def test_only_the_marts_are_published_with_types_comments_and_one_publication(home: Home) -> None:
    build(home, 1)
    publish(home, "pulse-1", AT)
    with connect(home) as private:
        source = private.sql("from marts.fct_a").fetchall()
    with read_published(home) as published:
        assert published.sql("from marts.fct_a").fetchall() == source
        tables = published.sql(
            "select schema_name, table_name, comment from duckdb_tables() order by table_name"
        ).fetchall()
        assert [row[:2] for row in tables] == [
            ("marts", "fct_a"),
            ("marts", "fct_b"),
            ("marts", "publication"),
        ]
        assert tables[0][2] == "Grain: one row. It's a promise."
        columns = published.sql(
            "select column_name, data_type, is_nullable, comment from duckdb_columns() "
            "where table_name = 'fct_a' order by column_index"
        ).fetchall()
        assert columns == [
            ("generation", "INTEGER", False, None),
            ("share", "DECIMAL(38,9)", True, "A share of the whole."),
            ("seen_at", "TIMESTAMP", True, None),
        ]
        assert published.sql("from marts.publication").fetchall() == [
            ("pulse-1", AT.replace(tzinfo=None))
        ]


def test_the_published_file_is_one_that_older_tools_can_open(home: Home) -> None:
    build(home, 1)
    publish(home, "pulse-1", AT)
    with duckdb.connect(str(home.published), read_only=True) as reader:
        assert (
            reader.sql("select tags['storage_version'] from duckdb_databases()")
            .fetchall()[0][0]
            .startswith("v1.4.0")
        )


def test_the_parquet_folder_holds_the_same_tables_and_keeps_one_generation_back(
    home: Home,
) -> None:
    for generation in (1, 2, 3):
        build(home, generation)
        publish(home, f"pulse-{generation}", AT)
    files = sorted(file.name for file in home.published_parquet.glob("*.parquet"))
    assert files == ["fct_a.parquet", "fct_b.parquet", "publication.parquet"]
    rows = duckdb.read_parquet(str(home.published_parquet / "fct_a.parquet")).fetchall()
    assert {row[0] for row in rows} == {3}
    assert len(list(home.published.parent.glob("parquet-*"))) == 2


def test_what_a_killed_publisher_left_behind_is_cleared_away(home: Home) -> None:
    build(home, 1)
    left_over = home.published.parent / ".building-dead"
    left_over.mkdir(parents=True)
    (left_over / "sightline.duckdb").write_bytes(b"half")
    publish(home, "pulse-1", AT)
    names = {path.name.split("-")[0] for path in home.published.parent.iterdir()}
    assert names == {"sightline.duckdb", "parquet"}


def test_the_next_reader_sees_the_new_marts_even_beside_one_that_is_still_open(home: Home) -> None:
    build(home, 1)
    publish(home, "pulse-1", AT)
    with read_published(home) as early:
        build(home, 2)
        publish(home, "pulse-2", AT)
        assert early.execute("select max(generation) from marts.fct_a").fetchone() == (1,)
        with read_published(home) as late:
            assert late.execute("select max(generation) from marts.fct_a").fetchone() == (2,)


def test_a_reader_can_neither_write_nor_reach_files(home: Home) -> None:
    build(home, 1)
    publish(home, "pulse-1", AT)
    with read_published(home) as reader:
        with pytest.raises(duckdb.Error, match="read-only"):
            reader.execute("delete from marts.fct_a")
        with pytest.raises(duckdb.PermissionException):
            reader.execute("select * from read_text('/etc/hostname')")
        with pytest.raises(duckdb.InvalidInputException, match="locked"):
            reader.execute("set enable_external_access = true")


def test_sessions_are_in_utc_wherever_the_machine_stands(home: Home) -> None:
    build(home, 1)
    publish(home, "pulse-1", AT)
    code = (
        "from sightline.home import Home; "
        "from sightline.warehouse.duckdb import connect, read_published; "
        "home = Home.from_env(); zone = \"select current_setting('TimeZone')\"; "
        "both = connect(home), read_published(home); "
        "print(*[connection.execute(zone).fetchone()[0] for connection in both])"
    )
    environment = {"SIGHTLINE_HOME": str(home.root), "TZ": "America/New_York"}
    seen = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert seen.stdout.split() == ["UTC", "UTC"]


def test_nothing_published_and_nothing_built_are_named_with_the_way_out(home: Home) -> None:
    with pytest.raises(SightlineEnvironmentError, match="run the pipeline once"):
        read_published(home)
    with pytest.raises(SightlineEnvironmentError, match="build them first"):
        publish(home, "pulse-1", AT)
    assert not home.published.exists()


def test_a_process_that_already_writes_gets_its_read_only_connection(home: Home) -> None:
    build(home, 1)
    with connect(home) as writer, connect(home, read_only=True) as reader:
        writer.execute("insert into marts.fct_b values (9, 0, null)")
        assert reader.execute("select max(generation) from marts.fct_b").fetchone() == (9,)


READ_IN_A_LOOP = """
import sys
from sightline.home import Home
from sightline.warehouse.duckdb import read_published

home, reads, mixed, generations = Home.from_env(), 0, 0, set()
print("reading", flush=True)
while not (home.root / "stop").exists():
    with read_published(home) as connection:
        extent = "select min(generation), max(generation) from marts."
        a = connection.execute(extent + "fct_a").fetchone()
        b = connection.execute(extent + "fct_b").fetchone()
        pulse = connection.execute("select publish_id from marts.publication").fetchone()[0]
    mixed += len({*a, *b, int(pulse)}) != 1
    generations.add(int(pulse))
    reads += 1
print(reads, mixed, len(generations))
"""

HOLD_THE_WAREHOUSE = """
import sys
from sightline.home import Home
from sightline.warehouse.duckdb import connect

with connect(Home.from_env()) as connection:
    connection.execute("begin")
    connection.execute("insert into marts.fct_a values (0, 0, null)")
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_no_read_fails_while_marts_are_swapped_and_a_writer_holds_the_warehouse(home: Home) -> None:
    build(home, 1)
    publish(home, "1", AT)
    environment = {"SIGHTLINE_HOME": str(home.root)}
    reader = subprocess.Popen(
        [sys.executable, "-c", READ_IN_A_LOOP],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout is not None
    assert reader.stdout.readline() == "reading\n"
    for generation in range(2, 12):
        build(home, generation)
        publish(home, str(generation), AT)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD_THE_WAREHOUSE],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(SightlineEnvironmentError, match="cannot open the warehouse"):
        connect(home)
    with read_published(home) as connection:
        assert connection.execute("select publish_id from marts.publication").fetchone() == ("11",)
    holder.communicate("done\n")
    (home.root / "stop").touch()
    output, failures = reader.communicate()
    assert (reader.returncode, failures) == (0, "")
    reads, mixed, generations = map(int, output.split())
    assert mixed == 0
    assert reads >= generations > 1
