"""Where a source and what we were told of it part: found, named, and landed beside the rows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from ingestion.source import ColumnType, Table

if TYPE_CHECKING:
    import pyarrow as pa

# kind → what it means. `{rows}` and `{column}` are filled in.
KINDS = {
    "deleted": "deleted at the source; it arrived as a tombstone",
    "returned": "there again after it was deleted",
    "missed": "there, but not in raw: back-dated, committed too late to be seen, or altered in raw",
    "edited": "edited without a new change stamp, as direct SQL does",
    "deletions_refused": "{rows} keys are gone at once: too many to be believed, none was deleted",
    "late": "{rows} rows were committed late, stamped before what had been read",
    "ahead": "{rows} rows are stamped later than they were seen: the clock there is ahead",
    "unstamped": "{rows} rows have no change stamp at all",
    "narrowed": "{rows} rows changed within the overlap, too many to be recognised one by one",
    "rejected": "{rows} rows were rejected: {column} holds what no KPI can be computed from",
    "key_shared": "{rows} rows were rejected: each has a key that another row has too",
    "column_new": "the column {column} is new at the source",
    "scale_changed": "the usual size of {column} changed: another unit?",
}
WAYS_OUT = {
    "edited": "ask who edited it; the next build uses the true value",
    "missed": "widen overlap_minutes if this is usual; the next build uses the row",
    "deletions_refused": (
        "restore them, or run `sightline reconcile --accept-deletions {table}` if they are gone"
    ),
    "ahead": "set the clock of whoever wrote them",
    "unstamped": "name a column that is always filled under changed_at",
    "narrowed": "what commits later than that is found by its key; reconcile more often",
    "rejected": (
        "correct the value at the source, or say under `cast` how the column is to be read; "
        "`rejected_row` keeps each row and the reason"
    ),
    "key_shared": (
        "name under `key` what identifies a row; `rejected_row` keeps each row and its key"
    ),
    "column_new": "say what it is in dbt's sources.yml when a model is to read it",
    "scale_changed": "ask the owner of the source; divide in staging if the unit changed",
}

TABLE = Table(
    "source_difference",
    ("table_name", "kind", "row_key", "column_name"),
    {
        "table_name": "text",
        "kind": "text",
        "period_start": "date",
        "row_key": "text",
        "column_name": "text",
        "at_source": "text",
        "in_raw": "text",
        "row_count": "bigint",
        "found_by": "text",
        "sentence": "text",
        "way_out": "text",
    },
)

COLUMNS: Mapping[str, ColumnType] = TABLE.columns


class Differences:
    """Collects what one look at a source found out of order."""

    def __init__(self, found_by: str) -> None:
        self.found_by = found_by
        self.rows: list[dict[str, Any]] = []

    def note(
        self,
        table: str,
        kind: str,
        *,
        key: Mapping[str, Any] | None = None,
        period: date | None = None,
        column: str | None = None,
        at_source: str | None = None,
        in_raw: str | None = None,
        count: int = 1,
    ) -> None:
        """Add one difference; `key` names the row, or one row of several."""
        self.rows.append(
            {
                "table_name": table,
                "kind": kind,
                "period_start": period,
                "row_key": row_key(key) if key else None,
                "column_name": column,
                "at_source": at_source,
                "in_raw": in_raw,
                "row_count": count,
                "found_by": self.found_by,
                "sentence": KINDS[kind].format(rows=count, column=column),
                "way_out": WAYS_OUT.get(kind, "nothing to do").format(table=table),
            }
        )

    def note_rows(self, table: str, kind: str, keys: pa.Table) -> None:
        """Add one difference for each row of an Arrow table of keys."""
        for key in keys.to_pylist():
            self.note(table, kind, key=key)

    def resource(self) -> Any:
        """A dlt resource of what was collected; it must be the last of its load to be read."""
        import dlt

        return dlt.resource(self._read(), name=TABLE.name)

    def _read(self) -> Iterator[Any]:
        from ingestion.columns import arrow_table

        yield arrow_table(self.rows, COLUMNS, name=TABLE.name)


def row_key(key: Mapping[str, Any]) -> str:
    """The key of a row as JSON text."""
    return json.dumps(dict(key), default=str, ensure_ascii=False)
