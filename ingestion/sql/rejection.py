"""Rows of a source that raw cannot hold as what they are: kept as text, with the reason named."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ingestion.source import ANY_TABLE, ColumnType, Table
from ingestion.sql.database import REJECTED
from ingestion.sql.difference import Differences, row_key
from ingestion.sql.sharing import SHARED
from ingestion.sql.table import CURSOR

if TYPE_CHECKING:
    import pyarrow as pa

    from ingestion.sql.database import TableReader

TABLE = Table(
    "rejected_row",
    ("table_name", "row_key", "content"),
    {
        "table_name": "text",
        "row_key": "text",
        "rule": "text",
        "reason": "text",
        "content": "text",
        "changed_at": "timestamp",
    },
    rejects_of=ANY_TABLE,
)
COLUMNS: Mapping[str, ColumnType] = TABLE.columns

Known = frozenset[tuple[str, str]]
"""Rows by their key and content, as text."""
NOTHING: Known = frozenset()

INFINITE = {"nan", "-nan", "inf", "-inf", "infinity", "-infinity"}


class Rejections:
    """Collects what one look at a source rejects, and says so in its differences."""

    def __init__(self, differences: Differences) -> None:
        self.differences = differences
        self.tables: list[pa.Table] = []

    def take(
        self, table: str, reader: TableReader, rows: pa.Table, known: Known = NOTHING
    ) -> pa.Table:
        """The sound rows of these; the others are collected, but for those `known` as they are.

        Where no cursor says what is new, the same rows are read again and again.
        """
        from ingestion.sql.arrow_reading import refused, sound

        odd = refused(rows)
        if odd.num_rows:
            self._collect(table, reader, odd.to_pylist(), known)
        return sound(rows)

    def _collect(
        self,
        table: str,
        reader: TableReader,
        rows: Sequence[dict[str, Any]],
        known: Known,
    ) -> None:
        from ingestion.columns import arrow_table

        collected: list[dict[str, Any]] = []
        examples: dict[str, tuple[dict[str, Any], str]] = {}
        counts: Counter[str] = Counter()
        for row in rows:
            cells: dict[str, str] = json.loads(row.pop(REJECTED))
            key = row_key({name: cells.get(name, row[name]) for name in reader.key})
            changed_at = row.pop(CURSOR)  # ours, and another one where the row is read by its key
            values = row | {name: value for name, value in cells.items() if name != SHARED}
            content = json.dumps(values, default=str, ensure_ascii=False)
            if (key, content) in known:
                continue
            for column, value in cells.items():
                counts[column] += 1
                examples.setdefault(column, (row, value))
            collected.append(
                {
                    "table_name": table,
                    "row_key": key,
                    "rule": _rule(cells),
                    "reason": "; ".join(
                        f"the key {key} is shared by {value} rows"
                        if column == SHARED
                        else f"{column} is {value}, which is no {reader.column(column).holds}"
                        for column, value in cells.items()
                    ),
                    "content": content,
                    "changed_at": changed_at,
                }
            )
        for column, (row, value) in examples.items():
            is_shared = column == SHARED
            self.differences.note(
                table,
                "key_shared" if is_shared else "rejected",
                key={name: row[name] for name in reader.key},
                column=None if is_shared else column,
                at_source=None if is_shared else value,
                count=counts[column],
            )
        if collected:
            self.tables.append(arrow_table(collected, COLUMNS, name=TABLE.name))

    def resource(self) -> Any:
        """A dlt resource of what was collected; the tables must be read before it."""
        import dlt

        from ingestion.columns import hints

        return dlt.resource(self._read(), name=TABLE.name, columns=hints(["changed_at"]))

    def _read(self) -> Iterator[pa.Table]:
        yield from self.tables


def _rule(cells: Mapping[str, str]) -> str:
    """The rule that these cells of a row offend against, the gravest first."""
    if any(value.lower() in INFINITE for value in cells.values()):
        return "not_finite"
    return "key_shared" if set(cells) == {SHARED} else "does_not_fit"
