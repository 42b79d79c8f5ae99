"""Which columns name a row, for telling a person which raw row it is."""

from ingestion.snapshot import SNAPSHOTS
from ingestion.source import sources


def raw_keys() -> dict[tuple[str, str], tuple[str, ...]]:
    """The key columns of every raw table that has some, by dataset and table."""
    return {
        (source.dataset, table.name): table.key
        for source in (*sources().values(), *SNAPSHOTS)
        for table in source.tables
        if table.key
    }
