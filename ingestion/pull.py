"""Pull a source, or land a snapshot made here: the two ways into the raw tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ingestion import source
from ingestion.receipt import Receipt, TableReceipt
from sightline.home import Home

__all__ = ["Receipt", "TableReceipt", "land", "pull"]


def pull(name: str, *, home: Home, seen_at: datetime) -> Receipt:
    """Ask one source for what is new since its last committed load and append it to raw.

    `seen_at` (aware) is the moment the rows became known here. A second pull of an unchanged
    source loads 0 rows and still leaves a receipt. Raises UsageError for an unknown name,
    SightlineEnvironmentError when the source cannot be read or drifted, DefinitionError when the
    definitions are refused.
    """
    from ingestion.load import configure, load

    configure()
    module = source.module(name)
    resources = module.extract(home, seen_at)
    return load(module.SOURCE, resources, home=home, seen_at=seen_at)


def land(
    dataset: str,
    tables: Mapping[str, Sequence[Mapping[str, Any]]],
    *,
    home: Home,
    seen_at: datetime,
) -> Receipt:
    """Append a whole snapshot, all tables in one load, only if it differs from the last landed.

    The load also holds one row of `<dataset>.landing`, so a table that became empty is told from
    one that was not landed. Raises UsageError for a dataset that no snapshot describes.
    """
    from ingestion.load import configure, load
    from ingestion.snapshot import described, resources

    configure()
    described_source = described(dataset, tables)
    return load(described_source, resources(described_source, tables), home=home, seen_at=seen_at)
