"""What the marts said: values, formulas and episodes that a build publishes for the first time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from ingestion.receipt import Receipt
from ingestion.source import Source, Table

if TYPE_CHECKING:
    import pyarrow as pa

    from sightline.home import Home

VALUES = Source(
    name="values",
    dataset="raw_values",
    cadence="",  # recorded by the pulse that publishes, never pulled
    department="data",
    description="Every version of every KPI value, its formula, and every episode, as published.",
    tables=(
        Table("kpi_value", ("kpi_id", "scope", "period_start", "_seen_at")),
        Table("formula", ("kpi_id", "_seen_at")),
        Table("episode", ("episode_id",)),
    ),
)


def record(tables: Mapping[str, pa.Table], *, home: Home, seen_at: datetime) -> Receipt:
    """Append versions, all tables in one load; `seen_at` (aware) is when they were believed first.

    The columns arrive with the types of the warehouse. Appending the same versions twice is for
    the caller to avoid: they are read from what the record does not hold yet.
    """
    import dlt

    from ingestion.columns import hints
    from ingestion.load import configure, load

    configure()
    resources = [
        dlt.resource([rows], name=name, columns=hints(_moments(rows)))
        for name, rows in tables.items()
        if rows.num_rows
    ]
    return load(VALUES, resources, home=home, seen_at=seen_at)


def _moments(rows: pa.Table) -> list[str]:
    import pyarrow as pa

    return [field.name for field in rows.schema if pa.types.is_timestamp(field.type)]
