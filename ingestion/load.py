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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from ingestion.columns import arrow_table, hints, naive_utc
from ingestion.receipt import Receipt, TableReceipt
from ingestion.source import ANY_TABLE, ColumnType, Source
from sightline.errors import SightlineEnvironmentError, SightlineError, UsageError
from sightline.home import Home
from sightline.ledger.sealing import announce, require_log, seal_loads
from sightline.warehouse.duckdb import connect

if TYPE_CHECKING:
    from sightline.ledger.seal import Seal

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

RECEIPT_TABLE = "_receipt"
RECEIPT: dict[str, ColumnType] = {
    "source": "text",
    "table_name": "text",
    "seen": "bigint",
    "kept": "bigint",
    "rejected": "bigint",
}


def load(source: Source, resources: Sequence[Any], *, home: Home, seen_at: datetime) -> Receipt:
    """Append what the resources yield (Arrow tables) to the raw dataset of the source.

    Every row gets `_seen_at`, `_dlt_load_id` and `_row`, its number within table and load. The
    receipt is a table of the same load, so that neither is ever there without the other; the load
    gets a seal, and what the seal counted in the warehouse must be what the receipt says, else a
    SightlineError names the table. A type drift, a source that cannot be read and a log of seals
    that is not there whole raise SightlineEnvironmentError, with nothing loaded.
    """
    if seen_at.tzinfo is None:
        raise UsageError("seen_at must carry a time zone")
    handed = _Handed(source)
    moment = naive_utc(seen_at)
    stamped = [_stamped(each, moment, handed) for each in [*resources, _receipt(source, handed)]]
    pipeline = _pipeline(source.dataset, home)
    with _understood(source.name):
        _package(pipeline, stamped, home)
        with connect(home):  # held open: each of dlt's own dozen openings would read the file anew
            [load_id] = pipeline.load().loads_ids
            seals = seal_loads(home, {source.dataset: [load_id]}, sealed_at=seen_at)
    _reconcile(source, handed, next(seal for seal in seals if seal.load_id == load_id))
    tables = handed.receipts()
    return Receipt(
        source=source.name,
        seen_at=seen_at.astimezone(UTC),
        load_id=load_id,
        tables=tables,
        rows_loaded=sum(table.kept for table in tables),
    )


@dataclass
class _Handed:
    """What the resources of one pull have handed on: rows by raw table, and rejects by whose."""

    source: Source
    rows: Counter[str] = field(default_factory=Counter)
    rejects: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._rejects_of = {table.name: table.rejects_of for table in self.source.tables}

    def take(self, name: str, table: pa.Table) -> int:
        """Count the rows; gives the number of the first of them within the load."""
        first = self.rows[name]
        self.rows[name] += table.num_rows
        whose = self._rejects_of.get(name)
        if whose == ANY_TABLE:
            self.rejects.update(table["table_name"].to_pylist())
        elif whose is not None:
            self.rejects[whose] += table.num_rows
        return first

    def receipts(self) -> tuple[TableReceipt, ...]:
        """One for each table; a table of refused rows counts as the rejects of its own."""
        return tuple(
            TableReceipt(name, kept + rejected, kept, rejected)
            for name, whose in self._rejects_of.items()
            if whose is None
            for kept, rejected in [(self.rows[name], self.rejects[name])]
        )


def _stamped(resource: Any, seen_at: datetime, handed: _Handed) -> Any:
    """The resource with `_seen_at` and `_row` on every row, and its rows counted."""

    def stamp(table: pa.Table) -> pa.Table:
        first = handed.take(resource.name, table)
        numbers = pa.arange(first, first + table.num_rows)
        moments = pa.repeat(pa.scalar(seen_at, pa.timestamp("us")), table.num_rows)
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


def _package(pipeline: Any, resources: Sequence[Any], home: Home) -> None:
    """Extract and normalise one package, and announce it to the ledger."""
    with connect(home):
        require_log(home)
        pipeline.sync_destination()
    pipeline.extract(resources, loader_file_format="parquet", schema_contract=SCHEMA_CONTRACT)
    pipeline.normalize()
    announce(home, pipeline.dataset_name, pipeline.list_normalized_load_packages())


@contextmanager
def _understood(source: str) -> Iterator[None]:
    """A failure in the reader's words, where its cause is one a person can do something about."""
    from dlt.pipeline.exceptions import PipelineStepFailed

    try:
        yield
    except PipelineStepFailed as failure:
        understood = _in_words(failure, source)
        if understood is None:
            raise
        raise understood from None  # it lies inside the failure: a cause would be a circle


def _in_words(failure: BaseException, source: str) -> SightlineError | None:
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


def _receipt(source: Source, handed: _Handed) -> Any:
    """The last resource of a pull: one row for each table, by what the others have handed on."""
    import dlt

    def rows() -> Iterator[pa.Table]:
        counted = [
            {
                "source": source.name,
                "table_name": table.table,
                "seen": table.seen,
                "kept": table.kept,
                "rejected": table.rejected,
            }
            for table in handed.receipts()
        ]
        yield arrow_table(counted, RECEIPT, name=RECEIPT_TABLE)

    return dlt.resource(rows, name=RECEIPT_TABLE)


def _reconcile(source: Source, handed: _Handed, seal: Seal) -> None:
    for name, rows in handed.rows.items():
        there = seal.tables[name].rows if name in seal.tables else 0
        if there != rows:
            raise SightlineError(
                f"{source.name}.{name}: {rows} rows were handed on, but load {seal.load_id} holds "
                f"{there} in the warehouse"
            )
