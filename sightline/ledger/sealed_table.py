"""What a seal says of one table in a load, by the rows that the warehouse holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightline.ledger import merkle, row_hash
from sightline.ledger.seal import SealedTable

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from sightline.ledger.raw import RawTable


def sealed_table(
    connection: DuckDBPyConnection, table: RawTable, load_id: str, columns: tuple[str, ...]
) -> tuple[SealedTable, dict[str, bytes]]:
    """Rows and root of the load under these columns, and the files of hashes the archive keeps."""
    leaves, slices = bytearray(), bytearray()
    for _, part in row_hash.leaves(connection, table, load_id, columns):
        leaves += part
        slices += merkle.root(part)
    files = {f"{table.name}.leaves": bytes(leaves)}
    if len(slices) > merkle.SIZE:
        files[f"{table.name}.slices"] = bytes(slices)
    root = merkle.root(bytes(slices)).hex()
    return SealedTable(len(leaves) // merkle.SIZE, root, columns), files
