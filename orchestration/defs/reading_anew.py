"""Is what is kept up to date still what all of raw says? Read anew each night, and compared."""

import dagster as dg
from duckdb import DuckDBPyConnection

from orchestration.dbt_runner import DbtBuildError, invoke, refuse_broken
from orchestration.defs.pulse import WRITES
from orchestration.standing import put_on_record
from sightline.home import Home
from sightline.warehouse.duckdb import connect

_KEPT = ("run", "--select", "config.materialized:newest_rows")


def read_anew(home: Home) -> dict[str, int]:
    """Read all tables of newest rows from all of raw; gives the rows of each.

    Raises DbtBuildError naming the tables that had not been what all of raw says; they are now.
    """
    refuse_broken(invoke([*_KEPT]))
    with connect(home, read_only=True) as connection:
        kept = _sums(connection)
    refuse_broken(invoke([*_KEPT, "--full-refresh"]))
    with connect(home, read_only=True) as connection:
        anew = _sums(connection)
    put_on_record(home, anew)
    differing = [
        f"{table} had {kept[table][0]} rows, and {rows} when read anew"
        for table, (rows, _) in anew.items()
        if kept[table] != anew[table]
    ]
    if differing:
        raise DbtBuildError("; ".join(differing))
    return {table: rows for table, (rows, _) in anew.items()}


def _sums(connection: DuckDBPyConnection) -> dict[str, tuple[int, int]]:
    """Rows and the sum of their hashes, which no order of theirs changes, by table."""
    tables = connection.execute("select distinct relation from staging.counted_load order by 1")
    sums = {}
    for (table,) in tables.fetchall():
        query = f"select count(*), sum(hash(kept)) from staging.{table} as kept"  # noqa: S608 - ours
        (sums[table],) = connection.execute(query).fetchall()
    return sums


@dg.op(name="read_newest_rows_anew", out=dg.Out(dg.Nothing), pool="warehouse")
def read_newest_rows_anew(context: dg.OpExecutionContext) -> None:
    """Fail where a table was not what all of raw says; say how many rows each has."""
    for table, rows in read_anew(Home.from_env()).items():
        context.log.info(f"{table}: {rows} rows, as kept")


@dg.job(executor_def=dg.in_process_executor, tags=WRITES)
def reading_anew() -> None:
    """Read the newest rows anew from all of raw, and say where what was kept had differed."""
    read_newest_rows_anew()


reading_anew_cadence = dg.ScheduleDefinition(
    name="reading_anew_cadence",
    job=reading_anew,
    cron_schedule="10 3 * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
