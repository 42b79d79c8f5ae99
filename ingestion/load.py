"""From dlt resources to committed raw rows and a receipt: the one place that knows the warehouse.

Raw is append-only, and a load counts once `_dlt_loads` says so (status 0); rows of a load that
died on the way stay behind uncommitted and nobody reads them. A run therefore never finishes
somebody else's pending package: it starts again from the last state committed in the warehouse
and asks the source anew, which is exact at every point where a process can be killed.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from ingestion.columns import arrow_table, hints, naive_utc
from ingestion.receipt import Receipt, TableReceipt
from ingestion.source import ColumnType, Source
from sightline.errors import SightlineEnvironmentError, SightlineError, UsageError
from sightline.home import Home
from sightline.ledger.sealing import announce, seal_loads

SCHEMA_CONTRACT = {"tables": "evolve", "columns": "evolve", "data_type": "freeze"}
"""New tables and columns are welcome. A column that changes its type is refused: dlt would
otherwise put NULL into the column and the value into another, and the KPI would read on."""

DLT_SETTINGS = {
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "ERROR",  # its warnings are about hints; what can go wrong raises here
    "NORMALIZE__PARQUET_NORMALIZER__ADD_DLT_LOAD_ID": "true",
    "EXTRACT__NEXT_ITEM_MODE": "fifo",  # what was found out of order is read after the tables
    "DATA_WRITER__COMPRESSION": "none",  # the file lives for a moment; 10 % of a large load
    "LOAD__DELETE_COMPLETED_JOBS": "true",  # the warehouse has the rows
}

RECEIPTS = "raw_receipts"
RECEIPT: Mapping[str, ColumnType] = {
    "source": "text",
    "table_name": "text",
    "seen_at": "timestamp",
    "seen": "bigint",
    "kept": "bigint",
    "rejected": "bigint",
    "load_id": "text",
}


def load(source: Source, resources: Sequence[Any], *, home: Home, seen_at: datetime) -> Receipt:
    """Append what the resources yield (Arrow tables) to the raw dataset of the source.

    Every row gets `_seen_at`, `_dlt_load_id` and `_row`, its number within table and load; every
    load gets a seal. Rows handed to dlt are counted, and counted again in the warehouse: when seen
    is not kept plus rejected a SightlineError says so. A type drift and a source that cannot be
    read raise SightlineEnvironmentError, with nothing loaded.
    """
    if seen_at.tzinfo is None:
        raise UsageError("seen_at must carry a time zone")
    handed: Counter[str] = Counter()
    stamped = [_stamped(resource, naive_utc(seen_at), handed) for resource in resources]
    pipeline = _pipeline(source.dataset, home)
    load_ids = _run(pipeline, stamped, source.name, home)
    kept = _count(pipeline, load_ids, [table for table, rows in handed.items() if rows])
    tables = _table_receipts(source, handed, kept)
    receipt = Receipt(
        source=source.name,
        seen_at=seen_at.astimezone(UTC),
        load_ids=load_ids,
        tables=tables,
        rows_loaded=sum(table.kept for table in tables),
    )
    recorded = _record(receipt, home)
    seal_loads(home, {source.dataset: load_ids, RECEIPTS: recorded}, sealed_at=receipt.seen_at)
    _reconcile(receipt)
    return receipt


def _stamped(resource: Any, seen_at: datetime, handed: Counter[str]) -> Any:
    """The resource with `_seen_at` and `_row` on every row, and its rows counted."""

    def stamp(table: pa.Table) -> pa.Table:
        first = handed[resource.name]
        handed[resource.name] += table.num_rows
        numbers = pa.array(range(first, handed[resource.name]), pa.int64())
        moments = pa.array([seen_at], pa.timestamp("us")).take(pa.array([0] * table.num_rows))
        return table.append_column("_seen_at", moments).append_column("_row", numbers)

    resource.add_filter(lambda table: table.num_rows > 0)
    resource.add_map(stamp)
    resource.apply_hints(columns=hints(["_seen_at"]))
    return resource


def configure() -> None:
    """Settle how dlt runs, by its own environment variables; one that is set already wins.

    Call it before dlt is first used: it reads them once, and would start its telemetry.
    """
    for name, value in DLT_SETTINGS.items():
        os.environ.setdefault(name, value)


def _pipeline(dataset: str, home: Home) -> Any:
    """A dlt pipeline with an empty working folder: it takes its state from the warehouse.

    What a dead run left in the folder is dropped: a package half loaded, one that a contract
    refuses for ever, a cursor ahead of a warehouse that was restored or made anew.
    """
    import dlt

    home.create()
    shutil.rmtree(home.dlt / dataset, ignore_errors=True)
    return dlt.pipeline(
        dataset,
        destination=dlt.destinations.duckdb(str(home.warehouse)),
        dataset_name=dataset,
        pipelines_dir=str(home.dlt),
    )


def _run(pipeline: Any, resources: Sequence[Any], source: str, home: Home) -> tuple[str, ...]:
    """Extract, normalise, announce to the ledger and load; the ids of the loads made."""
    if not resources:
        return ()
    from dlt.pipeline.exceptions import PipelineStepFailed

    try:
        pipeline.sync_destination()
        pipeline.extract(
            list(resources), loader_file_format="parquet", schema_contract=SCHEMA_CONTRACT
        )
        pipeline.normalize()
        announce(home, pipeline.dataset_name, pipeline.list_normalized_load_packages())
        info = pipeline.load()
    except PipelineStepFailed as failure:
        understood = _understood(failure, source)
        if understood is None:
            raise
        raise understood from None  # it lies inside the failure: a cause would be a circle
    return tuple(info.loads_ids) if info is not None else ()


def _understood(failure: BaseException, source: str) -> SightlineError | None:
    """The failure in the reader's words, where its cause is one a person can do something about."""
    from dlt.common.libs.pyarrow import PyToArrowConversionException
    from dlt.common.schema.exceptions import DataValidationError
    from sqlalchemy.exc import SQLAlchemyError

    link: BaseException | None = failure
    while link is not None:
        if isinstance(link, SightlineError):
            return link
        if isinstance(link, DataValidationError):
            return SightlineEnvironmentError(
                f"{source}: column {link.table_name}.{link.column_name} changed its type at the "
                "source; nothing was loaded. Restore the type there, or give the new type a new "
                "column name"
            )
        if isinstance(link, PyToArrowConversionException):
            return SightlineEnvironmentError(
                f"{source}: column {link.field_name} holds a value that is no {link.data_type}; "
                "nothing was loaded. Correct the value at the source"
            )
        if isinstance(link, SQLAlchemyError):  # its own words hold the query and its values
            return SightlineEnvironmentError(
                f"{source}: its database cannot be read ({type(link).__name__}); nothing was loaded"
            )
        link = link.__cause__ or link.__context__
    return None


def _count(pipeline: Any, load_ids: Sequence[str], tables: Sequence[str]) -> Counter[str]:
    """Rows of these loads that the warehouse holds, by table."""
    counts: Counter[str] = Counter()
    if not load_ids or not tables:
        return counts
    with pipeline.sql_client() as client:
        for table in tables:
            name = client.make_qualified_table_name(table)
            marks = ", ".join(["%s"] * len(load_ids))
            rows = client.execute_sql(
                f"select count(*) from {name} where _dlt_load_id in ({marks})",  # noqa: S608 - the name is quoted by dlt, the ids are parameters
                *load_ids,
            )
            counts[table] = rows[0][0]
    return counts


def _table_receipts(
    source: Source, handed: Mapping[str, int], kept: Mapping[str, int]
) -> tuple[TableReceipt, ...]:
    """One receipt for each table; the table of refused rows counts as the rejects of its own."""
    rejects = {table.rejects_of: table.name for table in source.tables if table.rejects_of}
    receipts = []
    for table in source.tables:
        if table.rejects_of:
            continue
        refused = rejects.get(table.name, "")
        receipts.append(
            TableReceipt(
                table=table.name,
                seen=handed.get(table.name, 0) + handed.get(refused, 0),
                kept=kept.get(table.name, 0),
                rejected=kept.get(refused, 0),
            )
        )
    return tuple(receipts)


def _record(receipt: Receipt, home: Home) -> tuple[str, ...]:
    import dlt

    rows = [
        {
            "source": receipt.source,
            "table_name": table.table,
            "seen_at": receipt.seen_at,
            "seen": table.seen,
            "kept": table.kept,
            "rejected": table.rejected,
            "load_id": receipt.load_ids[-1] if receipt.load_ids else None,
        }
        for table in receipt.tables
    ]
    table = arrow_table(rows, RECEIPT, name="receipt")
    resource = dlt.resource([table], name="receipt", columns=hints(["seen_at"]))
    stamped = _stamped(resource, naive_utc(receipt.seen_at), Counter())
    return _run(_pipeline(RECEIPTS, home), [stamped], "receipts", home)


def _reconcile(receipt: Receipt) -> None:
    for table in receipt.tables:
        if table.seen != table.kept + table.rejected:
            raise SightlineError(
                f"{receipt.source}.{table.table}: {table.seen} rows seen, but {table.kept} kept "
                f"and {table.rejected} rejected in load {', '.join(receipt.load_ids)}"
            )
