"""The words of ingestion: a source, its raw tables, and the folder that lists the sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from sightline import registry
from sightline.errors import DefinitionError, UsageError

if TYPE_CHECKING:
    from types import ModuleType

    from sightline.finding import Finding

ANY_TABLE = "*"

ColumnType = Literal["text", "bigint", "decimal", "double", "date", "timestamp", "bool"]


@dataclass(frozen=True, slots=True)
class Table:
    """One raw table. `key` names the columns that identify a row among its versions.

    `columns` declares types; it stays empty where the source itself declares them (a database).
    `rejects_of` names the table whose refused rows this one holds; ANY_TABLE where its column
    `table_name` names one for each row.
    """

    name: str
    key: tuple[str, ...]
    columns: Mapping[str, ColumnType] = field(default_factory=dict)
    rejects_of: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One system of record: where it lands, how often it is asked (cron), who answers for it."""

    name: str
    dataset: str
    cadence: str
    department: str
    description: str
    tables: tuple[Table, ...]


def names() -> tuple[str, ...]:
    """The names of all sources that can be pulled, sorted."""
    return registry.names("ingestion.sources")


def sources() -> dict[str, Source]:
    """Every source by name: one for each module in `ingestion/sources/`."""
    return {name: found.SOURCE for name, found in registry.modules("ingestion.sources").items()}


def watched() -> tuple[str, ...]:
    """The names of the sources that can be asked for news, `ingestion/news.py`, sorted."""
    return tuple(name for name in names() if hasattr(module(name), "watch"))


def refusals() -> tuple[Finding, ...]:
    """What is wrong in the files that describe sources: tables of the ERP, mappings of sheets."""
    findings: list[Finding] = []
    for found in registry.modules("ingestion.sources").values():
        try:
            _ = found.SOURCE  # read from its file where it has one
        except DefinitionError as error:
            findings.extend(error.findings)
    return tuple(findings)


def module(name: str) -> ModuleType:
    """The module of one source. Raises UsageError naming the sources there are."""
    if name not in names():
        raise UsageError(f"there is no source {name!r}; there are: {', '.join(names())}")
    return registry.modules("ingestion.sources")[name]
