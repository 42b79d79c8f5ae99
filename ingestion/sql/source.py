"""What is pulled from an SQL database, as its YAML file says: tables, keys, stamps, deletions."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, PrivateAttr, ValidationError, model_validator

from ingestion.source import Source, Table
from sightline.definition import Definition, Id, Share, Text, refusal
from sightline.errors import DefinitionError, SightlineEnvironmentError
from sightline.finding import Finding, Place
from sightline.shape_errors import findings_of
from sightline.yaml_reader import Document, read

if TYPE_CHECKING:
    from collections.abc import Sequence

Minutes = Annotated[int, Field(strict=True, ge=1, le=366 * 24 * 60)]
Names = tuple[Text, ...]


class Cast(StrEnum):
    """How a column comes whose own type raw cannot hold, or that holds numbers as text."""

    TEXT = "text"
    SECONDS = "seconds"  # an INTERVAL, as a decimal number of seconds
    DECIMAL = "decimal"  # rounded to nine places by the database
    DECIMAL_COMMA = "decimal_comma"  # text such as 1.234,56


class Deletes(StrEnum):
    """How it is found that a row was deleted at the source."""

    KEYS = "keys"  # compare all its keys with ours
    LOG = "log"  # read the log that the source keeps of deletions
    NEVER = "never"  # the source deletes nothing from this table


class Grain(StrEnum):
    """The periods by which a table is reconciled."""

    WEEK = "week"
    MONTH = "month"


class DeletionLog(Definition):
    """The source's own table of deleted rows; `key` names, in order, what holds their keys."""

    table: Text
    key: Annotated[Names, Field(min_length=1)]
    deleted_at: Text


class SqlTable(Definition):
    """One table. Column names are the source's own.

    `changed_at` lists audit columns: the first that is not NULL says when the row last changed.
    `dated_by` is the column whose date puts a row into a period; without it all rows are one.
    `retired` names columns that raw has and the source has no more.
    """

    source_table: Text | None = Field(default=None, alias="from")
    key: Annotated[Names, Field(min_length=1)]
    changed_at: Annotated[Names, Field(min_length=1)] | None = None
    overlap_minutes: Minutes | None = None
    dated_by: Text | None = None
    period: Grain = Grain.MONTH
    exclude: Names = ()
    cast: dict[Text, Cast] = Field(default_factory=dict)
    retired: Names = ()
    deletes: Deletes = Deletes.KEYS
    deletion_log: DeletionLog | None = None

    @model_validator(mode="after")
    def _log_fits(self) -> SqlTable:
        log = self.deletion_log
        if (self.deletes is Deletes.LOG) != (log is not None):
            raise refusal(
                "deletion_log_without_use",
                "has `deletes: log` without `deletion_log`, or the other way round",
                "write both, or neither",
            )
        if log is not None and len(log.key) != len(self.key):
            raise refusal(
                "deletion_log_key",
                "has a deletion log whose key has another number of columns than the table's",
                "name one column of the log for each column of the key, in the same order",
            )
        return self


class SqlSource(Definition):
    """One database: what every table shares unless it says otherwise, and the tables."""

    description: Text
    department: Id
    cadence: Text
    reconcile: Text
    changed_at: Annotated[Names, Field(min_length=1)]
    overlap_minutes: Minutes = 60
    compare_keys_minutes: Minutes = 60
    most_vanished: Share = Decimal("0.05")
    tables: Annotated[dict[Id, SqlTable], Field(min_length=1)]

    _document: Document = PrivateAttr()

    def place(self, *path: str | int) -> Place:
        """Where `path` stands in the file."""
        return self._document.place(*path)

    def refused(self, table: str, rule: str, message: str, way_out: str) -> DefinitionError:
        """What a look at the database says against the file, at the table's line."""
        place = self.place("tables", table)
        return DefinitionError([Finding(place, rule, f"table {table}: {message}", way_out)])

    def stamps(self, table: str) -> Names:
        """The audit columns of a table, the most telling first."""
        return self.tables[table].changed_at or self.changed_at

    def overlap(self, table: str) -> int:
        """Minutes before the cursor that are read again."""
        return self.tables[table].overlap_minutes or self.overlap_minutes

    def described(self, name: str, further: Sequence[Table] = ()) -> Source:
        """The source as ingestion knows it: one raw table for each of the file's, and `further`."""
        tables = (Table(table, said.key) for table, said in self.tables.items())
        return Source(
            name=name,
            dataset=f"raw_{name}",
            cadence=self.cadence,
            department=self.department,
            description=self.description,
            tables=(*tables, *further),
        )


def read_sql_source(path: Path) -> SqlSource:
    """Read one file. Raises DefinitionError with every finding, SightlineEnvironmentError when
    there is no such file."""
    if not path.is_file():
        raise SightlineEnvironmentError(f"there is no file {path} that says which tables to pull")
    return _read(path, path.stat().st_mtime_ns)


@cache  # the code location asks for its sources a dozen times, and YAML is slow to read
def _read(path: Path, _changed_at: int) -> SqlSource:
    document = read(path, path.name)
    try:
        source = SqlSource.model_validate(document.data)
    except ValidationError as error:
        raise DefinitionError(list(findings_of(error, document, SqlSource))) from error
    source._document = document
    return source
